// SPDX-License-Identifier: GPL-2.0-only
/* Telling listeners what happens to objects. */

#include <linux/pid.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include <uapi/linux/motet_netlink.h>

#include "domain.h"
#include "node.h"
#include "notify.h"
#include "notify_internal.h"
#include "port.h"

/* Attributes that are neither name nor identifier, counted generously. */
#define MOTET_NOTIFY_PORT_NUMBERS	44
#define MOTET_NOTIFY_NODE_NUMBERS	7

static const struct genl_family *motet_notify_family __read_mostly;
static unsigned int motet_notify_objects __read_mostly;
static unsigned int motet_notify_nodes __read_mostly;

static const u8 motet_notify_node_commands[] = {
	[MOTET_NODE_CREATED] = MOTET_CMD_NODE_CREATE_NTF,
	[MOTET_NODE_CHANGED] = MOTET_CMD_NODE_CHANGE_NTF,
	[MOTET_NODE_DELETED] = MOTET_CMD_NODE_DELETE_NTF,
};

/**
 * motet_notify_name() - the name of an object
 * @object: the object
 *
 * Context: under the mutex of the object's domain.
 * Return: the name, or NULL if it has none.
 */
const struct motet_name *motet_notify_name(const struct motet_object *object)
{
	return rcu_dereference_protected(object->name,
					 lockdep_is_held(&object->domain->mutex));
}

/**
 * motet_notify_size() - how large the record of an object can be
 * @kind: what it is
 * @object: the object, published
 *
 * Context: under the mutex of the object's domain.
 * Return: bytes, without the headers of the message.
 */
size_t motet_notify_size(const struct motet_notify_kind *kind,
			 const struct motet_object *object)
{
	const struct motet_name *name = motet_notify_name(object);

	return nla_total_size(name ? name->len : 0) +
	       kind->ids * nla_total_size(sizeof(struct motet_id)) +
	       kind->numbers * nla_total_size_64bit(sizeof(u64));
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
	    nla_put_u32(skb, MOTET_A_PORT_NODE, object->node) ||
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
	    nla_put_u32(skb, MOTET_A_PORT_STANDBYS, view->standbys) ||
	    (view->enabled && nla_put_flag(skb, MOTET_A_PORT_ENABLED)) ||
	    nla_put_u32(skb, MOTET_A_PORT_MESSAGES_MAX, view->messages_max) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_BYTES_MAX,
				  view->bytes_max))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_leases(struct sk_buff *skb,
				    const struct motet_port_view *view)
{
	static const struct motet_id none;
	const struct motet_id *letters = &view->dead_letter;

	if (nla_put_u32(skb, MOTET_A_PORT_LEASED, view->leased) ||
	    (memcmp(letters, &none, sizeof(none)) &&
	     nla_put(skb, MOTET_A_PORT_DEAD_LETTER, sizeof(*letters),
		     letters)) ||
	    nla_put_u32(skb, MOTET_A_PORT_REDELIVERIES_MAX,
			view->redeliveries_max))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_losses(struct sk_buff *skb,
				    const struct motet_queue_stats *stats)
{
	if (motet_notify_fill_u64(skb, MOTET_A_PORT_REDELIVERED,
				  stats->redelivered) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_EXPIRED, stats->expired) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_DEAD_LETTERS,
				  stats->dead_letters) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_RETURNED,
				  stats->returned) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_DROPPED, stats->dropped) ||
	    motet_notify_fill_u64(skb, MOTET_A_PORT_CANCELLED,
				  stats->cancelled))
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

static int motet_notify_fill_port(struct sk_buff *skb,
				  struct motet_object *object,
				  const struct motet_notify_reader *reader,
				  u64 sequence)
{
	struct motet_port *port = motet_port_of(object);
	struct motet_port_view view = {};
	int err;

	lockdep_assert_held(&object->domain->mutex);
	motet_port_look(port, &view);
	err = motet_notify_fill_identity(skb, port, reader->user_ns);
	if (!err)
		err = motet_notify_fill_state(skb, &view, reader->pid_ns);
	if (!err)
		err = motet_notify_fill_leases(skb, &view);
	if (!err)
		err = motet_notify_fill_stats(skb, &view.stats);
	if (!err)
		err = motet_notify_fill_losses(skb, &view.stats);
	if (!err)
		err = motet_notify_fill_u64(skb, MOTET_A_PORT_SEQUENCE,
					    sequence);
	put_pid(view.pid);
	return err;
}

const struct motet_notify_kind motet_notify_ports = {
	.class = MOTET_CLASS_PORT,
	.get = MOTET_CMD_PORT_GET,
	.told[MOTET_EVENT_CREATE] = MOTET_CMD_PORT_CREATE_NTF,
	.told[MOTET_EVENT_CHANGE] = MOTET_CMD_PORT_CHANGE_NTF,
	.told[MOTET_EVENT_DELETE] = MOTET_CMD_PORT_DELETE_NTF,
	.id = MOTET_A_PORT_ID,
	.name = MOTET_A_PORT_NAME,
	.ids = 3,
	.numbers = MOTET_NOTIFY_PORT_NUMBERS,
	.fill = motet_notify_fill_port,
};

/**
 * motet_notify_node_size() - how large the record of a node can be
 * @node: the node
 *
 * Return: bytes, without the headers of the message.
 */
size_t motet_notify_node_size(const struct motet_node *node)
{
	return nla_total_size(node->name_len) +
	       nla_total_size(node->address_len) +
	       MOTET_NOTIFY_NODE_NUMBERS * nla_total_size_64bit(sizeof(u64));
}

/**
 * motet_notify_fill_node() - put the record of a node into a message
 * @skb: the message
 * @nodes: the table that it is, or was, in
 * @node: the node
 *
 * Context: under the mutex of the table.
 * Return: 0, or -EMSGSIZE if it does not fit; part of it is in @skb then.
 */
