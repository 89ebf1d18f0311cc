/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the port share among themselves. */
#ifndef _MOTET_PORT_INTERNAL_H
#define _MOTET_PORT_INTERNAL_H

#include "port.h"

/**
 * struct motet_remains - what is left of a port that died
 * @messages: what was queued [own]
 * @lost: exceptions for those who have sender handles [own]
 */
struct motet_remains {
	struct list_head messages;
	struct list_head lost;
};

/* port.c */
u64 motet_answer_limit(void);
struct motet_port *motet_port_build(struct motet_actor *actor,
				    const struct motet_port_create *arg);
void motet_port_close(struct motet_port *port, struct motet_remains *remains);
void motet_port_kill_locked(struct motet_port *port,
			    struct motet_remains *remains);
void motet_port_bury(struct motet_port *port, struct motet_remains *remains);
void motet_port_retain_locked(struct motet_port *port);
void motet_port_unretain_locked(struct motet_port *port);

/* port_holder.c */
void motet_port_hold_first(struct motet_handle *handle);
int motet_port_accept(struct motet_handle *handle);
int motet_port_stand_by(struct motet_handle *handle);
void motet_port_leave(struct motet_port *port,
		      const struct motet_handle *handle,
		      const struct motet_actor *actor);
void motet_port_dismiss(struct motet_port *port);
int motet_port_check_holder_locked(const struct motet_handle *handle);

/* port_ready.c */
void motet_port_disable_locked(struct motet_port *port);
void motet_port_reenable_locked(struct motet_port *port,
				struct motet_actor *actor);
int motet_port_await_any(struct motet_actor *actor, struct motet_msg *msg,
			 const struct motet_wait *wait,
			 struct motet_receipt *receipt);

/* port_handle.c */
int motet_handle_init(void);
void motet_handle_exit(void);
struct motet_handle *motet_handle_new(struct motet_actor *actor,
				      struct motet_port *port, u32 role);
void motet_handle_put(struct motet_handle *handle);

/* port_message.c */
u32 motet_body_limit(void);
void motet_message_address(struct motet_message *message,
			   struct motet_handle *handle);
int motet_port_commit_locked(struct motet_port *port,
			     struct motet_message *message);
int motet_port_take_locked(struct motet_handle *holder, struct motet_msg *msg,
			   struct motet_receipt *receipt);
void motet_port_withdraw_locked(struct motet_port *port,
				struct motet_message *message);
bool motet_port_requeue_locked(struct motet_port *port,
			       struct motet_message *message, bool sorted);
void motet_port_not_received(struct motet_receipt *receipt);
int motet_port_check_receiver_locked(const struct motet_handle *handle);

/* port_lease.c */
void motet_port_enlist_locked(struct motet_port *port,
			      struct motet_message *message, bool head);
void motet_port_delist_locked(struct motet_port *port,
			      struct motet_message *message);
struct motet_message *motet_port_find_locked(struct motet_port *port, u64 id);
void motet_port_grant_locked(struct motet_port *port,
			     struct motet_message *message,
			     struct motet_handle *lessee);
void motet_port_revoke_locked(struct motet_port *port,
			      struct motet_message *message);
int motet_port_lease(struct motet_receipt *receipt);
void motet_port_restore(struct motet_port *port, struct motet_message *message);
void motet_port_give_back_all(struct motet_port *port,
			      struct list_head *messages);

/* port_expiry.c */
void motet_port_init_deadlines(struct motet_port *port);
void motet_port_stop_deadlines(struct motet_port *port);
void motet_port_set_deadline_locked(struct motet_port *port,
				    struct motet_message *message,
				    u64 deadline);
void motet_port_clear_deadline_locked(struct motet_port *port,
				      struct motet_message *message);
void motet_port_do_deadlines(struct motet_port *port);

/* port_undelivered.c */
void motet_port_give_up_all(struct motet_port *port,
			    struct list_head *messages, int error);
void motet_port_drain_all(struct motet_port *port, struct list_head *messages);
void motet_port_drain_before_locked(struct motet_port *port,
				    struct list_head *messages);
void motet_port_tally(struct motet_port *port, u64 *count);
void motet_port_tell(struct motet_message *exception);
void motet_port_tell_abandoned(struct motet_port *port,
			       struct motet_message *request);
bool motet_port_dead_letter(struct motet_port *port,
			    struct motet_message *message, int error);
void motet_port_give_up(struct motet_port *port, struct motet_message *message,
			int error);

/* port_call.c */
int motet_call_init(void);
void motet_call_exit(void);
u32 motet_call_limit(void);
struct motet_call *motet_call_get(struct motet_call *call);
int motet_call_queue_locked(struct motet_handle *handle,
			    struct motet_message *request);
void motet_call_receive_locked(struct motet_port *port,
			       struct motet_call *call);
bool motet_call_requeue_locked(struct motet_port *port,
			       struct motet_message *request);
void motet_call_received(struct motet_port *port,
			 struct motet_message *request);
bool motet_call_fail_locked(struct motet_port *port,
			    const struct motet_message *request, int error);
void motet_call_lost(struct motet_port *port, struct motet_message *request);
int motet_call_answer_locked(struct motet_port *port, struct motet_call *call,
			     struct motet_message *answer);
struct motet_message *motet_request_abandon_locked(struct motet_port *port,
						   struct motet_message *request);
void motet_request_dispose(struct motet_port *port,
			   struct motet_message *request);
void motet_handle_abandon_calls(struct motet_handle *handle);

/* port_job.c */
void motet_job_enlist_locked(struct motet_port *backlog,
			     struct motet_message *job, bool head);
void motet_job_go_home(struct motet_port *member, struct motet_message *guest);
void motet_job_end(struct motet_port *member, struct motet_message *guest,
		   int error);
int motet_job_answer(struct motet_port *backlog, struct motet_call *call,
		     struct motet_message *answer);
void motet_job_abandon(struct motet_port *member, u64 id);

#endif /* _MOTET_PORT_INTERNAL_H */
