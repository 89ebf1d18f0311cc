// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs as text.
 *
 * An operation is a line: its name, followed by & if it is done aside and by ~
 * if it is done as a 32-bit program does; on=ROLE.N if it is not done on the
 * last file of the usual role; and FIELD=VALUE for each field that is set. An
 * empty line ends a program; a first line "keep" goes on with what the program
 * before it has left; # begins a comment.
 *
 * A line "layout NAME HASH" says how an operation was laid out when the programs
 * were written: programs of another layout are refused.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static const char *const roles[FZ_ANY + 1] = {
	[FZ_HOLDER] = "holder", [FZ_SENDER] = "sender", [FZ_ACTOR] = "actor",
	[FZ_STANDBY] = "standby", [FZ_GROUP] = "group",
	[FZ_CHANNEL] = "channel", [FZ_CHECKPOINT] = "checkpoint",
	[FZ_REPLICATOR] = "replicator", [FZ_VIEW] = "view",
	[FZ_NETLINK] = "netlink", [FZ_OTHER] = "other", [FZ_ANY] = "any",
	[4] = "former", [FZ_ROLES] = "none", [13] = "none", [14] = "none",
};

static void write_value(FILE *file, __u64 value)
{
	if (value == FZ_AUTO)
		fputs("auto", file);
	else if (value < 100000)
		fprintf(file, "%llu", (unsigned long long)value);
	else
		fprintf(file, "0x%llx", (unsigned long long)value);
}

void fz_op_write(FILE *file, const struct fz_op *op)
{
	const struct fz_door *door = &fz_doors[op->door];
	const char *prefix;
	unsigned int i, field;

	fprintf(file, "%s%s%s", door->name, op->how & FZ_ASIDE ? "&" : "",
		op->how & FZ_COMPAT ? "~" : "");
	if (op->role != door->roles[0] || op->file)
		fprintf(file, " on=%s.%u", roles[op->role & FZ_ANY], op->file);
	for (i = 0; i < op->count; i++) {
		field = op->field[i];
		prefix = door->prefix[door->part[field]];
		fprintf(file, " %s%s=", prefix ?: "", door->fields[field]->name);
		write_value(file, op->value[i]);
	}
	fputc('\n', file);
}

void fz_program_write(FILE *file, const struct fz_program *program)
{
	unsigned int i;

	if (program->keep)
		fputs("keep\n", file);
	for (i = 0; i < program->count; i++)
		fz_op_write(file, &program->ops[i]);
	fputc('\n', file);
}

void fz_layouts_write(FILE *file)
{
	unsigned int i;

	for (i = 0; i < fz_door_count; i++)
		fprintf(file, "layout %s %04x\n", fz_doors[i].name,
			fz_doors[i].hash);
	fputc('\n', file);
}

/**
 * struct reading - programs while they are read
 * @path: from where
 * @line: number of the line
 * @known: by operation: its layout was given, and is what it is
 * @refused: the program can't be used
 * @bad: programs that could not
 * @program: the program
 */
struct reading {
	const char *path;
	unsigned int line;
	bool known[FZ_OPS];
	bool refused;
	unsigned int bad;
	struct fz_program program;
};

static void refuse(struct reading *reading, const char *what, const char *which)
{
	if (reading->refused)
		return;
	fprintf(stderr, "%s:%u: %s %s: the program is left out\n",
		reading->path, reading->line, which, what);
	reading->refused = true;
	reading->bad++;
}

static void read_layout(struct reading *reading, char *rest)
{
	const char *name = strtok_r(NULL, "\n ", &rest);
	const char *hash = strtok_r(NULL, "\n ", &rest);
	const struct fz_door *door = name ? fz_door_of(name) : NULL;

	if (door && hash && strtoul(hash, NULL, 16) == door->hash)
		reading->known[door - fz_doors] = true;
}

static void read_file(struct reading *reading, struct fz_op *op, char *value)
{
	char *dot = strchr(value, '.');
	unsigned int role;

	if (dot)
		*dot++ = 0;
	for (role = 0; role <= FZ_ANY; role++) {
		if (!roles[role] || strcmp(roles[role], value))
			continue;
		op->role = role;
		op->file = dot ? strtoul(dot, NULL, 10) : 0;
		return;
	}
	refuse(reading, "is no role", value);
}

static void read_field(struct reading *reading, struct fz_op *op, char *text)
{
	const struct fz_door *door = &fz_doors[op->door];
	char *value = strchr(text, '='), *end;
	const char *prefix;
	unsigned int i;
	__u64 number;
	size_t len;

	if (!value) {
		refuse(reading, "has no value", text);
		return;
	}
	*value++ = 0;
	if (!strcmp(text, "on")) {
		read_file(reading, op, value);
		return;
	}
	number = strcmp(value, "auto") ? strtoull(value, &end, 0) : FZ_AUTO;
	for (i = 0; i < door->count; i++) {
		prefix = door->prefix[door->part[i]] ?: "";
		len = strlen(prefix);
		if (strncmp(text, prefix, len) ||
		    strcmp(text + len, door->fields[i]->name))
			continue;
		fz_set(op, i, number);
		return;
	}
	refuse(reading, "is no field of that operation", text);
}

static void read_op(struct reading *reading, char *name, char *rest)
{
	const struct fz_door *door;
	struct fz_op op = { 0 };
	char *text = name + strlen(name);

	while (text > name && strchr("&~", text[-1])) {
		op.how |= *--text == '&' ? FZ_ASIDE : FZ_COMPAT;
		*text = 0;
	}
	door = fz_door_of(name);
	if (!door) {
		refuse(reading, "is no operation", name);
		return;
	}
	if (!reading->known[door - fz_doors]) {
		refuse(reading, "has another layout now", name);
		return;
	}
	op.door = door - fz_doors;
	op.role = door->roles[0];
	while ((text = strtok_r(NULL, "\n ", &rest)))
		read_field(reading, &op, text);
	if (reading->program.count == FZ_LENGTH)
		refuse(reading, "is one operation too many", name);
	else
		reading->program.ops[reading->program.count++] = op;
}

static int end_program(struct reading *reading,
		       int (*take)(const struct fz_program *program))
{
	int ret = 0;

	if (reading->program.count && !reading->refused)
		ret = take(&reading->program);
	memset(&reading->program, 0, sizeof(reading->program));
	reading->refused = false;
	return ret;
}

static void read_line(struct reading *reading, char *line)
{
	char *rest = NULL, *word = strtok_r(line, "\n ", &rest);

	if (!word || *word == '#')
		return;
	if (!strcmp(word, "layout"))
		read_layout(reading, rest);
	else if (!strcmp(word, "keep"))
		reading->program.keep = true;
	else
		read_op(reading, word, rest);
}

static inline void free_text(char **text)
{
	free(*text);
}

/*
 * Gives each program of a file to @take. Returns how many could not be used, or
 * a negative errno.
 */
int fz_programs_read(const char *path,
		     int (*take)(const struct fz_program *program))
{
	FILE *file __attribute__((cleanup(fz_close_file))) = fopen(path, "re");
	char *line __attribute__((cleanup(free_text))) = NULL;
	struct reading reading = { .path = path };
	size_t size = 0;
	int ret = 0;

	if (!file)
		return -errno;
	while (!ret && getline(&line, &size, file) > 0) {
		reading.line++;
		if (*line == '\n')
			ret = end_program(&reading, take);
		else
			read_line(&reading, line);
	}
	if (!ret)
		ret = end_program(&reading, take);
	return ret < 0 ? ret : (int)reading.bad;
}
