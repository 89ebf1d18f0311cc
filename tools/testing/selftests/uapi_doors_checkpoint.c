// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every call of checkpoints, and how to make it succeed.
 */
#include "checkpoint_test.h"
#include "uapi_doors.h"

SIZE_OF(motet_checkpoint_attributes, 40);
SIZE_OF(motet_checkpoint_open, MOTET_CHECKPOINT_OPEN_SIZE_VER0);
SIZE_OF(motet_checkpoint_name, MOTET_CHECKPOINT_NAME_SIZE_VER0);
SIZE_OF(motet_checkpoint_limits, MOTET_CHECKPOINT_LIMITS_SIZE_VER0);
SIZE_OF(motet_checkpoint_change, MOTET_CHECKPOINT_CHANGE_SIZE_VER0);
SIZE_OF(motet_checkpoint_status, MOTET_CHECKPOINT_STATUS_SIZE_VER0);
SIZE_OF(motet_checkpoint_element, MOTET_CHECKPOINT_ELEMENT_SIZE_VER0);
SIZE_OF(motet_checkpoint_io, MOTET_CHECKPOINT_IO_SIZE_VER1);
SIZE_OF(motet_checkpoint_track, MOTET_CHECKPOINT_TRACK_SIZE_VER0);
SIZE_OF(motet_checkpoint_event, MOTET_CHECKPOINT_EVENT_SIZE_VER0);
SIZE_OF(motet_view_open, MOTET_VIEW_OPEN_SIZE_VER0);
SIZE_OF(motet_view_header, MOTET_VIEW_HEADER_SIZE_VER0);
SIZE_OF(motet_section_create, MOTET_SECTION_CREATE_SIZE_VER0);
SIZE_OF(motet_section_name, MOTET_SECTION_NAME_SIZE_VER0);
SIZE_OF(motet_section_change, MOTET_SECTION_CHANGE_SIZE_VER0);
SIZE_OF(motet_section_next, MOTET_SECTION_NEXT_SIZE_VER0);

static struct motet_checkpoint_element element;
static char id[MOTET_SECTION_ID_MAX];

static void make_open_checkpoint(void *arg)
{
	*(struct motet_checkpoint_open *)arg =
		MT(motet_checkpoint_open, .name = mt_ptr("made"),
		   .name_len = 4, .flags = MC_CREATE, .mode = 0777,
		   .attributes = mc_attributes());
}

static void close_checkpoint(void *arg)
{
	close(((struct motet_checkpoint_open *)arg)->fd);
}

static int unlinked = -1;

static void make_unlink_checkpoint(void *arg)
{
	if (unlinked < 0)
		unlinked = mc_create(world.fds[MOTET_ROLE_ACTOR], "unlinked");
	*(struct motet_checkpoint_name *)arg =
		MT(motet_checkpoint_name, .name = mt_ptr("unlinked"),
		   .name_len = 8);
}

static void unlinked_checkpoint(void *arg)
{
	(void)arg;
	close(unlinked);
	unlinked = -1;
}

static void make_limits(void *arg)
{
	*(struct motet_checkpoint_limits *)arg = MT(motet_checkpoint_limits);
}

static void make_change_checkpoint(void *arg)
{
	*(struct motet_checkpoint_change *)arg = MT(motet_checkpoint_change);
}

static void make_status_checkpoint(void *arg)
{
	*(struct motet_checkpoint_status *)arg = MT(motet_checkpoint_status);
}

static void make_io(void *arg)
{
	mc_section(world.fds[MOTET_ROLE_CHECKPOINT], "section", "data", 4);
	element = mc_element("section", 0, &world.value, 4);
	*(struct motet_checkpoint_io *)arg =
		MT(motet_checkpoint_io, .elements = mt_ptr(&element),
		   .count = 1, .element_size = sizeof(element));
}

static void make_section(void *arg)
{
	mc_delete(world.fds[MOTET_ROLE_CHECKPOINT], "created");
	*(struct motet_section_create *)arg =
		MT(motet_section_create, .section = mt_ptr("created"),
		   .section_len = 7, .data = mt_ptr(&world.value),
		   .data_len = 8);
}

static void delete_section(void *arg)
{
	(void)arg;
	mc_delete(world.fds[MOTET_ROLE_CHECKPOINT], "created");
}

static void make_section_delete(void *arg)
{
	mc_section(world.fds[MOTET_ROLE_CHECKPOINT], "deleted", NULL, 0);
	*(struct motet_section_name *)arg =
		MT(motet_section_name, .section = mt_ptr("deleted"),
		   .section_len = 7);
}

static void make_section_change(void *arg)
{
	mc_section(world.fds[MOTET_ROLE_CHECKPOINT], "section", "data", 4);
	*(struct motet_section_change *)arg =
		MT(motet_section_change, .flags = MOTET_SECTION_EXPIRES |
						  MOTET_SECTION_STATE,
		   .section = mt_ptr("section"), .section_len = 7,
		   .state = MOTET_SECTION_VALID);
}

