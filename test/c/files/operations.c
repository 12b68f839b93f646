/* A fault runs the handler of its VMA while another CPU changes the table of operations. */
#include <racewalk.h>

OPTION_FLAG(READ_ONLY_ONCE, fix, "the fault reads the table once");

struct vm_fault {
	int address;
};
struct vm_operations_struct {
	int (*fault)(struct vm_fault *vmf);
	void (*close)(int address);
};
struct vm_area_struct {
	const struct vm_operations_struct *vm_ops;
};

int mapped, closed;

static int anonymous_fault(struct vm_fault *vmf)
{
	WRITE_ONCE(mapped, vmf->address);
	return 1;
}

static int file_fault(struct vm_fault *vmf)
{
	return vmf->address > 2 ? 2 : 3;
}

static void file_close(int address)
{
	WRITE_ONCE(closed, address);
}

const struct vm_operations_struct anonymous = { .fault = anonymous_fault };
const struct vm_operations_struct file = { .fault = &file_fault, .close = file_close };
struct vm_area_struct vma = { .vm_ops = &file };

THREAD(fault)
{
	struct vm_fault vmf = { .address = 5 };
	const struct vm_operations_struct *ops = READ_ONCE(vma.vm_ops);
	int result = ops->fault(&vmf);

	if (result == 1)
		REACHED("an anonymous fault");
	CHECK(result == 1 || result == 2, "the handler returns %d", result);
	if (READ_ONLY_ONCE) {
		if (ops->close)
			ops->close(vmf.address);
	} else if (READ_ONCE(vma.vm_ops)->close) {
		(*READ_ONCE(vma.vm_ops)->close)(vmf.address);
	}
}

THREAD(remap)
{
	WRITE_ONCE(vma.vm_ops, &anonymous);
}

SCENARIO(table_read_again, VIOLATED);
SCENARIO(table_read_once, HOLDS, READ_ONLY_ONCE = true);
SCENARIO(table_read_once_arm64, HOLDS, READ_ONLY_ONCE = true, MEMORY = arm64);
