/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every call of the tables: DOOR() makes something of its name and its place, and
 * holds the one against the other; and counts.
 */
enum { DOORS_BEFORE = __COUNTER__ };

DOOR(info, doors[0]);
DOOR(port_create, doors[1]);
DOOR(port_open, doors[2]);
DOOR(port_lookup, doors[3]);
DOOR(port_unlink, doors[4]);
DOOR(port_status, doors[5]);
DOOR(send, doors[6]);
DOOR(recv, doors[7]);
DOOR(reply, doors[8]);
DOOR(call, doors[9]);
DOOR(cancel, doors[10]);
DOOR(reply_recv, doors[11]);
DOOR(port_offer, doors[12]);
DOOR(port_enable, doors[13]);
DOOR(port_change, doors[14]);
DOOR(lease, doors[15]);
DOOR(send_many, doors[16]);
DOOR(recv_many, doors[17]);
DOOR(group_create, doors[18]);
DOOR(group_open, doors[19]);
DOOR(group_insert, doors[20]);
DOOR(group_remove, doors[21]);
DOOR(group_rekey, doors[22]);
DOOR(group_delete, doors[23]);
DOOR(group_track, doors[24]);
DOOR(watch, doors[25]);
DOOR(watch_stop, doors[26]);
DOOR(group_report, doors[27]);
DOOR(group_session_end, doors[28]);
DOOR(group_status, doors[29]);
DOOR(lock_open, lock_doors[0]);
DOOR(lock_close, lock_doors[1]);
DOOR(lock_acquire, lock_doors[2]);
DOOR(lock_release, lock_doors[3]);
DOOR(lock_purge, lock_doors[4]);
DOOR(lock_status, lock_doors[5]);
DOOR(channel_open, channel_doors[0]);
DOOR(channel_unlink, channel_doors[1]);
DOOR(channel_limits, channel_doors[2]);
DOOR(channel_publish, channel_doors[3]);
DOOR(channel_subscribe, channel_doors[4]);
DOOR(channel_unsubscribe, channel_doors[5]);
DOOR(channel_clear, channel_doors[6]);
DOOR(channel_status, channel_doors[7]);
DOOR(checkpoint_open, checkpoint_doors[0]);
DOOR(checkpoint_unlink, checkpoint_doors[1]);
DOOR(checkpoint_limits, checkpoint_doors[2]);
DOOR(checkpoint_change, checkpoint_doors[3]);
DOOR(checkpoint_status, checkpoint_doors[4]);
DOOR(checkpoint_write, checkpoint_doors[5]);
DOOR(checkpoint_read, checkpoint_doors[6]);
DOOR(section_create, checkpoint_doors[7]);
DOOR(section_delete, checkpoint_doors[8]);
DOOR(section_change, checkpoint_doors[9]);
DOOR(section_next, checkpoint_doors[10]);
DOOR(checkpoint_track, checkpoint_doors[11]);
DOOR(checkpoint_view, checkpoint_doors[12]);
DOOR(checkpoint_replicate, replicator_doors[0]);
DOOR(checkpoint_sync, replicator_doors[1]);
DOOR(replicator_next, replicator_doors[2]);
DOOR(replicator_ack, replicator_doors[3]);
DOOR(replicator_apply, replicator_doors[4]);
DOOR(replicator_status, replicator_doors[5]);

static_assert(__COUNTER__ - DOORS_BEFORE - 1 == DOORS + LOCK_DOORS +
	      CHANNEL_DOORS + CHECKPOINT_DOORS + REPLICATOR_DOORS,
	      "a call of the tables is not here");
