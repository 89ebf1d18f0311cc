// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many objects of one kind.
 *
 * One process, the owner, makes them and uses them. Another one looks on, and
 * kills it at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "channel_test.h"
#include "checkpoint_test.h"
#include "lock_test.h"
#include "scale.h"
#include "watch_test.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define CGROUP		"/sys/fs/cgroup/motet_scale"

/* Samples of which the median is taken. */
#define SAMPLES		101

/* How long to wait for what must come: only a bound against hanging. */
#define PATIENCE	(600 * MT_SECOND)

/**
 * struct owner - the process that has the objects
 * @actor: the device
 * @fd: whatever the objects are part of
 * @cap: of a group
 * @id: of what the last one is
 * @numbers: numbers of those that have no name
 */
struct owner {
	int actor;
	int fd;
	struct motet_cap cap;
	struct motet_id id;
	__u64 *numbers;
};

/**
 * struct kind - one kind of objects
 * @name: what it is called
 * @share: so many ports are one of these
 * @begin: what is to be there first; or NULL
 * @make: another one
 * @find: one of them; or NULL
 * @use: all of them at once; or NULL
 * @address: how a member is chosen, of those of a group
 * @dump: the netlink command that shows them; or 0
 * @total: the attribute of the domain that counts them
 */
struct kind {
	const char *name;
	unsigned int share;
	int (*begin)(struct owner *owner, unsigned int count);
	int (*make)(struct owner *owner, unsigned int index);
	int (*find)(struct owner *owner, unsigned int index);
	int (*use)(struct owner *owner, __u32 address);
	__u32 address;
	__u8 dump;
	__u16 total;
};

static void name_of(char *name, size_t size, unsigned int index)
{
	snprintf(name, size, "scale-%u", index);
}

static int make_anonymous(struct owner *owner, unsigned int index)
{
	(void)index;
	return mt_port(owner->actor, NULL, 1, NULL);
}

static int make_port(struct owner *owner, unsigned int index)
{
	char name[32];

	name_of(name, sizeof(name), index);
	return mt_port(owner->actor, name, 1, NULL);
}

static int find_port(struct owner *owner, unsigned int index)
{
	char name[32];
	int fd;

	name_of(name, sizeof(name), index);
	fd = mt_open(owner->actor, MOTET_ROLE_SENDER, name, NULL);
	return fd < 0 ? fd : close(fd);
}

static int make_group(struct owner *owner, unsigned int index)
{
	struct motet_group_create create = {
		.mode = 0777, .address = MOTET_ADDRESS_ANY,
	};
	char name[32];

	name_of(name, sizeof(name), index);
	return mt_group_create(owner->actor, &create, name);
}

static int find_group(struct owner *owner, unsigned int index)
{
	char name[32];
	int fd;

	name_of(name, sizeof(name), index);
	fd = mt_group_named(owner->actor, name, NULL);
	return fd < 0 ? fd : close(fd);
}

static int begin_members(struct owner *owner, unsigned int count)
{
	(void)count;
	owner->fd = mt_group(owner->actor, MOTET_ADDRESS_BROADCAST,
			     &owner->cap);
	return owner->fd;
}

static int make_member(struct owner *owner, unsigned int index)
{
	(void)index;
	return mt_member(owner->actor, &owner->cap, 8192, &owner->id);
}

static int to_members(struct owner *owner, __u32 address)
{
	struct motet_msg msg = {
		.flags = MOTET_MSG_DONTWAIT, .address = address,
		.session = address == MOTET_ADDRESS_STICKY,
	};

	return mt_to_group(owner->fd, &msg, 1);
}

static int begin_channel(struct owner *owner, unsigned int count)
{
	(void)count;
	owner->fd = mt_channel(owner->actor, "scale",
			       MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER,
			       0, NULL);
	return owner->fd;
}

static int subscribe(struct owner *owner, __u32 type, const char *filter)
{
	int fd = mt_channel(owner->actor, "scale", MOTET_CHANNEL_SUBSCRIBER,
			    256, NULL);

	return fd < 0 ? fd : mt_subscribe(fd, 1, type, filter);
}

static int make_subscriber(struct owner *owner, unsigned int index)
{
	(void)index;
	return subscribe(owner, MOTET_FILTER_NONE, "");
}

static int make_same_subscriber(struct owner *owner, unsigned int index)
{
	(void)index;
	return subscribe(owner, MOTET_FILTER_EXACT, "scale");
}

static int make_other_subscriber(struct owner *owner, unsigned int index)
{
	char name[32];

	name_of(name, sizeof(name), index);
	return subscribe(owner, MOTET_FILTER_EXACT, name);
}

