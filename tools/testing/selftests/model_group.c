// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operations of the model test on groups, and what groups do.
 */
#include <errno.h>

#include "model.h"

/* --- the model ------------------------------------------------------------- */

/* The member of a session is gone; the next message finds another. */
#define UNBOUND	(-2)

static int member_index(struct m_group *group, int port)
{
	int i;

	for (i = 0; i < group->members; i++)
		if (group->member[i] == port)
			return i;
	return -1;
}

static void remove_from(int *array, int *count, int i)
{
	(*count)--;
	memmove(&array[i], &array[i + 1], (*count - i) * sizeof(*array));
}

static void end_sessions(int group, int port)
{
	int i, j;

	for (i = 0; i < HELPERS; i++)
		for (j = 0; j < SESSIONS; j++)
			if (model.helper[i].session[group][j] == port)
				model.helper[i].session[group][j] = UNBOUND;
}

static void forget_load(int group)
{
	struct m_message *message;
	int i, j;

	for (i = 0; i < PORTS; i++) {
		TAILQ_FOREACH(message, &model.port[i].leases, link)
			if (message->load == group)
				message->load = -1;
		for (j = 0; j < MOTET_PRIORITIES; j++)
			TAILQ_FOREACH(message, &model.port[i].lane[j].messages,
				      link)
				if (message->load == group)
					message->load = -1;
	}
}

/* Nobody has it open, and it has no member: it is gone. */
static void perhaps_gone(int index)
{
	struct m_group *group = &model.group[index];
	int i;

	for (i = 0; i < HELPERS; i++)
		if (model.helper[i].group[index] >= 0)
			return;
	if (!group->exists || group->members)
		return;
	forget_load(index);
	memset(group, 0, sizeof(*group));
	m_clear_port(&group->backlog);
}

/* A port is no member any more. */
void m_group_leave(int index, int port)
{
	struct m_group *group = &model.group[index];
	int i = member_index(group, port), j;

	remove_from(group->member, &group->members, i);
	for (j = 0; j < 2; j++)
		if (i < group->turn[j])
			group->turn[j]--;
	for (i = 0; i < group->idles; i++)
		if (group->idle[i] == port)
			remove_from(group->idle, &group->idles, i);
	model.port[port].groups &= ~(1U << index);
	end_sessions(index, port);
	group->load[port] = 0;
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		struct m_message *message;

		TAILQ_FOREACH(message, &model.port[port].lane[i].messages,
			      link)
			if (message->load == index)
				message->load = -1;
		TAILQ_FOREACH(message, &model.port[port].leases, link)
			if (message->load == index)
				message->load = -1;
	}
	perhaps_gone(index);
}

void m_idle(int index, int port)
{
	struct m_group *group = &model.group[index];

	if (member_index(group, port) >= 0)
		group->idle[group->idles++] = port;
}

/* Jobs go to the members that are idle longest. */
void m_work(int index)
{
	struct m_group *group = &model.group[index];
	struct m_message *job;

	while (group->idles && (job = m_first(&group->backlog))) {
		m_take(&group->backlog, job);
		job->id = 0;
		m_queue(&model.port[group->idle[0]], job);
		remove_from(group->idle, &group->idles, 0);
		group->lent++;
	}
}

static void close_group(int helper, int group)
{
	int i, port;

	model.helper[helper].group[group] = -1;
	for (i = 0; i < SESSIONS; i++) {
		port = model.helper[helper].session[group][i];
		model.helper[helper].session[group][i] = -1;
		if (port >= 0)
			model.group[group].load[port]--;
	}
	perhaps_gone(group);
}

void m_group_close_all(int helper)
{
	int i;

	for (i = 0; i < GROUPS; i++)
		if (model.helper[helper].group[i] >= 0)
			close_group(helper, i);
}

/* --- life and members ------------------------------------------------------ */

static const __u32 defaults[] = {
	MOTET_ADDRESS_BROADCAST, MOTET_ADDRESS_ANY, MOTET_ADDRESS_ROUND_ROBIN,
	MOTET_ADDRESS_BEST_QUEUE, MOTET_ADDRESS_LEAST_LOADED,
	MOTET_ADDRESS_STICKY, MOTET_ADDRESS_WORK, MOTET_ADDRESS_WORK,
};

