/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process that does programs has, and what all of them share.
 */
#ifndef FUZZ_WORKER_H
#define FUZZ_WORKER_H

#include "fuzz.h"

/**
 * struct fz_shared_id - an identifier that all workers may use
 * @bytes: the identifier, or the capability
 */
struct fz_shared_id {
	__u8 bytes[32];
};

/* identifiers of a class that are shared */
#define FZ_SHARED_IDS	16

/**
 * struct fz_worker - what others see of a worker
 * @pid: of its process
 * @since: when its operation began, nanoseconds of CLOCK_MONOTONIC; 0 is none
 * @op: that operation
 * @operations: how many it has done
 * @programs: how many it has done
 * @lives: how often it was started
 * @between: nanoseconds between programs, to end what they left
 * @telling: nanoseconds in which programs were told
 * @table: what the doors did
 */
struct fz_worker {
	pid_t pid;
	__u64 since;
	struct fz_op op;
	__u64 operations;
	__u64 programs;
	__u64 lives;
	__u64 between;
	__u64 telling;
	struct fz_table table;
};

/* new edges of one program that are remembered */
#define FZ_NEW_EDGES	512

/* Edges are hashed to so many bits. */
#define FZ_EDGES	0x100000

/**
 * struct fz_shared - memory that all processes of a run share
 * @socket: a pair over which files go from one to another
 * @stop: the run is over
 * @cover: there is kcov
 * @tell: programs are told before they are done
 * @edges: how many were seen
 * @seen: which, one bit for each
 * @programs: programs of the corpus, some are not written yet
 * @loaded: those that were there in the beginning
 * @replayed: of them, those that were done
 * @ready: by program: 1 it is there, 2 it is written to a file too
 * @ids: the last identifiers by class; those of class 0 are capabilities
 * @next_id: place of the next, by class
 * @workers: the workers
 * @corpus: the programs
 */
struct fz_shared {
	int socket[2];
	bool stop;
	bool cover;
	bool tell;
	__u32 edges;
	__u64 seen[FZ_EDGES / 64];
	__u32 programs;
	__u32 loaded;
	__u32 replayed;
	__u8 ready[FZ_PROGRAMS];
	struct fz_shared_id ids[8][FZ_SHARED_IDS];
	__u32 next_id[8];
	struct fz_worker workers[FZ_WORKERS];
	struct fz_program corpus[FZ_PROGRAMS];
};

extern struct fz_shared *fz_shared;
extern struct fz_worker *fz_self;

/* fuzz_run.c */
int fz_run_init(void);
void fz_run_as_child(void);

/* fuzz_process.c */
int fz_pass(__u8 role, int fd);
int fz_take(void);
int fz_fork(void);
int fz_kill_child(int signal);
int fz_exec_child(void);
void fz_children_end(void);
bool fz_is_child(void);
__u64 fz_now(void);

/* fuzz_result.c */
void fz_make_forbid(void);
void fz_make_allow(void);
void fz_mapping_add(void *memory, size_t size, int prot);
bool fz_mapping_remove(void);
long fz_mapping_protect(int prot);
void fz_mappings_end(void);
void fz_share_id(__u8 class, const void *bytes);

/* fuzz_netlink.c */
void fz_unlimit(bool force);

/* fuzz_cover.c */
int fz_cover_open(unsigned int thread);
bool fz_cover_has(void);
void fz_cover_begin(void);
unsigned int fz_cover_new(void);
unsigned int fz_cover_take(__u32 *edges);
unsigned int fz_cover_again(__u32 *edges, unsigned int edge_count);
unsigned int fz_cover_known(const __u32 *edges, unsigned int count);

/* fuzz_corpus.c */
bool fz_corpus_add(const struct fz_program *program);
const struct fz_program *fz_corpus_any(void);
int fz_corpus_load(const char *path);
void fz_corpus_try(struct fz_program *program);
void fz_corpus_replay(bool keep);
void fz_corpus_sort(void);
int fz_corpus_write(FILE *file);

/* fuzz_loop.c */
void fz_worker_loop(unsigned int index, __u64 seed);

/* fuzz_report.c */
void fz_report(void);
__u64 fz_operations(void);
void fz_show_op(const struct fz_worker *worker);

#endif /* FUZZ_WORKER_H */
