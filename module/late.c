/* late.c: see late.h. */
#include "module/late.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static bool refuse(char *problem)
{
	const char *why = dlerror();

	snprintf(problem, LATE_PROBLEM_MAX, "%s", why != NULL ? why : "the dynamic linker does not say why");
	return false;
}

/* Nothing is unloaded: libraries start threads, and leave things to be done at the end. */
bool late_load(const char *library, const late_call_t *calls, size_t count, void *table, char problem[LATE_PROBLEM_MAX])
{
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (handle == NULL)
		return refuse(problem);
	for (size_t i = 0; i < count; i++) {
		void *address = dlsym(handle, calls[i].name);

		if (address == NULL)
			return refuse(problem);
		memcpy((char *)table + calls[i].at, &address, sizeof(address));
	}
	return true;
}