static int sessions_of(int group)
{
	int i, j, count = 0;

	for (i = 0; i < HELPERS; i++)
		for (j = 0; j < SESSIONS; j++)
			count += model.helper[i].session[group][j] != -1;
	return count;
}

static int waiting_jobs(struct m_group *group)
{
	struct m_message *message;
	int i, count = 0;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		TAILQ_FOREACH(message, &group->backlog.lane[i].messages, link)
			count++;
	return count;
}

static void check_group(int helper, int index)
{
	struct m_group *group = &model.group[index];
	struct motet_group_status *status;
	struct stage *stage;

	if (model.helper[helper].group[index] < 0)
		return;
	stage = run_stage(helper, 0);
	status = &stage->arg.group_status;
	*status = MT(motet_group_status);
	expect("status of a group", 0,
	       run_ioctl(helper, model.helper[helper].group[index],
			 MOTET_IOC_GROUP_STATUS));
	expect("a group is dead", group->dead, status->dead);
	if (group->dead)
		return;
	expect("members of a group", group->members, status->members);
	expect("sessions of a group", sessions_of(index), status->sessions);
	expect("idle members of a group", group->idles, status->idle);
	expect("backlog of a group", waiting_jobs(group), status->backlog);
	expect("jobs that members have", group->lent, status->leased);
}

static void set_backlog(struct m_group *group, struct motet_group_create *create)
{
	struct motet_limits *limit;
	int i;

	for (i = 0; i < MOTET_PRIORITIES; i++) {
		limit = &create->limits[i];
		limit->messages = 3;
		limit->bytes = 4096;
		group->backlog.lane[i].limit = *limit;
	}
}

bool op_group_create(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct motet_group_create *create;
	int index = op->x % GROUPS;
	struct m_group *group = &model.group[index];
	struct stage *stage;

	if (group->exists)
		return false;
	stage = run_stage(op->helper, 0);
	create = &stage->arg.group;
	*create = MT(motet_group_create, .mode = 0777,
		     .address = defaults[op->n % ARRAY_SIZE(defaults)]);
	if (create->address == MOTET_ADDRESS_WORK)
		set_backlog(group, create);
	expect("create a group", 0,
	       run_ioctl(op->helper, self->actor, MOTET_IOC_GROUP_CREATE));
	group->exists = true;
	group->cap = create->cap;
	group->old = create->cap;
	group->old.key[op->n % 16] ^= 1;
	group->address = create->address;
	self->group[index] = create->fd;
	check_group(op->helper, index);
	return true;
}

bool op_group_open(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	int index = op->x % GROUPS, expected;
	struct m_group *group = &model.group[index];
	struct stage *stage;

	if (!group->exists || self->group[index] >= 0)
		return false;
	expected = group->dead ? -ESRCH : 0;
	stage = run_stage(op->helper, 0);
	stage->arg.group_open = MT(motet_group_open, .id = group->cap.id);
	expect("open a group", expected,
	       run_ioctl(op->helper, self->actor, MOTET_IOC_GROUP_OPEN));
	if (expected)
		return true;
	self->group[index] = stage->arg.group_open.fd;
	check_group(op->helper, index);
	return true;
}

bool op_group_close(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	int index = op->x % GROUPS;

	/* what is in the backlog then would end as in a port that died */
	if (self->group[index] < 0 || model.group[index].lent)
		return false;
	run_close(op->helper, self->group[index]);
	close_group(op->helper, index);
	return true;
}

/* Return: what using this capability has to end with. */
static int choose_cap(struct m_group *group, __u32 n, struct motet_cap *cap)
{
	bool wrong = n % 8 == 0;

	*cap = wrong ? group->old : group->cap;
	if (group->dead)
		return -ESRCH;
	return wrong ? -EACCES : 0;
}

