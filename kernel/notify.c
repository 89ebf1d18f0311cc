// SPDX-License-Identifier: GPL-2.0-only
/* Telling listeners what happens to objects. */

#include <linux/pid.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include <uapi/linux/motet_netlink.h>

#include "domain.h"
#include "notify.h"
#include "port.h"

/* Attributes that are neither name nor identifier, counted generously. */
#define MOTET_NOTIFY_PORT_NUMBERS	28

static const struct genl_family *motet_notify_family __read_mostly;
static unsigned int motet_notify_group __read_mostly;

static const u8 motet_notify_commands[] = {
	[MOTET_EVENT_CREATE] = MOTET_CMD_PORT_CREATE_NTF,
	[MOTET_EVENT_CHANGE] = MOTET_CMD_PORT_CHANGE_NTF,
	[MOTET_EVENT_DELETE] = MOTET_CMD_PORT_DELETE_NTF,
};

static const struct motet_name *
motet_notify_name(const struct motet_object *object)
{
	return rcu_dereference_protected(object->name,
					 lockdep_is_held(&object->domain->mutex));
}

/**
 * motet_notify_port_size() - how large the record of a port can be
 * @port: the port, published
 *
 * Context: under the mutex of the port's domain.
 * Return: bytes, without the headers of the message.
 */
size_t motet_notify_port_size(struct motet_port *port)
{
	const struct motet_name *name = motet_notify_name(&port->object);

	return nla_total_size(name ? name->len : 0) +
	       2 * nla_total_size(sizeof(struct motet_id)) +
	       MOTET_NOTIFY_PORT_NUMBERS * nla_total_size_64bit(sizeof(u64));
}

static int motet_notify_fill_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, MOTET_A_PORT_PAD);
}

/* What is fixed when the port is created, but for the name. */
static int motet_notify_fill_identity(struct sk_buff *skb,
				      const struct motet_port *port,
				      struct user_namespace *user_ns)
{
	const struct motet_object *object = &port->object;
	const struct motet_name *name = motet_notify_name(object);
	uid_t uid = from_kuid_munged(user_ns, object->uid);
	gid_t gid = from_kgid_munged(user_ns, object->gid);

	if (nla_put(skb, MOTET_A_PORT_ID, sizeof(object->id), &object->id) ||
	    (name && nla_put(skb, MOTET_A_PORT_NAME, name->len, name->bytes)) ||
	    nla_put_u32(skb, MOTET_A_PORT_UID, uid) ||
	    nla_put_u32(skb, MOTET_A_PORT_GID, gid) ||
	    nla_put_u32(skb, MOTET_A_PORT_MODE, object->mode) ||
	    (port->is_default && nla_put_flag(skb, MOTET_A_PORT_DEFAULT)) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_RETENTION,
				  object->retention))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_state(struct sk_buff *skb,
				   const struct motet_port_view *view,
				   struct pid_namespace *pid_ns)
{
	if (nla_put_u32(skb, MOTET_A_PORT_STATE, view->state) ||
	    (view->held && nla_put(skb, MOTET_A_PORT_HOLDER,
				   sizeof(view->holder), &view->holder)) ||
	    (view->held && pid_ns &&
	     nla_put_u32(skb, MOTET_A_PORT_PID,
			 pid_nr_ns(view->pid, pid_ns))) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_EPOCH, view->epoch) ||
	    nla_put_u32(skb, MOTET_A_PORT_MESSAGES, view->messages) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_BYTES, view->bytes) ||
	    nla_put_u32(skb, MOTET_A_PORT_CALLS, view->calls) ||
	    nla_put_u32(skb, MOTET_A_PORT_HANDLES, view->senders) ||
	    nla_put_u32(skb, MOTET_A_PORT_MESSAGES_MAX, view->messages_max) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_BYTES_MAX,
				  view->bytes_max))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_stats(struct sk_buff *skb,
				   const struct motet_queue_stats *stats)
{
	if (nla_put_u32(skb, MOTET_A_PORT_MESSAGES_PEAK,
			stats->messages_peak) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_BYTES_PEAK,
				  stats->bytes_peak) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_SENT, stats->sent) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_RECEIVED,
				  stats->received) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_REFUSED, stats->refused) ||
	    nla_put_u32(skb, MOTET_A_PORT_SUSPENDED, stats->suspended) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_SUSPENDED_TOTAL,
				  stats->suspended_total) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_LONGEST_WAIT,
				  stats->longest_wait))
		return -EMSGSIZE;
	return 0;
}

