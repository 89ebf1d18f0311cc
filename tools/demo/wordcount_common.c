// SPDX-License-Identifier: GPL-2.0-or-later
/* Word count: shared memory, waiting, and what a word is. */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "wordcount.h"

static int wc_open_in(const char *dir, const char *name, int flags)
{
	char *path __cleanup(wc_free) = NULL;
	int fd;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		err(1, "asprintf");
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

/**
 * wc_shared_open() - map the shared memory; the program ends if that fails
 * @dir: directory of the job
 * @create: it is not there yet
 *
 * Return: the memory.
 */
struct wc_shared *wc_shared_open(const char *dir, bool create)
{
	int fd __cleanup(wc_close) = -1;
	int flags = create ? O_RDWR | O_CREAT | O_EXCL : O_RDWR;
	void *memory;

	fd = wc_open_in(dir, "shared", flags);
	if (create && ftruncate(fd, sizeof(struct wc_shared)))
		err(1, "ftruncate");
	memory = mmap(NULL, sizeof(struct wc_shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		err(1, "mmap");
	return memory;
}

/**
 * wc_text_open() - map the text; the program ends if that fails
 * @dir: directory of the job
 * @len: out: bytes
 *
 * Return: the text.
 */
const char *wc_text_open(const char *dir, size_t *len)
{
	int fd __cleanup(wc_close) = -1;
	struct stat st;
	void *memory;

	fd = wc_open_in(dir, "text", O_RDONLY);
	if (fstat(fd, &st))
		err(1, "fstat");
	*len = (size_t)st.st_size;
	if (!*len)
		errx(1, "the text is empty");
	memory = mmap(NULL, *len, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (memory == MAP_FAILED)
		err(1, "mmap");
	return memory;
}

/**
 * wc_now() - the time
 *
 * Return: nanoseconds of CLOCK_MONOTONIC.
 */
uint64_t wc_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * WC_SECOND + (uint64_t)now.tv_nsec;
}

/**
 * wc_add() - add to a counter that others read or add to
 * @counter: the counter
 * @n: how much
 */
void wc_add(uint64_t *counter, uint64_t n)
{
	__atomic_add_fetch(counter, n, __ATOMIC_RELAXED);
}

/**
 * wc_load() - read what another process writes
 * @word: where
 *
 * Return: the value. Loads and stores by this and wc_store() have one order.
 */
uint32_t wc_load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

/**
 * wc_store() - write what another process reads
 * @word: where
 * @value: what
 */
void wc_store(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

/**
 * wc_futex_wait() - wait until a word is woken
 * @word: the word
 * @value: return at once if it has another value
 * @timeout: nanoseconds; not for ever, since who should wake may be dead
 */
void wc_futex_wait(uint32_t *word, uint32_t value, uint64_t timeout)
{
	struct timespec time = {
		.tv_sec = (time_t)(timeout / WC_SECOND),
		.tv_nsec = (long)(timeout % WC_SECOND),
	};

	if (syscall(SYS_futex, word, FUTEX_WAIT, value, &time, NULL, 0) &&
	    errno != EAGAIN && errno != ETIMEDOUT && errno != EINTR)
		err(1, "futex");
}

/**
 * wc_futex_wake() - wake who waits for a word
 * @word: the word
 */
void wc_futex_wake(uint32_t *word)
{
	if (syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0) < 0)
		err(1, "futex");
}

/**
 * wc_number() - read an argument; the program ends if it is no number
 * @text: the argument
 * @max: the largest allowed
 *
 * Return: the number.
 */
uint32_t wc_number(const char *text, uint32_t max)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || end == text || *end || number > max)
		errx(2, "'%s' is not a number up to %u", text, max);
	return (uint32_t)number;
}

/**
 * wc_close() - for __cleanup()
 * @fd: file descriptor, or negative
 */
void wc_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/**
 * wc_free() - for __cleanup()
 * @pointer: address of a pointer
 */
void wc_free(void *pointer)
{
	free(*(void **)pointer);
}

static bool wc_is_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

/**
 * wc_word() - find the next word: a run of the letters A to Z and a to z
 * @at: where to look from; out: behind the word
 * @end: behind the text
 * @word: out: its first letter
 *
 * Return: its length, or 0 if there is none.
 */
size_t wc_word(const char **at, const char *end, const char **word)
{
	const char *p = *at;

	while (p < end && !wc_is_letter(*p))
		p++;
	*word = p;
	while (p < end && wc_is_letter(*p))
		p++;
	*at = p;
	return (size_t)(p - *word);
}