static int do_member(const struct operation *op, unsigned int number, int port,
		     int *expected)
{
	struct m_group *group = &model.group[op->x % GROUPS];
	struct stage *stage = run_stage(op->helper, 0);

	stage->arg.member = MT(motet_group_member, .port = model.port[port].id);
	*expected = choose_cap(group, op->n, &stage->arg.member.cap);
	return run_ioctl(op->helper, model.helper[op->helper].actor, number);
}

bool op_group_insert(const struct operation *op)
{
	int index = op->x % GROUPS, port = op->n / 8 % PORTS, expected, ret;
	struct m_group *group = &model.group[index];

	if (!group->exists || !model.port[port].exists ||
	    model.port[port].state == MOTET_PORT_STATE_DEAD)
		return false;
	ret = do_member(op, MOTET_IOC_GROUP_INSERT, port, &expected);
	if (!expected && member_index(group, port) >= 0)
		expected = -EEXIST;
	expect("insert", expected, ret);
	if (ret)
		return true;
	group->member[group->members++] = port;
	group->load[port] = 0;
	model.port[port].groups |= 1U << index;
	if (group->address == MOTET_ADDRESS_WORK) {
		m_idle(index, port);
		m_work(index);
	}
	check_group(op->helper, index);
	return true;
}

/* A member that has a job, or whose load counts it, stays. */
static bool is_busy(int group, int port)
{
	struct m_message *message;
	int i;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		TAILQ_FOREACH(message, &model.port[port].lane[i].messages, link)
			if (message->job == group)
				return true;
	TAILQ_FOREACH(message, &model.port[port].leases, link)
		if (message->job == group)
			return true;
	return false;
}

bool op_group_remove(const struct operation *op)
{
	int index = op->x % GROUPS, port = op->n / 8 % PORTS, expected, ret;
	struct m_group *group = &model.group[index];

	if (!group->exists || !model.port[port].exists ||
	    model.port[port].state == MOTET_PORT_STATE_DEAD ||
	    is_busy(index, port))
		return false;
	ret = do_member(op, MOTET_IOC_GROUP_REMOVE, port, &expected);
	if (!expected && member_index(group, port) < 0)
		expected = -ENOENT;
	expect("remove", expected, ret);
	if (!ret)
		m_group_leave(index, port);
	check_group(op->helper, index);
	return true;
}

static int do_cap(const struct operation *op, unsigned int number,
		  int *expected)
{
	struct m_group *group = &model.group[op->x % GROUPS];
	struct stage *stage = run_stage(op->helper, 0);

	stage->arg.cap = MT(motet_group_cap);
	*expected = choose_cap(group, op->n, &stage->arg.cap.cap);
	return run_ioctl(op->helper, model.helper[op->helper].actor, number);
}

bool op_group_rekey(const struct operation *op)
{
	struct m_group *group = &model.group[op->x % GROUPS];
	int expected, ret;

	/* who inserted a member is told: another test looks at that */
	if (!group->exists || group->members)
		return false;
	ret = do_cap(op, MOTET_IOC_GROUP_REKEY, &expected);
	expect("rekey", expected, ret);
	if (ret)
		return true;
	group->old = group->cap;
	group->cap = model.helper[op->helper].stage->arg.cap.cap;
	return true;
}

bool op_group_delete(const struct operation *op)
{
	int index = op->x % GROUPS, expected, ret;
	struct m_group *group = &model.group[index];

	if (!group->exists || group->lent)
		return false;
	ret = do_cap(op, MOTET_IOC_GROUP_DELETE, &expected);
	expect("delete a group", expected, ret);
	if (ret)
		return true;
	group->dead = true;
	forget_load(index);
	while (group->members)
		m_group_leave(index, group->member[0]);
	perhaps_gone(index);
	check_group(op->helper, index);
	return true;
}

/* --- sending --------------------------------------------------------------- */

/* How full a member is, in thousandths. */
static __u32 fill_of(struct m_lane *lane)
{
	__u64 messages = 1000ULL * lane->used / lane->limit.messages;
	__u64 bytes = 1000ULL * lane->bytes / lane->limit.bytes;

	return messages > bytes ? messages : bytes;
}

