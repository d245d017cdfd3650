/* fuzz_metrics.c: whatever the control socket replies, the metrics made of it are well formed. */
#include "tests/fuzz/fuzz.h"

#include "module/inspect/metrics.h"
#include "tests/module/inspect/prometheus.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *stats = json_loadb((const char *)data, size, 0, NULL);
	size_t length = 0;
	char *text;

	if (stats == NULL)
		return 0;
	text = metrics_text(stats, &length);
	assert(text != NULL && strlen(text) == length);
	assert(prometheus_problem(text) == NULL);
	assert(prometheus_has(text, "mxward_up 1"));
	free(text);
	json_decref(stats);
	return 0;
}
