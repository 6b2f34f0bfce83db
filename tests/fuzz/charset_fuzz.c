#include "tree/charset.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "tree/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes are text of the character set, which comes back as them; any UTF-8 is bytes or INPUT, and
 * is read again as it was folded. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_charset *charset = sg_charset_open(arena, "windows-1256");
    const struct sg_str in = {(const char *)data, size};
    const struct sg_str text = sg_charset_decode(charset, arena, in);
    struct sg_str bytes, folded;
    struct sg_error err = {0};

    assert(sg_utf8_check(text, NULL));
    if (!sg_charset_encode(charset, arena, text, SG_CHARSET_REFUSED, &bytes, &err))
        abort();
    assert(sg_str_equal(bytes, in));
    if (!sg_utf8_check(in, NULL))
        return 0;
    folded = sg_charset_fold(charset, arena, in);
    if (sg_charset_encode(charset, arena, in, SG_CHARSET_REFUSED, &bytes, &err))
        assert(sg_str_equal(sg_charset_decode(charset, arena, bytes), folded));
    else
        assert(err.kind == SG_ERROR_INPUT);
    if (!sg_charset_encode(charset, arena, in, SG_CHARSET_XML, &bytes, &err))
        assert(err.kind == SG_ERROR_INPUT);
    return 0;
}