/* For all; and of those with a filter each, for one. */
static int publish(struct owner *owner, __u32 address)
{
	(void)address;
	return mt_publish(owner->fd, 0, "scale-1", 1, 0, NULL);
}

static int begin_checkpoint(struct owner *owner, unsigned int count)
{
	const struct motet_checkpoint_attributes attributes = {
		.sections_max = count, .bytes_max = 8ULL * count,
		.section_bytes_max = 8, .section_id_max = 32,
	};

	owner->fd = mc_open_with(owner->actor, "scale", MC_CREATE, 0777,
				 &attributes);
	return owner->fd < 0 ? owner->fd : mc_unlink(owner->actor, "scale");
}

static int make_section(struct owner *owner, unsigned int index)
{
	char name[32];

	name_of(name, sizeof(name), index);
	return mc_section(owner->fd, name, NULL, 0);
}

static int find_section(struct owner *owner, unsigned int index)
{
	char name[32];
	long ret;

	name_of(name, sizeof(name), index);
	ret = mc_read(owner->fd, name, 0, NULL, 0);
	return ret < 0 ? (int)ret : 0;
}

static int begin_numbers(struct owner *owner, unsigned int count)
{
	owner->numbers = calloc(count, sizeof(*owner->numbers));
	return owner->numbers ? 0 : -ENOMEM;
}

static int make_lock(struct owner *owner, unsigned int index)
{
	char name[32];
	int ret;

	name_of(name, sizeof(name), index);
	ret = mt_lock_new(owner->actor, name, &owner->numbers[index]);
	return ret ?: mt_lock(owner->actor, owner->numbers[index], 1, EXCLUSIVE,
			      0);
}

static int find_lock(struct owner *owner, unsigned int index)
{
	int ret = mt_unlock(owner->actor, owner->numbers[index], 1);

	return ret ?: mt_lock(owner->actor, owner->numbers[index], 1, EXCLUSIVE,
			      0);
}

static int begin_watches(struct owner *owner, unsigned int count)
{
	owner->fd = mt_port(owner->actor, NULL, 1, &owner->id);
	return owner->fd < 0 ? owner->fd : begin_numbers(owner, count);
}

static int make_watch(struct owner *owner, unsigned int index)
{
	if (index % 2)
		return mt_watch_process(owner->actor, getpid(),
					&owner->numbers[index]);
	return mt_watch_object(owner->actor, MOTET_WATCH_PORT, &owner->id,
			       &owner->numbers[index]);
}

static int find_watch(struct owner *owner, unsigned int index)
{
	int ret = mt_watch_stop(owner->actor, owner->numbers[index]);

	return ret ?: make_watch(owner, index);
}

