// SPDX-License-Identifier: GPL-2.0-only
/* Motet: comes and goes, in the order in which the parts stand on each other. */

#include <linux/init.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "actor.h"
#include "chardev.h"
#include "deliver.h"
#include "domain.h"
#include "lock.h"
#include "message.h"
#include "netlink.h"
#include "node.h"
#include "port.h"
#include "process.h"
#include "queue.h"
#include "sysfs.h"

static int __init motet_init(void)
{
	int err;

	err = motet_message_init();
	if (err)
		return err;
	err = motet_queue_init_cache();
	if (err)
		goto err_message;
	err = motet_port_init();
	if (err)
		goto err_queue;
	err = motet_domain_init();
	if (err)
		goto err_port;
	err = motet_node_init();
	if (err)
		goto err_domain;
	err = motet_lock_init();
	if (err)
		goto err_node;
	err = motet_actor_init();
	if (err)
		goto err_lock;
	err = motet_process_init();
	if (err)
		goto err_actor;
	motet_deliver_init();
	err = motet_sysfs_init();
	if (err)
		goto err_process;
	err = motet_netlink_init();
	if (err)
		goto err_sysfs;
	err = motet_chardev_init();
	if (err)
		goto err_netlink;
	return 0;

err_netlink:
	motet_netlink_exit();
err_sysfs:
	motet_sysfs_exit();
err_process:
	motet_process_exit();
err_actor:
	motet_actor_exit();
err_lock:
	motet_lock_exit();
err_node:
	motet_node_exit();
err_domain:
	motet_domain_exit();
err_port:
	motet_port_exit();
err_queue:
	motet_queue_exit_cache();
err_message:
	motet_message_exit();
	return err;
}

/*
 * Nothing is open and nothing has a name when this runs: both hold the module.
 * What deaths have left to the workqueue is done when the domains are gone.
 */
static void __exit motet_exit(void)
{
	motet_chardev_exit();
	motet_netlink_exit();
	motet_sysfs_exit();
	motet_process_exit();
	motet_lock_exit();
	motet_node_exit();
	motet_domain_exit();
	rcu_barrier();
	motet_actor_exit();
	motet_port_exit();
	motet_queue_exit_cache();
	motet_message_exit();
}

module_init(motet_init);
module_exit(motet_exit);
MODULE_DESCRIPTION("Motet: ports that carry messages between processes");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
