/* wire.c: a wire of a certain length between two network namespaces: every packet arrives as much later as it takes. Makes round
 * trips of TCP's handshakes, too, and needs nothing of the kernel but /dev/net/tun.
 *
 * Usage: wire NEAR FAR MICROSECONDS    makes the device NEAR in its own namespace and FAR in a new one, which others enter by
 *                                      way of this process (nsenter --target); says `ready`, and goes on until it is ended */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	PACKET_MAX = 2048,
	ON_THE_WAY = 16384, /* packets in each direction; more are lost, as on other wires */
	BATCH = 64,
};

#define SECOND UINT64_C(1000000000) /* nanoseconds */

typedef struct packet {
	uint64_t due;
	size_t size;
	uint8_t octets[PACKET_MAX];
} packet_t;

/* What goes from one end to the other. */
typedef struct lane {
	int from, to;
	size_t first, count;
	packet_t *packets;
} lane_t;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

static int open_device(const char *name)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };

	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if (fd >= 0 && ioctl(fd, TUNSETIFF, &request) == 0)
		return fd;
	perror(name);
	exit(EXIT_FAILURE);
}

static void take(lane_t *lane, uint64_t delay)
{
	for (unsigned i = 0; i < BATCH && lane->count < ON_THE_WAY; i++) {
		packet_t *packet = &lane->packets[(lane->first + lane->count) % ON_THE_WAY];
		ssize_t size = read(lane->from, packet->octets, sizeof(packet->octets));

		if (size <= 0)
			return;
		packet->size = (size_t)size;
		packet->due = now() + delay;
		lane->count++;
	}
}

/* Nanoseconds until the next is due; a second when there is none. */
static uint64_t deliver(lane_t *lane)
{
	while (lane->count > 0) {
		const packet_t *packet = &lane->packets[lane->first];
		const uint64_t time = now();

		if (packet->due > time)
			return packet->due - time;
		if (write(lane->to, packet->octets, packet->size) < 0 && errno != EINVAL && errno != EIO)
			perror("a packet is lost");
		lane->first = (lane->first + 1) % ON_THE_WAY;
		lane->count--;
	}
	return SECOND;
}

static void carry(lane_t lanes[2], uint64_t delay)
{
	for (;;) {
		const uint64_t one = deliver(&lanes[0]);
		const uint64_t other = deliver(&lanes[1]);
		const uint64_t wait = one < other ? one : other;
		const struct timespec time = { .tv_sec = (time_t)(wait / SECOND), .tv_nsec = (long)(wait % SECOND) };
		struct pollfd ends[] = { { .fd = lanes[0].from, .events = POLLIN },
					 { .fd = lanes[1].from, .events = POLLIN } };

		if (ppoll(ends, 2, &time, NULL) < 0 && errno != EINTR)
			return;
		for (unsigned i = 0; i < 2; i++)
			if (ends[i].revents != 0)
				take(&lanes[i], delay);
	}
}

int main(int argc, char **argv)
{
	static lane_t lanes[2]; /* for as long as the program runs, and so are their packets */

	if (argc != 4) {
		fputs("usage: wire NEAR FAR MICROSECONDS\n", stderr);
		return EXIT_FAILURE;
	}
	lanes[0].from = lanes[1].to = open_device(argv[1]);
	if (unshare(CLONE_NEWNET) != 0) {
		perror("a new network namespace");
		return EXIT_FAILURE;
	}
	lanes[0].to = lanes[1].from = open_device(argv[2]);
	for (unsigned i = 0; i < 2; i++) {
		lanes[i].first = lanes[i].count = 0;
		lanes[i].packets = calloc(ON_THE_WAY, sizeof(*lanes[i].packets));
		if (lanes[i].packets == NULL)
			return EXIT_FAILURE;
	}
	puts("ready");
	fflush(stdout);
	carry(lanes, strtoull(argv[3], NULL, 10) * 1000);
	return EXIT_FAILURE;
}
