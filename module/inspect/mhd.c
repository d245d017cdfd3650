/* mhd.c: see mhd.h. */
#include "module/inspect/mhd.h"

#include <assert.h>

#define CALL(name)                                  \
	{                                           \
		"MHD_" #name, offsetof(mhd_t, name) \
	}

static const late_call_t calls[] = {
	CALL(start_daemon),
	CALL(stop_daemon),
	CALL(run),
	CALL(get_timeout),
	CALL(get_daemon_info),
	CALL(add_connection),
	CALL(get_connection_info),
	CALL(get_connection_values),
	CALL(lookup_connection_value),
	CALL(suspend_connection),
	CALL(resume_connection),
	CALL(create_response_from_buffer),
	CALL(create_response_from_callback),
	CALL(add_response_header),
	CALL(queue_response),
	CALL(destroy_response),
};

static_assert(sizeof(calls) / sizeof(calls[0]) == sizeof(mhd_t) / sizeof(void (*)(void)), "each is loaded");

bool mhd_load(mhd_t *mhd, char problem[LATE_PROBLEM_MAX])
{
	return late_load("libmicrohttpd.so.12", calls, sizeof(calls) / sizeof(calls[0]), mhd, problem);
}

int mhd_fd(const mhd_t *mhd, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = mhd->get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info != NULL ? info->connect_fd : -1;
}
