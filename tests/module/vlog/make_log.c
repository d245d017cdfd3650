/* make_log FOLDER LINES: writes a validation log of so many lines to FOLDER/log, with the key FOLDER/key, for
 * log_test.py. */
#include "module/vlog/trail.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	static const char body[] =
		"{\"time\":\"2026-11-22T19:13:01.042Z\",\"question\":{\"name\":\"example.org.\",\"type\":\"MX\"},"
		"\"client\":{\"address\":\"127.0.0.9\",\"port\":5353,\"transport\":\"udp\",\"count\":1},\"took_ms\":77,"
		"\"verdict\":\"accept\",\"security\":\"secure\",\"rcode\":\"NOERROR\",\"ede\":null,\"reason\":\"\"}";
	voice_t voice;
	trail_counts_t counts = { 0 };
	trail_t *trail;
	char file[4096];
	char key[4096];

	if (argc != 3)
		return 64;
	snprintf(file, sizeof(file), "%s/log", argv[1]);
	snprintf(key, sizeof(key), "%s/key", argv[1]);
	voice_init(&voice, NULL);
	trail = trail_new(&voice, &counts);
	if (trail == NULL)
		return 70;
	trail_open(trail, &(trail_settings_t){ .file = file, .key_file = key, .checkpoint_lines = 1000 });
	for (unsigned long left = strtoul(argv[2], NULL, 10); left > 0; left--)
		trail_write(trail, "assessment", body);
	trail_close(trail);
	trail_free(trail);
	voice_destroy(&voice);
	return counts.lost > 0;
}
