// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Capabilities: see capability.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capability.h"
#include "cleanup.h"
#include "command.h"

#define CAPABILITY_VARIABLE	"MOTET_CAPABILITY"

DEFINE_CLEANUP(file, FILE, fclose)

/* One line of a file; 0, or how the command ends */
static int capability_read_line(const char *name, char *line, int size)
{
	__cleanup(file) FILE *file = NULL;
	bool input = !strcmp(name, "-");

	if (!input) {
		file = fopen(name, "re");
		if (!file)
			return command_fail(-errno, "--capability: %s: %s",
					    name, strerror(errno));
	}
	if (!fgets(line, size, input ? stdin : file))
		*line = '\0';
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

int capability_read(const char *file, struct motet_cap *cap)
{
	const char *text = getenv(CAPABILITY_VARIABLE);
	char line[MOTET_CAP_TEXT_SIZE + 2];
	int ret;

	if (file) {
		ret = capability_read_line(file, line, sizeof(line));
		if (ret)
			return ret;
		text = line;
	}
	if (!text) {
		command_fail(0, "which group? --capability FILE says it, or $%s",
			     CAPABILITY_VARIABLE);
		return COMMAND_USAGE;
	}
	ret = motet_cap_from_string(cap, text);
	explicit_bzero(line, sizeof(line));
	if (ret || cap->id.bytes[0] != MOTET_CLASS_GROUP)
		return command_fail(0, "%s: no capability; see \"motet group create\"",
				    file ? file : "$" CAPABILITY_VARIABLE);
	return 0;
}

int capability_prepare(struct capability_file *file, const char *name)
{
	*file = (struct capability_file){ .name = name, .fd = -1 };
	if (!name)
		return 0;
	file->made = text_format("%s.XXXXXX", name);
	/* For its owner only */
	file->fd = mkstemp(file->made);
	if (file->fd >= 0)
		return 0;
	return command_fail(-errno, "--output: %s: %s", name, strerror(errno));
}

static int capability_finish(struct capability_file *file, const char *text)
{
	if (dprintf(file->fd, "%s\n", text) < 0 || fsync(file->fd) ||
	    rename(file->made, file->name))
		return -errno;
	free(file->made);
	file->made = NULL;
	return 0;
}

int capability_write(struct capability_file *file, const struct motet_cap *cap,
		     bool json)
{
	char text[MOTET_CAP_TEXT_SIZE];
	char id[MOTET_ID_TEXT_SIZE];
	json_t *object;
	int ret;

	motet_cap_to_string(cap, text);
	motet_id_to_string(&cap->id, id);
	if (file->name) {
		ret = capability_finish(file, text);
		if (ret)
			return command_fail(ret, "--output: %s: %s; the capability is lost",
					    file->name, strerror(-ret));
	}
	if (json) {
		object = json_pack("{s:s}", "id", id);
		if (!file->name)
			json_object_set_new(object, "capability",
					    json_string(text));
		command_print_json(object, true);
	} else {
		printf(file->name ? "id:%s\n" : "%s\n",
		       file->name ? id : text);
	}
	explicit_bzero(text, sizeof(text));
	return command_flush();
}

void cleanup_capability_file(struct capability_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	if (file->made)
		unlink(file->made);
	free(file->made);
}

int capability_fail(int error)
{
	switch (error) {
	case -EACCES:
		return command_fail(error, "the capability was revoked; there is a new one");
	case -ESRCH:
		return command_fail(error, "the group is gone; see \"motet group ls\"");
	default:
		return command_fail(error, "%s", motet_strerror(error));
	}
}