static bool with_room(int port, struct m_message *message)
{
	return m_room(&model.port[port], message->priority, message->len);
}

static __u32 measure(struct m_group *group, int port, __u32 address,
		     struct m_message *message)
{
	switch (address) {
	case MOTET_ADDRESS_BEST_QUEUE:
	case MOTET_ADDRESS_LOCAL_BEST_QUEUE:
		return fill_of(&model.port[port].lane[message->priority]);
	case MOTET_ADDRESS_LEAST_LOADED:
	case MOTET_ADDRESS_STICKY:
		return group->load[port];
	default:
		return 0;
	}
}

/* Those that go round keep their turns apart. */
static int *turn_of(struct m_group *group, __u32 address)
{
	switch (address) {
	case MOTET_ADDRESS_ROUND_ROBIN:
		return &group->turn[0];
	case MOTET_ADDRESS_LOCAL_ROUND_ROBIN:
		return &group->turn[1];
	default:
		return NULL;
	}
}

/* The first member that has room and of which there is no better one. */
static int best_member(struct m_group *group, __u32 address,
		       struct m_message *message)
{
	__u32 value, best = 0;
	int i, port, found = -1, *turn = turn_of(group, address);
	int first = turn ? *turn : 0;

	for (i = 0; i < group->members; i++) {
		port = group->member[(first + i) % group->members];
		if (!with_room(port, message))
			continue;
		value = measure(group, port, address, message);
		if (found < 0 || value < best) {
			found = port;
			best = value;
		}
	}
	return found;
}

/* Where a choice is left, any that is as good will do. */
static bool is_as_good(struct m_group *group, int port, int best, __u32 address,
		       struct m_message *message)
{
	switch (address) {
	case MOTET_ADDRESS_ANY:
	case MOTET_ADDRESS_ROUND_ROBIN:
	case MOTET_ADDRESS_LOCAL_ROUND_ROBIN:
		return port == best;
	default:
		return with_room(port, message) &&
		       measure(group, port, address, message) ==
		       measure(group, best, address, message);
	}
}

static int find_member(struct m_group *group, const struct motet_id *id)
{
	int i;

	for (i = 0; i < group->members; i++)
		if (mt_id_equal(&model.port[group->member[i]].id, id))
			return group->member[i];
	fail("send to a group: it went to a port that is no member");
}

static void deliver(struct m_group *group, int port, struct m_message *message,
		    __u32 weight)
{
	message->load = group - model.group;
	message->weight = weight ? weight : 1;
	message->member = port;
	group->load[port] += message->weight;
	m_commit(&model.port[port], message);
}

static void broadcast(struct m_group *group, struct m_message *message,
		      const struct motet_msg *msg, int ret)
{
	struct m_message *copy;
	int i, room = 0, expected;

	for (i = 0; i < group->members; i++)
		room += with_room(group->member[i], message);
	if (msg->flags & MOTET_MSG_EACH)
		expected = room ? 0 : -EAGAIN;
	else
		expected = room == group->members ? 0 : -EAGAIN;
	expect("broadcast", group->members ? expected : -EHOSTUNREACH, ret);
	if (ret)
		return;
	expect("members that got it", room, msg->delivered);
	for (i = 0; i < group->members; i++) {
		if (!with_room(group->member[i], message))
			continue;
		copy = m_message_new(message->sender, message->priority,
				     message->len);
		copy->value = message->value;
		copy->to = message->to;
		deliver(group, group->member[i], copy, msg->weight);
	}
}

static void unicast(struct m_group *group, struct m_message *message,
		    const struct motet_msg *msg, __u32 address, int *session,
		    int ret)
{
	bool known = session && *session >= 0;
	int best = best_member(group, address, message), port, *turn;

	if (address == MOTET_ADDRESS_EXCEPT_NODE || !group->members) {
		expect("send to nobody", -EHOSTUNREACH, ret);
		return;
	}
	if (known)
		best = with_room(*session, message) ? *session : -1;
	expect("send to a group", best < 0 ? -EAGAIN : 0, ret);
	if (ret)
		return;
	port = find_member(group, &msg->at);
	if (known ? port != best :
		    !is_as_good(group, port, best, address, message))
		fail("send to a group by %u: to port %d, and should be to %d",
		     address, port, best);
	turn = turn_of(group, address);
	if (turn)
		*turn = member_index(group, port) + 1;
	if (session && !known) {
		*session = port;
		group->load[port]++;
	}
	message->id = msg->id;
	deliver(group, port, message, msg->weight);
}

