// SPDX-License-Identifier: GPL-2.0-only
/* Circles of lockers that wait for each other. */

#include <linux/sched.h>

#include "domain.h"
#include "lock_internal.h"

/**
 * struct motet_lock_search - a search for a circle
 * @space: the lock space [own]
 * @target: the locker at which the circle would close [own]
 * @todo: those who were found and not visited yet, the last one first [own]
 * @hit: the target was found [own]
 */
struct motet_lock_search {
	struct motet_lock_space *space;
	const struct motet_locker *target;
	struct motet_locker *todo;
	bool hit;
};

/* Somebody waits for the owner of this request. */
static void motet_search_find(struct motet_lock_search *search,
			      const struct motet_lock_request *request)
{
	struct motet_locker *locker = request->opening->locker;

	if (locker == search->target)
		search->hit = true;
	if (locker->search == search->space->search)
		return;
	locker->search = search->space->search;
	locker->next = search->todo;
	search->todo = locker;
}

/* So does the owner of a lock's grant, the first time that it is looked at. */
static void motet_search_enter(struct motet_lock_search *search,
			       struct motet_lock *lock)
{
	const struct motet_lock_request *holder;

	if (lock->search == search->space->search)
		return;
	lock->search = search->space->search;
	lock->seen = &lock->waiting;
	lock->found = &lock->waiting;
	list_for_each_entry(holder, &lock->grants, link)
		motet_search_find(search, holder);
}

/* The next of those who wait after @after, if it came before @number. */
static struct motet_lock_request *
motet_search_next(struct motet_lock *lock, struct list_head *after, u64 number)
{
	struct motet_lock_request *request;

	if (list_is_last(after, &lock->waiting))
		return NULL;
	request = list_entry(after->next, struct motet_lock_request, link);
	return request->number < number ? request : NULL;
}

/* All who came before @number and wait are waited for. */
static void motet_search_find_before(struct motet_lock_search *search,
				     struct motet_lock *lock, u64 number)
{
	struct motet_lock_request *request;

	while ((request = motet_search_next(lock, lock->found, number))) {
		lock->found = &request->link;
		motet_search_find(search, request);
	}
}

/*
 * What one request waits for: the grants; and whoever came before it, or, if it
 * shares the lock, before the last one before it that does not share it, and that
 * one. What was found by another request of this lock is not looked at again.
 */
static void motet_search_visit(struct motet_lock_search *search,
			       const struct motet_lock_request *request)
{
	struct motet_lock *lock = request->lock;
	struct motet_lock_request *other;

	motet_search_enter(search, lock);
	if (request->mode == MOTET_LOCK_EXCLUSIVE) {
		motet_search_find_before(search, lock, request->number);
		return;
	}
	while ((other = motet_search_next(lock, lock->seen, request->number))) {
		lock->seen = &other->link;
		if (other->mode == MOTET_LOCK_EXCLUSIVE)
			motet_search_find_before(search, lock,
						 other->number + 1);
	}
}

/**
 * motet_lock_closes_circle() - whether its owner would wait for itself
 * @request: a request in which a thread is to sleep, and that is not queued yet;
 *	the mutex of its space is held
 *
 * Return: true if the owner of something that it waits for waits, directly or
 * by others, for the owner of this request.
 */
bool motet_lock_closes_circle(struct motet_lock_request *request)
{
	const struct motet_lock_request *blocked;
	struct motet_lock_search search = {
		.space = motet_lock_space_of(request->lock->object.domain),
		.target = request->opening->locker,
	};
	struct motet_locker *locker;

	lockdep_assert_held(&search.space->mutex);
	search.space->search++;
	motet_search_visit(&search, request);
	while ((locker = search.todo) && !search.hit) {
		search.todo = locker->next;
		list_for_each_entry(blocked, &locker->blocked, blocked)
			motet_search_visit(&search, blocked);
		cond_resched();
	}
	return search.hit;
}