static void make_section_next(void *arg)
{
	mc_section(world.fds[MOTET_ROLE_CHECKPOINT], "section", "data", 4);
	*(struct motet_section_next *)arg =
		MT(motet_section_next, .filter = MOTET_SECTIONS_ANY,
		   .section = mt_ptr(id), .section_cap = sizeof(id));
}

static int track(__u32 flags, struct motet_checkpoint_track *arg)
{
	struct motet_checkpoint_status status;

	mc_status(world.fds[MOTET_ROLE_CHECKPOINT], &status);
	*arg = MT(motet_checkpoint_track, .flags = flags,
		  .checkpoint = status.id, .section = mt_ptr("tracked"),
		  .section_len = 7);
	return mt_ioctl(world.fds[MOTET_ROLE_ACTOR],
			MOTET_IOC_CHECKPOINT_TRACK, arg);
}

static void stop_tracking(void *arg)
{
	struct motet_checkpoint_track stop;

	(void)arg;
	track(MOTET_TRACK_STOP, &stop);
}

static void make_track(void *arg)
{
	stop_tracking(NULL);
	track(0, arg);
	stop_tracking(NULL);
}

static void make_view(void *arg)
{
	mc_section(world.fds[MOTET_ROLE_CHECKPOINT], "section", "data", 4);
	*(struct motet_view_open *)arg =
		MT(motet_view_open, .section = mt_ptr("section"),
		   .section_len = 7, .room = 100);
}

static void close_view(void *arg)
{
	close(((struct motet_view_open *)arg)->fd);
}

