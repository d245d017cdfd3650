/* list_metrics.c: prints the metrics, one a line: NAME TYPE HELP. For monitoring_test.py. */
#include "module/inspect/metrics.h"

#include <stdio.h>

int main(void)
{
	const char *name;
	const char *type;
	const char *help;

	for (size_t i = 0; metrics_describe(i, &name, &type, &help); i++)
		printf("%s %s %s\n", name, type, help);
	return 0;
}
