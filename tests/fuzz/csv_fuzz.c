#include "mapping/csv.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes: read, or INPUT at a line; the fields never hold more than the text did. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_csv csv = {0};
    struct sg_error err;
    size_t held = 0;

    if (!sg_csv_read(arena, (struct sg_str){(const char *)data, size}, "fuzz", &csv, &err)) {
        assert(err.kind == SG_ERROR_INPUT && err.at.line > 0 && err.at.column > 0);
        return 0;
    }
    for (size_t r = 0; r < csv.count; r++) {
        assert(csv.rows[r].count > 0);
        for (size_t f = 0; f < csv.rows[r].count; f++)
            held += csv.rows[r].fields[f].text.length;
    }
    assert(held <= size);
    return 0;
}
