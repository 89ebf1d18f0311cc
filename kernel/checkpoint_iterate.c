// SPDX-License-Identifier: GPL-2.0-only
/* Going through the sections of a checkpoint. */

#include <linux/sched.h>

#include "checkpoint_internal.h"

/* sections that are looked at before others have a turn */
#define MOTET_SECTION_STRIDE	1024

static bool motet_section_passes(const struct motet_section *section, u32 filter,
				 u64 when, s64 expires)
{
	switch (filter) {
	case MOTET_SECTIONS_FOREVER:
		return section->expiry.expires == KTIME_MAX;
	case MOTET_SECTIONS_UNTIL:
		return section->expiry.expires <= expires;
	case MOTET_SECTIONS_FROM:
		return section->expiry.expires >= expires;
	case MOTET_SECTIONS_CORRUPTED:
		return section->state == MOTET_SECTION_CORRUPTED;
	case MOTET_SECTIONS_SINCE:
		return section->generation > when;
	default:
		return true;
	}
}

static void motet_section_describe(const struct motet_section *section,
				   struct motet_section_next *arg, u8 *id)
{
	arg->section_len = section->id_len;
	if (section->id_len > arg->section_cap)
		return;
	arg->cursor = section->serial;
	arg->state = section->state;
	arg->bytes = section->content->size;
	arg->expires = motet_boottime_to_user(section->expiry.expires);
	arg->updated = section->updated;
	arg->generation = section->generation;
	memcpy(id, section->id, section->id_len);
}

static struct motet_section *
motet_section_step_locked(struct motet_checkpoint *checkpoint,
			  const struct motet_section_next *arg,
			  unsigned long *serial)
{
	s64 expires = motet_boottime_from_user(arg->when);
	struct motet_section *section;
	unsigned int i;

	lockdep_assert_held(&checkpoint->mutex);
	for (i = 0; i < MOTET_SECTION_STRIDE; i++) {
		section = xa_find_after(&checkpoint->serials, serial, ULONG_MAX,
					XA_PRESENT);
		if (!section)
			return ERR_PTR(-ENOENT);
		if (motet_section_passes(section, arg->filter, arg->when,
					 expires))
			return section;
	}
	return NULL;
}

/**
 * motet_section_next() - say what the next section is
 * @checkpoint: where
 * @arg: after which, and what for a one, as the user says; filled in
 * @id: room for %MOTET_SECTION_ID_MAX bytes: its id
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_SECTION_NEXT says.
 */
int motet_section_next(struct motet_checkpoint *checkpoint,
		       struct motet_section_next *arg, u8 *id)
{
	unsigned long serial = arg->cursor;
	struct motet_section *section;

	if (arg->flags || !arg->filter || arg->filter > MOTET_SECTIONS_SINCE)
		return -EINVAL;
	if (arg->when && arg->filter != MOTET_SECTIONS_UNTIL &&
	    arg->filter != MOTET_SECTIONS_FROM &&
	    arg->filter != MOTET_SECTIONS_SINCE)
		return -EINVAL;
	do {
		cond_resched();
		mutex_lock(&checkpoint->mutex);
		section = motet_section_step_locked(checkpoint, arg, &serial);
		if (!IS_ERR_OR_NULL(section))
			motet_section_describe(section, arg, id);
		mutex_unlock(&checkpoint->mutex);
	} while (!section);
	if (IS_ERR(section))
		return PTR_ERR(section);
	return arg->section_len > arg->section_cap ? -EMSGSIZE : 0;
}
