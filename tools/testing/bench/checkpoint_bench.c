// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * checkpoint_bench read [N]: nanoseconds that reading a section takes, of some
 * sizes: by the call, and in a view.
 *
 * checkpoint_bench write [N]: nanoseconds that writing a section takes, of some
 * sizes: without a view, with one, and with eight.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/motet_checkpoint_view.h>

#define BATCH		64
#define LARGEST		1048576
#define VIEWS		8

static const unsigned int sizes[] = { 64, 4096, 65536, LARGEST, 0 };

static unsigned char data[LARGEST];

static unsigned long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int compare(const void *a, const void *b)
{
	const unsigned long long *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* A checkpoint with the default section only, which has so many bytes. */
static int checkpoint(unsigned int size)
{
	struct motet_checkpoint_open open_arg = {
		.size = sizeof(open_arg),
		.flags = MOTET_CHECKPOINT_READ | MOTET_CHECKPOINT_WRITE |
			 MOTET_CHECKPOINT_CREATE,
		.name = (unsigned long)"bench", .name_len = 5, .mode = 0600,
		.attributes = {
			.sections_max = 1, .bytes_max = size,
			.section_bytes_max = size,
		},
	};
	int actor = open("/dev/motet", O_RDWR | O_CLOEXEC);

	if (actor < 0)
		die("/dev/motet");
	if (ioctl(actor, MOTET_IOC_CHECKPOINT_OPEN, &open_arg))
		die("open");
	close(actor);
	return open_arg.fd;
}

static void transfer(int fd, unsigned int number, unsigned int size)
{
	struct motet_checkpoint_element element = {
		.size = sizeof(element), .data = (unsigned long)data,
		.data_len = size,
	};
	struct motet_checkpoint_io io = {
		.size = sizeof(io), .elements = (unsigned long)&element,
		.count = 1, .element_size = sizeof(element),
	};

	if (ioctl(fd, number, &io))
		die("read or write");
}

static const struct motet_view_header *view(int fd)
{
	struct motet_view_open arg = { .size = sizeof(arg) };
	void *memory;

	if (ioctl(fd, MOTET_IOC_CHECKPOINT_VIEW, &arg))
		die("view");
	memory = mmap(NULL, arg.length, PROT_READ, MAP_SHARED | MAP_POPULATE,
		      arg.fd, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	close(arg.fd);
	return memory;
}

static void look(const struct motet_view_header *header)
{
	unsigned int before, after;

	do {
		before = __atomic_load_n(&header->sequence, __ATOMIC_ACQUIRE);
		memcpy(data, (const char *)header + header->data,
		       header->bytes < header->room ? header->bytes :
						      header->room);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		after = __atomic_load_n(&header->sequence, __ATOMIC_RELAXED);
	} while (before != after || before & 1);
}

/* One of both: a call, or a look into a view. */
static void measure(const char *what, unsigned int size, unsigned int n, int fd,
		    unsigned int number, const struct motet_view_header *header)
{
	unsigned long long *times = calloc(n, sizeof(*times)), begin;
	unsigned int i, j;

	for (i = 0; i < n; i++) {
		begin = now();
		for (j = 0; j < BATCH; j++) {
			if (header)
				look(header);
			else
				transfer(fd, number, size);
		}
		times[i] = (now() - begin) / BATCH;
	}
	qsort(times, n, sizeof(*times), compare);
	printf("%7u bytes, %s: least %llu, median %llu, 99 of 100 below %llu ns\n",
	       size, what, times[0], times[n / 2], times[n * 99ULL / 100]);
	free(times);
}

static void bench_read(unsigned int size, unsigned int n)
{
	int fd = checkpoint(size);

	transfer(fd, MOTET_IOC_CHECKPOINT_WRITE, size);
	measure("read by the call", size, n, fd, MOTET_IOC_CHECKPOINT_READ,
		NULL);
	measure("read in a view", size, n, fd, 0, view(fd));
	close(fd);
}

static void bench_write(unsigned int size, unsigned int n)
{
	int fd = checkpoint(size), i;

	transfer(fd, MOTET_IOC_CHECKPOINT_WRITE, size);
	measure("written without a view", size, n, fd,
		MOTET_IOC_CHECKPOINT_WRITE, NULL);
	view(fd);
	measure("written with a view", size, n, fd, MOTET_IOC_CHECKPOINT_WRITE,
		NULL);
	for (i = 1; i < VIEWS; i++)
		view(fd);
	measure("written with 8 views", size, n, fd,
		MOTET_IOC_CHECKPOINT_WRITE, NULL);
	close(fd);
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 2 ? strtoul(argv[2], NULL, 0) : 200, i;
	void (*bench)(unsigned int size, unsigned int n) = NULL;

	if (argc > 1 && !strcmp(argv[1], "read"))
		bench = bench_read;
	else if (argc > 1 && !strcmp(argv[1], "write"))
		bench = bench_write;
	if (!bench || !n) {
		fprintf(stderr, "usage: checkpoint_bench read|write [N]\n");
		return 2;
	}
	for (i = 0; sizes[i]; i++)
		bench(sizes[i], n);
	return 0;
}