const struct door checkpoint_doors[CHECKPOINT_DOORS] = {
	{
		.name = "CHECKPOINT_OPEN", .number = MOTET_IOC_CHECKPOINT_OPEN,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_checkpoint_open),
		.first = MOTET_CHECKPOINT_OPEN_SIZE_VER0,
		.make = make_open_checkpoint, .undo = close_checkpoint,
		.flags = offsetof(struct motet_checkpoint_open, flags),
		.known = MC_CREATE,
		.zero = {
			FIELD(motet_checkpoint_open, pad),
			FIELD(motet_checkpoint_open, attributes.pad),
		},
		.ignored = {
			FIELD(motet_checkpoint_open, fd),
			FIELD(motet_checkpoint_open, created),
			FIELD(motet_checkpoint_open, id),
		},
		.pointers = { FIELD(motet_checkpoint_open, name) },
	}, {
		.name = "CHECKPOINT_UNLINK",
		.number = MOTET_IOC_CHECKPOINT_UNLINK,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_checkpoint_name),
		.first = MOTET_CHECKPOINT_NAME_SIZE_VER0,
		.make = make_unlink_checkpoint, .undo = unlinked_checkpoint,
		.flags = offsetof(struct motet_checkpoint_name, flags),
		.zero = { FIELD(motet_checkpoint_name, pad) },
		.ignored = { FIELD(motet_checkpoint_name, id) },
		.pointers = { FIELD(motet_checkpoint_name, name) },
	}, {
		.name = "CHECKPOINT_LIMITS",
		.number = MOTET_IOC_CHECKPOINT_LIMITS,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_checkpoint_limits),
		.first = MOTET_CHECKPOINT_LIMITS_SIZE_VER0,
		.make = make_limits,
		.flags = offsetof(struct motet_checkpoint_limits, flags),
		.known = ~0U,
		.ignored = {
			FIELD(motet_checkpoint_limits, flags),
			FIELD(motet_checkpoint_limits, bytes_max),
			FIELD(motet_checkpoint_limits, pad),
		},
	}, {
		.name = "CHECKPOINT_CHANGE",
		.number = MOTET_IOC_CHECKPOINT_CHANGE,
		.role = MOTET_ROLE_CHECKPOINT, .roles = ON_CHECKPOINT,
		.size = sizeof(struct motet_checkpoint_change),
		.first = MOTET_CHECKPOINT_CHANGE_SIZE_VER0,
		.make = make_change_checkpoint,
		.flags = offsetof(struct motet_checkpoint_change, flags),
	}, {
		.name = "CHECKPOINT_STATUS",
		.number = MOTET_IOC_CHECKPOINT_STATUS,
		.role = MOTET_ROLE_CHECKPOINT, .roles = ON_CHECKPOINT,
		.size = sizeof(struct motet_checkpoint_status),
		.first = MOTET_CHECKPOINT_STATUS_SIZE_VER0,
		.make = make_status_checkpoint,
		.flags = offsetof(struct motet_checkpoint_status, flags),
		.known = ~0U,
		.ignored = {
			FIELD(motet_checkpoint_status, flags),
			FIELD(motet_checkpoint_status, attributes),
			FIELD(motet_checkpoint_status, pad),
			FIELD(motet_checkpoint_status, id),
		},
	}, {
		.name = "CHECKPOINT_WRITE",
		.number = MOTET_IOC_CHECKPOINT_WRITE,
		.role = MOTET_ROLE_CHECKPOINT, .roles = ON_CHECKPOINT,
		.size = sizeof(struct motet_checkpoint_io),
		.first = MOTET_CHECKPOINT_IO_SIZE_VER0,
		.make = make_io,
		.flags = offsetof(struct motet_checkpoint_io, flags),
		.known = MOTET_CHECKPOINT_SYNC,
		.zero = { FIELD(motet_checkpoint_io, pad) },
		.ignored = {
			FIELD(motet_checkpoint_io, failed),
			FIELD(motet_checkpoint_io, generation),
		},
		.pointers = { FIELD(motet_checkpoint_io, elements) },
	}, {
		.name = "CHECKPOINT_READ",
		.number = MOTET_IOC_CHECKPOINT_READ,
		.role = MOTET_ROLE_CHECKPOINT, .roles = ON_CHECKPOINT,
		.size = sizeof(struct motet_checkpoint_io),
		.first = MOTET_CHECKPOINT_IO_SIZE_VER0,
		.make = make_io,
		.flags = offsetof(struct motet_checkpoint_io, flags),
		.zero = {
			FIELD(motet_checkpoint_io, pad),
			FIELD(motet_checkpoint_io, deadline),
		},
		.ignored = {
			FIELD(motet_checkpoint_io, failed),
			FIELD(motet_checkpoint_io, generation),
		},
		.pointers = { FIELD(motet_checkpoint_io, elements) },
	}, {
		.name = "SECTION_CREATE", .number = MOTET_IOC_SECTION_CREATE,
		.role = MOTET_ROLE_CHECKPOINT, .roles = ON_CHECKPOINT,
		.size = sizeof(struct motet_section_create),
		.first = MOTET_SECTION_CREATE_SIZE_VER0,
		.make = make_section, .undo = delete_section,
		.flags = offsetof(struct motet_section_create, flags),
		.zero = { FIELD(motet_section_create, pad) },
		.ignored = { FIELD(motet_section_create, made) },
		.pointers = {
			FIELD(motet_section_create, section),
			FIELD(motet_section_create, data),
		},
	}, {
		.name = "SECTION_DELETE", .number = MOTET_IOC_SECTION_DELETE,
		.role = MOTET_ROLE_CHECKPOINT, .roles = ON_CHECKPOINT,
		.size = sizeof(struct motet_section_name),
		.first = MOTET_SECTION_NAME_SIZE_VER0,
		.make = make_section_delete,
		.flags = offsetof(struct motet_section_name, flags),
		.zero = { FIELD(motet_section_name, pad) },
		.pointers = { FIELD(motet_section_name, section) },
	}, {
		.name = "SECTION_CHANGE", .number = MOTET_IOC_SECTION_CHANGE,
		.role = MOTET_ROLE_CHECKPOINT, .roles = ON_CHECKPOINT,
		.size = sizeof(struct motet_section_change),
		.first = MOTET_SECTION_CHANGE_SIZE_VER0,
		.make = make_section_change,
		.flags = offsetof(struct motet_section_change, flags),
		.known = MOTET_SECTION_EXPIRES | MOTET_SECTION_STATE,
		.pointers = { FIELD(motet_section_change, section) },
	}, {
		.name = "SECTION_NEXT", .number = MOTET_IOC_SECTION_NEXT,
		.role = MOTET_ROLE_CHECKPOINT, .roles = ON_CHECKPOINT,
		.size = sizeof(struct motet_section_next),
		.first = MOTET_SECTION_NEXT_SIZE_VER0,
		.make = make_section_next,
		.flags = offsetof(struct motet_section_next, flags),
		.zero = { FIELD(motet_section_next, when) },
		.ignored = {
			FIELD(motet_section_next, section_len),
			FIELD(motet_section_next, state),
			FIELD(motet_section_next, bytes),
			FIELD(motet_section_next, expires),
			FIELD(motet_section_next, updated),
			FIELD(motet_section_next, generation),
		},
		.pointers = { FIELD(motet_section_next, section) },
	}, {
		.name = "CHECKPOINT_TRACK",
		.number = MOTET_IOC_CHECKPOINT_TRACK,
		.role = MOTET_ROLE_ACTOR, .roles = ON_PORT | ON_ACTOR,
		.size = sizeof(struct motet_checkpoint_track),
		.first = MOTET_CHECKPOINT_TRACK_SIZE_VER0,
		.make = make_track, .undo = stop_tracking,
		.flags = offsetof(struct motet_checkpoint_track, flags),
		.known = MOTET_TRACK_STOP,
		.zero = { FIELD(motet_checkpoint_track, pad) },
		.pointers = { FIELD(motet_checkpoint_track, section) },
	}, {
		.name = "CHECKPOINT_VIEW",
		.number = MOTET_IOC_CHECKPOINT_VIEW,
		.role = MOTET_ROLE_CHECKPOINT, .roles = ON_CHECKPOINT,
		.size = sizeof(struct motet_view_open),
		.first = MOTET_VIEW_OPEN_SIZE_VER0,
		.make = make_view, .undo = close_view,
		.flags = offsetof(struct motet_view_open, flags),
		.zero = {
			FIELD(motet_view_open, fd_flags),
			FIELD(motet_view_open, pad),
		},
		.ignored = {
			FIELD(motet_view_open, length),
			FIELD(motet_view_open, fd),
		},
		.pointers = { FIELD(motet_view_open, section) },
	},
};