/**
 * motet_notify_fill_port() - put the record of a port into a message
 * @skb: the message
 * @port: the port, published
 * @reader: in whose terms
 * @sequence: number of the last event that the record reflects
 *
 * Context: under the mutex of the port's domain.
 * Return: 0, or -EMSGSIZE if it does not fit; part of it is in @skb then.
 */
int motet_notify_fill_port(struct sk_buff *skb, struct motet_port *port,
			   const struct motet_notify_reader *reader,
			   u64 sequence)
{
	struct motet_port_view view = {};
	int err;

	lockdep_assert_held(&port->object.domain->mutex);
	motet_port_look(port, &view);
	err = motet_notify_fill_identity(skb, port, reader->user_ns);
	if (!err)
		err = motet_notify_fill_state(skb, &view, reader->pid_ns);
	if (!err)
		err = motet_notify_fill_stats(skb, &view.stats);
	if (!err)
		err = motet_notify_fill_u64(skb, MOTET_A_PORT_SEQUENCE,
					    sequence);
	put_pid(view.pid);
	return err;
}

static int motet_notify_send(struct net *net, struct motet_port *port,
			     u8 command, u64 sequence)
{
	const struct motet_notify_reader everyone = {
		.user_ns = net->user_ns,
	};
	struct sk_buff *skb;
	void *header;

	skb = genlmsg_new(motet_notify_port_size(port), GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	header = genlmsg_put(skb, 0, 0, motet_notify_family, 0, command);
	if (WARN_ON_ONCE(!header))
		goto err_free_skb;
	if (WARN_ON_ONCE(motet_notify_fill_port(skb, port, &everyone,
						sequence)))
		goto err_free_skb;
	genlmsg_end(skb, header);
	/* Whom it does not reach has been told so by netlink itself. */
	genlmsg_multicast_netns(motet_notify_family, net, skb, 0,
				motet_notify_group, GFP_KERNEL);
	return 0;

err_free_skb:
	nlmsg_free(skb);
	return -EMSGSIZE;
}

static int motet_notify_event(struct notifier_block *subscriber,
			      unsigned long event, void *data)
{
	const struct motet_object_event *what = data;
	struct motet_object *object = what->object;
	struct net *net = object->domain->net;

	if (object->ops->class != MOTET_CLASS_PORT ||
	    !genl_has_listeners(motet_notify_family, net, motet_notify_group))
		return NOTIFY_DONE;
	if (motet_notify_send(net, motet_port_of(object),
			      motet_notify_commands[event], what->sequence))
		genl_set_err(motet_notify_family, net, 0, motet_notify_group,
			     -ENOBUFS);
	return NOTIFY_OK;
}

static struct notifier_block motet_notify_subscriber = {
	.notifier_call = motet_notify_event,
};

/**
 * motet_notify_start() - begin to tell listeners
 * @family: the family, registered
 * @group: index of its group for the events of objects
 *
 * Context: may sleep.
 * Return: 0 or a negative error.
 */
int motet_notify_start(const struct genl_family *family, unsigned int group)
{
	motet_notify_family = family;
	motet_notify_group = group;
	return motet_object_subscribe(&motet_notify_subscriber);
}

/**
 * motet_notify_stop() - end it; the family is not used any more
 *
 * Context: may sleep.
 */
void motet_notify_stop(void)
{
	motet_object_unsubscribe(&motet_notify_subscriber);
}
