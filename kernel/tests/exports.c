// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the unit tests call: only where the kernel has KUnit, and only they may.
 * One list here, so that what it is about reads as it does without tests.
 */

#include <kunit/visibility.h>
#include <linux/export.h>

#include "channel.h"
#include "channel_internal.h"
#include "checkpoint.h"
#include "checkpoint_internal.h"
#include "deliver_internal.h"
#include "group.h"
#include "lock_internal.h"
#include "message.h"
#include "object.h"
#include "process.h"
#include "queue.h"
#include "quota.h"
#include "ready.h"
#include "record.h"
#include "retention.h"

EXPORT_SYMBOL_IF_KUNIT(motet_channel_limits);
EXPORT_SYMBOL_IF_KUNIT(motet_event_check);
EXPORT_SYMBOL_IF_KUNIT(motet_subscription_matches);

EXPORT_SYMBOL_IF_KUNIT(motet_channel_exact_params);
EXPORT_SYMBOL_IF_KUNIT(motet_patterns_check);

EXPORT_SYMBOL_IF_KUNIT(motet_checkpoint_check);
EXPORT_SYMBOL_IF_KUNIT(motet_checkpoint_limits);
EXPORT_SYMBOL_IF_KUNIT(motet_section_next);

EXPORT_SYMBOL_IF_KUNIT(motet_boottime_from_user);
EXPORT_SYMBOL_IF_KUNIT(motet_boottime_to_user);
EXPORT_SYMBOL_IF_KUNIT(motet_content_free);
EXPORT_SYMBOL_IF_KUNIT(motet_content_get);
EXPORT_SYMBOL_IF_KUNIT(motet_content_new);
EXPORT_SYMBOL_IF_KUNIT(motet_content_put);
EXPORT_SYMBOL_IF_KUNIT(motet_content_reserve);
EXPORT_SYMBOL_IF_KUNIT(motet_content_span);
EXPORT_SYMBOL_IF_KUNIT(motet_content_unreserve);

EXPORT_SYMBOL_IF_KUNIT(motet_pick_has_room);
EXPORT_SYMBOL_IF_KUNIT(motet_pick_next);

EXPORT_SYMBOL_IF_KUNIT(motet_member_is_stale);
EXPORT_SYMBOL_IF_KUNIT(motet_member_load);

EXPORT_SYMBOL_IF_KUNIT(motet_lock_closes_circle);
EXPORT_SYMBOL_IF_KUNIT(motet_lock_space_of);

EXPORT_SYMBOL_IF_KUNIT(motet_message_body);
EXPORT_SYMBOL_IF_KUNIT(motet_message_clone);
EXPORT_SYMBOL_IF_KUNIT(motet_message_describe);
EXPORT_SYMBOL_IF_KUNIT(motet_message_free);
EXPORT_SYMBOL_IF_KUNIT(motet_message_gave_id);
EXPORT_SYMBOL_IF_KUNIT(motet_message_new_exception);
EXPORT_SYMBOL_IF_KUNIT(motet_message_new_id);
EXPORT_SYMBOL_IF_KUNIT(motet_message_recycle);
EXPORT_SYMBOL_IF_KUNIT(motet_monotonic_from_user);

EXPORT_SYMBOL_IF_KUNIT(motet_name_new_kernel);

EXPORT_SYMBOL_IF_KUNIT(motet_process_is_dead);
EXPORT_SYMBOL_IF_KUNIT(motet_process_status);

EXPORT_SYMBOL_IF_KUNIT(motet_queue_begin_epoch_locked);
EXPORT_SYMBOL_IF_KUNIT(motet_queue_check_room);
EXPORT_SYMBOL_IF_KUNIT(motet_queue_claim_locked);
EXPORT_SYMBOL_IF_KUNIT(motet_queue_close);
EXPORT_SYMBOL_IF_KUNIT(motet_queue_commit_locked);
EXPORT_SYMBOL_IF_KUNIT(motet_queue_init);
EXPORT_SYMBOL_IF_KUNIT(motet_queue_peek_locked);
EXPORT_SYMBOL_IF_KUNIT(motet_queue_put_back_locked);
EXPORT_SYMBOL_IF_KUNIT(motet_queue_release_locked);
EXPORT_SYMBOL_IF_KUNIT(motet_queue_reserve);
EXPORT_SYMBOL_IF_KUNIT(motet_queue_take_locked);
EXPORT_SYMBOL_IF_KUNIT(motet_queue_unreserve);
EXPORT_SYMBOL_IF_KUNIT(motet_queue_withdraw_locked);
EXPORT_SYMBOL_IF_KUNIT(motet_share_get);
EXPORT_SYMBOL_IF_KUNIT(motet_share_put);

EXPORT_SYMBOL_IF_KUNIT(motet_payer_get);
EXPORT_SYMBOL_IF_KUNIT(motet_payer_new);
EXPORT_SYMBOL_IF_KUNIT(motet_payer_put);
EXPORT_SYMBOL_IF_KUNIT(motet_quota_charge);
EXPORT_SYMBOL_IF_KUNIT(motet_quota_limit);
EXPORT_SYMBOL_IF_KUNIT(motet_quota_next);
EXPORT_SYMBOL_IF_KUNIT(motet_quota_uncharge);

EXPORT_SYMBOL_IF_KUNIT(motet_ready_add);
EXPORT_SYMBOL_IF_KUNIT(motet_ready_first_locked);
EXPORT_SYMBOL_IF_KUNIT(motet_ready_remove);
EXPORT_SYMBOL_IF_KUNIT(motet_ready_requeue);
EXPORT_SYMBOL_IF_KUNIT(motet_ready_set_init);

EXPORT_SYMBOL_IF_KUNIT(motet_record_drop);
EXPORT_SYMBOL_IF_KUNIT(motet_record_new);
EXPORT_SYMBOL_IF_KUNIT(motet_record_new_adding);
EXPORT_SYMBOL_IF_KUNIT(motet_record_on_read);
EXPORT_SYMBOL_IF_KUNIT(motet_record_tell);
EXPORT_SYMBOL_IF_KUNIT(motet_record_tell_about);
EXPORT_SYMBOL_IF_KUNIT(motet_record_tell_adding);
EXPORT_SYMBOL_IF_KUNIT(motet_record_tell_times);
EXPORT_SYMBOL_IF_KUNIT(motet_record_try_tell);
EXPORT_SYMBOL_IF_KUNIT(motet_record_withdraw);

EXPORT_SYMBOL_IF_KUNIT(motet_retention_end_locked);
EXPORT_SYMBOL_IF_KUNIT(motet_retention_init);
EXPORT_SYMBOL_IF_KUNIT(motet_retention_is_over_locked);
EXPORT_SYMBOL_IF_KUNIT(motet_retention_queue);
EXPORT_SYMBOL_IF_KUNIT(motet_retention_settle_locked);
