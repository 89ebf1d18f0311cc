// SPDX-License-Identifier: GPL-2.0-only
/* Files of views: nothing but mapped. */

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "chardev_internal.h"
#include "checkpoint.h"

/*
 * Pages are given when they are touched, again after a program threw them out:
 * so what is mapped is there until it is unmapped.
 */
static vm_fault_t motet_view_fault(struct vm_fault *vmf)
{
	const struct motet_view *view = vmf->vma->vm_file->private_data;
	struct page *page = motet_view_page(view, vmf->pgoff);

	if (!page)
		return VM_FAULT_SIGBUS;
	get_page(page);
	vmf->page = page;
	return 0;
}

static const struct vm_operations_struct motet_view_vm_ops = {
	.fault = motet_view_fault,
};

/* It may be unmapped in parts, and moved, but never grows. */
static int motet_view_mmap(struct file *file, struct vm_area_struct *vma)
{
	const struct motet_view *view = file->private_data;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EACCES;
	if (!(vma->vm_flags & VM_MAYSHARE) || vma->vm_pgoff ||
	    !motet_view_page(view, vma_pages(vma) - 1))
		return -EINVAL;
	vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYWRITE | VM_MAYEXEC);
	vma->vm_ops = &motet_view_vm_ops;
	return 0;
}

static int motet_view_release_file(struct inode *inode, struct file *file)
{
	motet_view_close(file->private_data);
	return 0;
}

/* whoever has it mapped has the file, and so the module */
static const struct file_operations motet_view_fops = {
	.owner = THIS_MODULE,
	.release = motet_view_release_file,
	.mmap = motet_view_mmap,
};

static struct file *motet_view_file(struct motet_ioctl_call *call,
				    struct motet_view_open *arg)
{
	struct motet_view *view = motet_view_new(call->checkpoint, arg);
	struct file *file;
	int err;

	if (IS_ERR(view))
		return ERR_CAST(view);
	err = motet_ioctl_return(call, arg);
	file = err ? ERR_PTR(err) :
		     anon_inode_getfile("[motet-view]", &motet_view_fops, view,
					O_RDONLY);
	if (IS_ERR(file))
		motet_view_close(view);
	return file;
}

/**
 * motet_ioctl_checkpoint_view() - MOTET_IOC_CHECKPOINT_VIEW
 * @call: on a checkpoint
 * @data: &struct motet_view_open
 *
 * Return: 0 or a negative error.
 */
int motet_ioctl_checkpoint_view(struct motet_ioctl_call *call, void *data)
{
	struct motet_view_open *arg = data;
	struct file *file;

	if (!(call->checkpoint->flags & MOTET_CHECKPOINT_READ))
		return -EACCES;
	arg->fd = get_unused_fd_flags(O_CLOEXEC);
	if (arg->fd < 0)
		return arg->fd;
	file = motet_view_file(call, arg);
	if (IS_ERR(file)) {
		put_unused_fd(arg->fd);
		return PTR_ERR(file);
	}
	fd_install(arg->fd, file);
	return 0;
}
