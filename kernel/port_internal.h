/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the port share among themselves. */
#ifndef _MOTET_PORT_INTERNAL_H
#define _MOTET_PORT_INTERNAL_H

#include "port.h"

/* port.c */
u64 motet_answer_limit(void);
void motet_port_hold_locked(struct motet_port *port,
			    struct motet_handle *holder);
void motet_port_leave(struct motet_port *port,
		      const struct motet_handle *handle,
		      const struct motet_actor *actor);

/* port_handle.c */
int motet_handle_init(void);
void motet_handle_exit(void);
struct motet_handle *motet_handle_new(struct motet_actor *actor,
				      struct motet_port *port, u32 role);

/* port_message.c */
u32 motet_body_limit(void);
void motet_message_address(struct motet_message *message,
			   struct motet_handle *handle);
void motet_port_tell(struct motet_message *exception);
void motet_port_orphan(struct motet_port *port, struct motet_message *message);
int motet_port_check_holder_locked(const struct motet_handle *handle);

/* port_call.c */
int motet_call_init(void);
void motet_call_exit(void);
u32 motet_call_limit(void);
void motet_call_put(struct motet_call *call);
int motet_call_queue_locked(struct motet_handle *handle,
			    struct motet_message *request);
void motet_call_receive_locked(struct motet_port *port,
			       struct motet_message *request);
bool motet_call_put_back_locked(struct motet_port *port,
				struct motet_message *request);
void motet_call_received(struct motet_port *port,
			 struct motet_message *request);
void motet_call_fail_locked(struct motet_port *port, struct motet_call *call,
			    int error);
void motet_port_fail_received(struct motet_port *port);
void motet_handle_abandon_calls(struct motet_handle *handle);

#endif /* _MOTET_PORT_INTERNAL_H */