int motet_notify_fill_node(struct sk_buff *skb, const struct motet_nodes *nodes,
			   const struct motet_node *node)
{
	lockdep_assert_held(&nodes->mutex);
	if (nla_put_u32(skb, MOTET_A_NODE_NUMBER, node->number) ||
	    (node->name_len &&
	     nla_put(skb, MOTET_A_NODE_NAME, node->name_len, node->name)) ||
	    (node->address_len &&
	     nla_put(skb, MOTET_A_NODE_ADDRESS, node->address_len,
		     node->address)) ||
	    nla_put_u32(skb, MOTET_A_NODE_MEMBER, node->member) ||
	    (node->number == nodes->here &&
	     nla_put_flag(skb, MOTET_A_NODE_HERE)) ||
	    nla_put_u64_64bit(skb, MOTET_A_NODE_BOOT_TIME, node->boot_time,
			      MOTET_A_NODE_PAD) ||
	    nla_put_u64_64bit(skb, MOTET_A_NODE_VIEW, nodes->view,
			      MOTET_A_NODE_PAD) ||
	    nla_put_u64_64bit(skb, MOTET_A_NODE_SINCE_VIEW, node->since_view,
			      MOTET_A_NODE_PAD) ||
	    nla_put_u64_64bit(skb, MOTET_A_NODE_SEQUENCE, nodes->sequence,
			      MOTET_A_NODE_PAD))
		return -EMSGSIZE;
	return 0;
}

static struct sk_buff *motet_notify_new(size_t size, u8 command, void **header)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*header = genlmsg_put(skb, 0, 0, motet_notify_family, 0, command);
	if (!WARN_ON_ONCE(!*header))
		return skb;
	nlmsg_free(skb);
	return NULL;
}

/*
 * Whom it does not reach has been told so by netlink itself; if there is
 * nothing to send, all are.
 */
static void motet_notify_send(struct net *net, unsigned int group,
			      struct sk_buff *skb, void *header, int err)
{
	if (skb && !WARN_ON_ONCE(err)) {
		genlmsg_end(skb, header);
		genlmsg_multicast_netns(motet_notify_family, net, skb, 0,
					group, GFP_KERNEL);
		return;
	}
	nlmsg_free(skb);
	genl_set_err(motet_notify_family, net, 0, group, -ENOBUFS);
}

/* Actors come and go untold. */
static const struct motet_notify_kind *const motet_notify_kinds[] = {
	[MOTET_CLASS_PORT] = &motet_notify_ports,
	[MOTET_CLASS_GROUP] = &motet_notify_groups,
	[MOTET_CLASS_CHANNEL] = &motet_notify_channels,
	[MOTET_CLASS_CHECKPOINT] = &motet_notify_checkpoints,
	[MOTET_CLASS_LOCK] = &motet_notify_locks,
};

static int motet_notify_event(struct notifier_block *subscriber,
			      unsigned long event, void *data)
{
	const struct motet_object_event *what = data;
	struct motet_object *object = what->object;
	struct net *net = object->domain->net;
	const struct motet_notify_kind *kind;
	const struct motet_notify_reader everyone = {
		.user_ns = net->user_ns,
	};
	struct sk_buff *skb;
	void *header = NULL;
	int err = 0;

	kind = motet_notify_kinds[object->ops->class];
	if (!kind || !kind->told[event] ||
	    !genl_has_listeners(motet_notify_family, net, motet_notify_objects))
		return NOTIFY_DONE;
	skb = motet_notify_new(motet_notify_size(kind, object),
			       kind->told[event], &header);
	if (skb)
		err = kind->fill(skb, object, &everyone, what->sequence);
	motet_notify_send(net, motet_notify_objects, skb, header, err);
	return NOTIFY_OK;
}

static int motet_notify_node_event(struct notifier_block *subscriber,
				   unsigned long event, void *data)
{
	const struct motet_node_event_data *what = data;
	struct net *net = what->domain->net;
	struct sk_buff *skb;
	void *header = NULL;
	int err = 0;

	if (!genl_has_listeners(motet_notify_family, net, motet_notify_nodes))
		return NOTIFY_DONE;
	skb = motet_notify_new(motet_notify_node_size(what->node),
			       motet_notify_node_commands[event], &header);
	if (skb)
		err = motet_notify_fill_node(skb, what->nodes, what->node);
	motet_notify_send(net, motet_notify_nodes, skb, header, err);
	return NOTIFY_OK;
}

static struct notifier_block motet_notify_subscriber = {
	.notifier_call = motet_notify_event,
};

static struct notifier_block motet_notify_node_subscriber = {
	.notifier_call = motet_notify_node_event,
};

/**
 * motet_notify_start() - begin to tell listeners
 * @family: the family, registered
 * @objects: index of its group for the events of objects
 * @nodes: index of its group for the events of nodes
 *
 * Context: may sleep.
 * Return: 0 or a negative error.
 */
int motet_notify_start(const struct genl_family *family, unsigned int objects,
		       unsigned int nodes)
{
	int err;

	motet_notify_family = family;
	motet_notify_objects = objects;
	motet_notify_nodes = nodes;
	err = motet_object_subscribe(&motet_notify_subscriber);
	if (err)
		return err;
	err = motet_node_subscribe(&motet_notify_node_subscriber);
	if (err)
		motet_object_unsubscribe(&motet_notify_subscriber);
	return err;
}

/**
 * motet_notify_stop() - end it; the family is not used any more
 *
 * Context: may sleep.
 */
void motet_notify_stop(void)
{
	motet_node_unsubscribe(&motet_notify_node_subscriber);
	motet_object_unsubscribe(&motet_notify_subscriber);
}
