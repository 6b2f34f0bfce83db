#include "tree/form.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "tree/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes: read or INPUT; what is read is written as ASCII that is read the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_buffer out = {.arena = arena};
    const struct sg_node *form = NULL, *again = NULL;
    struct sg_error err;

    if (!sg_form_read(arena, (struct sg_str){(const char *)data, size}, NULL, &form, &err)) {
        assert(err.kind == SG_ERROR_INPUT && form == NULL);
        return 0;
    }
    if (!sg_form_write(&out, form, NULL, &err) ||
        !sg_form_read(arena, sg_buffer_text(&out), NULL, &again, &err))
        abort();
    assert(sg_node_equal(form, again));
    return 0;
}
