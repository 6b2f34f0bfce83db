#include "tree/json.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <jansson.h>

#include "tree/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sg_str written(struct sg_arena *arena, const struct sg_node *node)
{
    struct sg_buffer out = {.arena = arena};

    sg_json_write(&out, node);
    return sg_buffer_text(&out);
}

/* What jansson takes we take, but for depth; what we take it takes, but for its own limits: numbers
 * beyond 64 bits and doubles, a BOM, a zero byte in a name. A zero byte that stands as it is, it
 * takes for the end. */
static void compare_with_jansson(struct sg_str text, bool is_read, const struct sg_error *err)
{
    const size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
    json_error_t why;

    if (text.length > 0 && memchr(text.at, '\0', text.length) != NULL)
        return;
    json_t *root = json_loadb(text.length == 0 ? "" : text.at, text.length, flags, &why);

    if (root != NULL) {
        assert(is_read || strstr(err->text, "deeper") != NULL);
    } else if (is_read) {
        enum json_error_code code = json_error_code(&why);

        assert(code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
               sg_str_starts(text, "\xEF\xBB\xBF"));
    }
    json_decref(root);
}

/* Any bytes: read or INPUT with a place; what is read is written as UTF-8 that is read the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_str text = {(const char *)data, size};
    const struct sg_node *node = NULL, *again = NULL;
    struct sg_error err;
    bool is_read = sg_json_read(arena, text, "fuzz", &node, &err);

    compare_with_jansson(text, is_read, &err);
    if (!is_read) {
        assert(err.kind == SG_ERROR_INPUT && err.at.line > 0 && node == NULL);
        return 0;
    }
    struct sg_str json = written(arena, node);

    assert(sg_utf8_check(json, NULL));
    if (!sg_json_read(arena, json, NULL, &again, &err))
        abort();
    assert(sg_node_equal(node, again));
    assert(sg_str_equal(written(arena, again), json));
    return 0;
}
