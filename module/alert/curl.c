/* curl.c: see curl.h. */
#include "module/alert/curl.h"

#include <assert.h>

#define CALL(name)                                    \
	{                                             \
		"curl_" #name, offsetof(curl_t, name) \
	}

static const late_call_t calls[] = {
	CALL(global_init),         CALL(global_cleanup), CALL(free),        CALL(url),
	CALL(url_cleanup),         CALL(url_get),        CALL(url_set),     CALL(slist_append),
	CALL(slist_free_all),      CALL(easy_init),      CALL(easy_setopt), CALL(easy_getinfo),
	CALL(easy_strerror),       CALL(easy_cleanup),   CALL(multi_init),  CALL(multi_add_handle),
	CALL(multi_remove_handle), CALL(multi_perform),  CALL(multi_poll),  CALL(multi_info_read),
	CALL(multi_cleanup),
};

static_assert(sizeof(calls) / sizeof(calls[0]) == sizeof(curl_t) / sizeof(void (*)(void)), "each is loaded");

bool curl_load(curl_t *curl, char problem[LATE_PROBLEM_MAX])
{
	return late_load("libcurl.so.4", calls, sizeof(calls) / sizeof(calls[0]), curl, problem);
}
