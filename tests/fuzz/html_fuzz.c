#include "tree/html.h"

#include <assert.h>
#include <stdint.h>

#include "base/scope.h"
#include "tree/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any UTF-8 as HTML: a text comes of it, UTF-8 again, and no longer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_str html = {(const char *)data, size};

    if (!sg_utf8_check(html, NULL))
        return 0;
    const struct sg_str text = sg_html_text(arena, html);

    assert(text.length <= html.length);
    assert(sg_utf8_check(text, NULL));
    return 0;
}
