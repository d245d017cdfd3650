/* fuzz_show.c: a server's reply, shown as `mxward lookup` shows it. Whatever came, what a terminal or a program gets to see is
 * printable ASCII, and the JSON is JSON. */
#include "module/lookup/result.h"
#include "tests/fuzz/fuzz.h"
#include "validator/name.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_question(const uint8_t *data, size_t size, request_t *request)
{
	wire_t w = wire_begin(data, size);

	(void)wire_octets(&w, 12);
	wire_name(&w, &request->name);
	name_lower(&request->name);
	request->type = wire_u16(&w);
	return w.err == WIRE_OK;
}

static void check_text(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		assert(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
}

static void check_people(const request_t *request, const result_t *result)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool printed = result_print(out, request, result, false);

	fclose(out);
	assert(printed);
	check_text(text, size);
	free(text);
}

static void check_program(const request_t *request, const result_t *result)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool printed = result_print_json(out, request, result);
	json_t *object;

	fclose(out);
	assert(printed);
	check_text(text, size);
	object = json_loadb(text, size, 0, NULL);
	assert(object != NULL);
	assert(json_array_size(json_object_get(object, "extended_errors")) == result->error_count);
	json_decref(object);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	request_t request = { 0 };
	result_t result = { 0 };
	summary_t summary;

	if (!read_question(data, size, &request) || !summary_read(data, size, &summary))
		return 0;
	result.rcode = summary.rcode;
	result.error_count = summary.error_count;
	memcpy(result.errors, summary.errors, sizeof(result.errors));
	result_take_packet(&result, &request, data, size);
	check_people(&request, &result);
	check_program(&request, &result);
	result_free(&result);
	return 0;
}
