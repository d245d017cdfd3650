/* release.c: see release.h. Unbound hands a plugin structures whose shape differs from release to release, and does not tell which
 * one it is; but its release is a string of the program (it answers version.bind with it), and programs can be read. */
#include "module/unbound/release.h"

#include "module/unbound/host.h"

#include <link.h>
#include <stdbool.h>
#include <string.h>

static int look_at(struct dl_phdr_info *object, size_t size, void *arg)
{
	static const char wanted[] = HOST_RELEASE; /* its NUL too: 1.17.1 is not 1.17.10 */
	bool *found = arg;

	(void)size;
	for (size_t i = 0; i < object->dlpi_phnum && !*found; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		const char *octets =
			(const char *)(object->dlpi_addr + part->p_vaddr);  // NOLINT(performance-no-int-to-ptr)

		if (part->p_type == PT_LOAD && (part->p_flags & PF_R) != 0 && (part->p_flags & PF_W) == 0)
			*found = memmem(octets, part->p_memsz, wanted, sizeof(wanted)) != NULL;
	}
	return 1; /* the first object is the program itself (dl_iterate_phdr(3)); the libraries are of no interest */
}

const char *release_wrong(void)
{
	bool found = false;
	const char *name = NULL;
	const char *system = NULL;
	const char *method = NULL;

	dl_iterate_phdr(look_at, &found);
	if (!found)
		return "this module was built for " HOST_RELEASE ", and this is another release: build it for that one";
	ub_get_event_sys(NULL, &name, &system, &method);
	if (strcmp(name, "mini-event") == 0)
		return "this Unbound was built without libevent, whose timers mxward needs: build it --with-libevent";
	return NULL;
}
