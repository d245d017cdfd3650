/* mhd.h: libmicrohttpd, which the inspection process alone loads (late.h). Internal to the inspect room. */
#ifndef MODULE_INSPECT_MHD_H
#define MODULE_INSPECT_MHD_H

#include "module/late.h"

#include <microhttpd.h>

/* libmicrohttpd's functions, without MHD_ before their names. */
typedef struct mhd {
	__typeof__(MHD_start_daemon) *start_daemon;
	__typeof__(MHD_stop_daemon) *stop_daemon;
	__typeof__(MHD_run) *run;
	__typeof__(MHD_get_timeout) *get_timeout;
	__typeof__(MHD_get_daemon_info) *get_daemon_info;
	__typeof__(MHD_add_connection) *add_connection;
	__typeof__(MHD_get_connection_info) *get_connection_info;
	__typeof__(MHD_get_connection_values) *get_connection_values;
	__typeof__(MHD_lookup_connection_value) *lookup_connection_value;
	__typeof__(MHD_suspend_connection) *suspend_connection;
	__typeof__(MHD_resume_connection) *resume_connection;
	__typeof__(MHD_create_response_from_buffer) *create_response_from_buffer;
	__typeof__(MHD_create_response_from_callback) *create_response_from_callback;
	__typeof__(MHD_add_response_header) *add_response_header;
	__typeof__(MHD_queue_response) *queue_response;
	__typeof__(MHD_destroy_response) *destroy_response;
} mhd_t;

/* Before the process is confined, for then it cannot read libraries. False, with what is wrong, when it is not there. */
MUST_USE bool mhd_load(mhd_t *mhd, char problem[LATE_PROBLEM_MAX]);

/* The connection's socket; -1: unknown. */
int mhd_fd(const mhd_t *mhd, struct MHD_Connection *connection);

#endif
