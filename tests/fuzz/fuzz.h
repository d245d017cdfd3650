/* fuzz.h: what a fuzz target is.
 *
 * A target NAME is the file fuzz_NAME.c with one function and the folder corpus/NAME/ with inputs, one a file. It asserts a
 * property (what was accepted, is written and read again, is the same), not only that nothing crashes. `meson test` replays
 * the corpus with any compiler (replay.c); `./dev fuzz NAME` searches for new inputs with libFuzzer. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's name and signature. `data` is exactly `size` octets long. Returns 0; a broken property aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
