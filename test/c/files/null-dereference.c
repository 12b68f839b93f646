/* The pointer is tested and read again: in between it becomes NULL. */
#include <racewalk.h>

OPTION_FLAG(READ_ONLY_ONCE, fix, "the pointer that was tested is the one that is used");

struct device {
	int state;
};
struct device device;
struct device *current_device = &device;

THREAD(irq_handler)
{
	if (READ_ONLY_ONCE) {
		struct device *d = READ_ONCE(current_device);

		if (d)
			WRITE_ONCE(d->state, 1);
	} else if (READ_ONCE(current_device)) {
		WRITE_ONCE(READ_ONCE(current_device)->state, 1);
	}
}

THREAD(unplug)
{
	WRITE_ONCE(current_device, NULL);
}

REACHABLE("the device is used", device.state == 1);

SCENARIO(read_twice, VIOLATED);
SCENARIO(read_once, HOLDS, READ_ONLY_ONCE = true);