static struct m_message *prepare(const struct operation *op,
				 struct stage *stage, __u32 address)
{
	struct m_group *group = &model.group[op->x % GROUPS];
	struct m_message *message;
	int i;

	message = m_message_new(op->helper, op->n % MOTET_PRIORITIES,
				8 * (1 + (op->n >> 2) % BODY_WORDS));
	message->to = group->cap.id;
	for (i = 0; i < BODY_WORDS; i++)
		stage->body[0][i] = message->value;
	stage->arg.msg = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT,
			    .priority = message->priority,
			    .body = mt_ptr(stage->body),
			    .body_len = message->len, .address = address);
	return message;
}

bool op_group_send(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	int index = op->x % GROUPS, *session = NULL, ret;
	struct m_group *group = &model.group[index];
	__u32 address = (op->n >> 8) % MOTET_ADDRESS_WORK;
	struct m_message *message;
	struct stage *stage;
	struct motet_msg *msg;

	if (self->group[index] < 0 || group->address == MOTET_ADDRESS_WORK)
		return false;
	stage = run_stage(op->helper, 0);
	message = prepare(op, stage, address);
	msg = &stage->arg.msg;
	if (!address)
		address = group->address;
	msg->weight = op->n >> 12 & 3;
	if (address == MOTET_ADDRESS_BROADCAST && op->n & 1 << 16)
		msg->flags |= MOTET_MSG_EACH;
	if (address == MOTET_ADDRESS_STICKY) {
		msg->session = 1 + (op->n >> 16) % SESSIONS;
		session = &self->session[index][msg->session - 1];
	}
	ret = run_ioctl(op->helper, self->group[index], MOTET_IOC_SEND);
	if (group->dead)
		expect("send to a dead group", -EOWNERDEAD, ret);
	else if (address == MOTET_ADDRESS_BROADCAST)
		broadcast(group, message, msg, ret);
	else
		unicast(group, message, msg, address, session, ret);
	check_group(op->helper, index);
	return true;
}

bool op_group_session_end(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	int index = op->x % GROUPS, n = op->n % SESSIONS, *session;
	struct m_group *group = &model.group[index];
	struct stage *stage;

	if (self->group[index] < 0 || group->dead)
		return false;
	session = &self->session[index][n];
	stage = run_stage(op->helper, 0);
	stage->arg.session = MT(motet_group_session, .session = 1 + n);
	expect("end a session", *session == -1 ? -ENOENT : 0,
	       run_ioctl(op->helper, self->group[index],
			 MOTET_IOC_GROUP_SESSION_END));
	if (*session >= 0)
		group->load[*session]--;
	*session = -1;
	check_group(op->helper, index);
	return true;
}

bool op_work_send(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	int index = op->x % GROUPS, expected;
	struct m_group *group = &model.group[index];
	struct m_message *message;
	struct stage *stage;

	if (self->group[index] < 0 || group->address != MOTET_ADDRESS_WORK)
		return false;
	stage = run_stage(op->helper, 0);
	message = prepare(op, stage, op->n & 1 << 8 ? MOTET_ADDRESS_WORK : 0);
	stage->arg.msg.job_class = (op->n >> 9) % MOTET_JOB_CLASSES;
	message->job = index;
	if (group->dead)
		expected = -EOWNERDEAD;
	else
		expected = m_room(&group->backlog, message->priority,
				  message->len) ? 0 : -EAGAIN;
	expect("send a job", expected,
	       run_ioctl(op->helper, self->group[index], MOTET_IOC_SEND));
	if (!expected) {
		m_commit(&group->backlog, message);
		m_work(index);
	}
	check_group(op->helper, index);
	return true;
}