#define MEMBERS(_name, way)						\
	{ "members, " _name, 100, begin_members, make_member, NULL,	\
	  to_members, MOTET_ADDRESS_##way, 0, MOTET_A_DOMAIN_PORTS }

#define SUBSCRIBERS(_name, what)					\
	{ "subscribers of " _name, 10, begin_channel, what, NULL,	\
	  publish, 0, 0, MOTET_A_DOMAIN_CHANNELS }

static const struct kind kinds[] = {
	{ "anonymous ports", 1, NULL, make_anonymous, NULL, NULL, 0,
	  MOTET_CMD_PORT_GET, MOTET_A_DOMAIN_PORTS },
	{ "named ports", 1, NULL, make_port, find_port, NULL, 0,
	  MOTET_CMD_PORT_GET, MOTET_A_DOMAIN_PORTS },
	{ "groups", 10, NULL, make_group, find_group, NULL, 0,
	  MOTET_CMD_GROUP_GET, MOTET_A_DOMAIN_GROUPS },
	MEMBERS("broadcast", BROADCAST),
	MEMBERS("any", ANY),
	MEMBERS("round robin", ROUND_ROBIN),
	MEMBERS("best queue", BEST_QUEUE),
	MEMBERS("least loaded", LEAST_LOADED),
	MEMBERS("sticky", STICKY),
	SUBSCRIBERS("all", make_subscriber),
	SUBSCRIBERS("the same", make_same_subscriber),
	SUBSCRIBERS("one each", make_other_subscriber),
	{ "sections", 1, begin_checkpoint, make_section, find_section, NULL, 0,
	  0, MOTET_A_DOMAIN_CHECKPOINTS },
	{ "locks", 10, begin_numbers, make_lock, find_lock, NULL, 0,
	  MOTET_CMD_LOCK_GET, MOTET_A_DOMAIN_LOCKS },
	{ "watches", 10, begin_watches, make_watch, find_watch, NULL, 0,
	  MOTET_CMD_WATCH_GET, MOTET_A_DOMAIN_WATCHES },
};

const unsigned int scale_kinds = ARRAY_SIZE(kinds);

const char *scale_name(unsigned int kind)
{
	return kinds[kind].name;
}

/* How many ports there are to one of these, in a machine of some size. */
unsigned int scale_share(unsigned int kind)
{
	return kinds[kind].share;
}

/* So many files are open at a time. */
int scale_prepare(void)
{
	struct rlimit limit = { .rlim_cur = 1 << 20, .rlim_max = 1 << 20 };

	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		return -errno;
	return setrlimit(RLIMIT_NOFILE, &limit) ? -errno : 0;
}

static int compare(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static __u64 median(__u64 *times, unsigned int count)
{
	qsort(times, count, sizeof(*times), compare);
	return times[count / 2];
}

/* Of those that are made the last ones are measured, one by one. */
static int make_up_to(const struct kind *kind, struct owner *owner,
		      unsigned int from, struct scale_level *level)
{
	__u64 times[SAMPLES], begin;
	unsigned int i;
	int ret;

	for (i = from; i < level->count; i++) {
		begin = mt_now();
		ret = kind->make(owner, i);
		if (ret < 0)
			return ret;
		times[i % SAMPLES] = mt_now() - begin;
	}
	i = level->count - from;
	/* fewer are the first ones of all */
	if (i)
		level->make = median(times, i < SAMPLES ? i : SAMPLES);
	return 0;
}

static int find_some(const struct kind *kind, struct owner *owner,
		     struct scale_level *level)
{
	__u64 times[SAMPLES], begin;
	unsigned int i;
	int ret;

	for (i = 0; i < SAMPLES; i++) {
		begin = mt_now();
		ret = kind->find(owner, rand() % level->count);
		if (ret < 0)
			return ret;
		times[i] = mt_now() - begin;
	}
	level->find = median(times, SAMPLES);
	return 0;
}

static int use_all(const struct kind *kind, struct owner *owner,
		   struct scale_level *level)
{
	__u64 times[SAMPLES], begin;
	unsigned int i;
	int ret;

	/* messages stay where they are: there is room for them */
	for (i = 0; i < SCALE_USES; i++) {
		begin = mt_now();
		ret = kind->use(owner, kind->address);
		if (ret < 0)
			return ret;
		times[i] = mt_now() - begin;
	}
	level->use = median(times, SCALE_USES);
	return 0;
}

/* A pipe says when the other is to go on, another one when it has. */
static void be_owner(const struct kind *kind, struct scale *scale, int go,
		     int done)
{
	struct owner owner = { .fd = -1 };
	unsigned int have = 0, i, last;
	int ret;
	char byte;

	last = scale->levels[SCALE_LEVELS - 1].count;
	ret = mt_write_file(CGROUP "/cgroup.procs", "0");
	owner.actor = mt_actor();
	if (!ret && kind->begin)
		ret = kind->begin(&owner, last);
	for (i = 0; i < SCALE_LEVELS; i++) {
		scale->error = ret < 0 ? ret : 0;
		if (write(done, "", 1) != 1 || read(go, &byte, 1) != 1)
			_exit(1);
		if (ret >= 0)
			ret = make_up_to(kind, &owner, have, &scale->levels[i]);
		if (ret >= 0 && kind->find)
			ret = find_some(kind, &owner, &scale->levels[i]);
		scale->error = ret < 0 ? ret : 0;
		if (write(done, "", 1) != 1 || read(go, &byte, 1) != 1)
			_exit(1);
		if (ret >= 0 && kind->use)
			ret = use_all(kind, &owner, &scale->levels[i]);
		have = scale->levels[i].count;
	}
	scale->error = ret < 0 ? ret : 0;
	if (write(done, "", 1) == 1)
		pause();
	_exit(1);
}

static long number_in(const char *path, const char *key)
{
	static char text[65536];
	const char *at;

	if (mt_read_file(path, text, sizeof(text)) < 0)
		return 0;
	for (at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (!strncmp(at, key, strlen(key)))
			return atol(at + strlen(key));
	}
	return 0;
}

static long slab_bytes(void)
{
	return 1024 * (number_in("/proc/meminfo", "Slab:") +
		       number_in("/proc/meminfo", "Percpu:") +
		       number_in("/proc/meminfo", "VmallocUsed:"));
}

static long charged_bytes(void)
{
	return number_in(CGROUP "/memory.stat", "kernel ") -
	       number_in(CGROUP "/memory.stat", "pagetables ") -
	       number_in(CGROUP "/memory.stat", "kernel_stack ");
}

/* Dumps are counted as they come, and not kept. */
static int dump(const struct kind *kind, struct scale_level *level)
{
	struct mt_nl nl;
	__u64 begin;
	int ret;

	ret = mt_nl_open(&nl);
	if (ret)
		return ret;
	begin = mt_now();
	ret = mt_nl_count(&nl, kind->dump);
	if (ret > 0) {
		level->shown = ret;
		level->show = (mt_now() - begin) / ret;
	}
	mt_nl_close(&nl);
	return ret < 0 ? ret : 0;
}

static __u64 total(const struct kind *kind)
{
	struct mt_attrs answer = { 0 };
	struct mt_nl nl;
	int ret = mt_nl_open(&nl);

	if (!ret) {
		ret = mt_nl_do(&nl, MOTET_CMD_DOMAIN_GET, NULL, &answer);
		mt_nl_close(&nl);
	}
	return ret ? ~0ULL : mt_attr_number(&answer, kind->total);
}

static int until_total(const struct kind *kind, __u64 before)
{
	__u64 end = mt_after(PATIENCE);

	while (total(kind) > before) {
		if (mt_now() > end)
			return -ETIMEDOUT;
		mt_breathe();
	}
	return 0;
}

static int wait_for(int done, const struct scale *scale)
{
	char byte;

	if (read(done, &byte, 1) != 1)
		return -EPIPE;
	return scale->error;
}

/* What one level costs, as those see it who look on. */
static int look(const struct kind *kind, struct scale_level *level, long slab,
		long charged)
{
	level->slab = (slab_bytes() - slab) / (long)level->count;
	level->charged = (charged_bytes() - charged) / (long)level->count;
	return kind->dump ? dump(kind, level) : 0;
}

static int measure(const struct kind *kind, struct scale *scale, int go,
		   int done)
{
	long slab, charged;
	unsigned int i;
	int ret;

	ret = wait_for(done, scale);
	slab = slab_bytes();
	charged = charged_bytes();
	for (i = 0; !ret && i < SCALE_LEVELS; i++) {
		if (write(go, "", 1) != 1)
			return -errno;
		ret = wait_for(done, scale);
		if (!ret)
			ret = look(kind, &scale->levels[i], slab, charged);
		if (!ret && write(go, "", 1) != 1)
			return -errno;
		if (!ret)
			ret = wait_for(done, scale);
	}
	return ret;
}

/* As many of one kind as @count says. */
int scale_run(unsigned int kind, unsigned int count, struct scale **result)
{
	const struct kind *what = &kinds[kind];
	struct scale *scale = mt_shared(sizeof(*scale));
	int go[2], done[2], ret;
	__u64 before, begin;
	pid_t pid;

	if (!scale || pipe2(go, O_CLOEXEC) || pipe2(done, O_CLOEXEC))
		return -ENOMEM;
	*result = scale;
	scale->name = what->name;
	scale->levels[0].count = SCALE_FEW;
	scale->levels[1].count = count > 10000 ? 1000 : count / 10;
	if (scale->levels[1].count < 2 * SCALE_FEW)
		scale->levels[1].count = 2 * SCALE_FEW;
	scale->levels[2].count = count;
	before = total(what);
	pid = mt_fork();
	if (pid == 0)
		be_owner(what, scale, go[0], done[1]);
	close(go[0]);
	close(done[1]);
	ret = measure(what, scale, go[1], done[0]);
	begin = mt_now();
	mt_kill(pid);
	if (!ret)
		ret = until_total(what, before);
	scale->gone = mt_now() - begin;
	close(go[1]);
	close(done[0]);
	return ret;
}

void scale_print(const struct scale *scale)
{
	const struct scale_level *level;
	unsigned int i;

	printf("# %s: all gone %llu us after the death, %llu ns each\n",
	       scale->name, scale->gone / 1000,
	       scale->gone / scale->levels[SCALE_LEVELS - 1].count);
	for (i = 0; i < SCALE_LEVELS; i++) {
		level = &scale->levels[i];
		printf("# %7u: make %llu, find %llu, use %llu, show %llu ns;",
		       level->count, level->make, level->find, level->use,
		       level->show);
		printf(" %ld bytes, %ld charged\n", level->slab,
		       level->charged);
	}
	fflush(stdout);
}
