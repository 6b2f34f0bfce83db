#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "mapping/normal.h"
#include "mapping/persian.h"
#include "tree/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NFC as ICU makes it, of all of the text. */
static struct sg_str composed_by_icu(struct sg_arena *arena, struct sg_str text)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    const int32_t room = (int32_t)text.length, most = 3 * room + 1;
    int32_t count = 0, length = 0;
    UChar *units = sg_arena_get(arena, text.length, sizeof *units);
    UChar *composed = sg_arena_get(arena, (size_t)most, sizeof *composed);
    char *bytes = sg_arena_get(arena, (size_t)most, 3);

    (void)u_strFromUTF8(units, room, &count, text.at, room, &status);
    count = unorm2_normalize(nfc, units, count, composed, most, &status);
    (void)u_strToUTF8(bytes, 3 * most, &length, composed, count, &status);
    assert(U_SUCCESS(status));
    return (struct sg_str){bytes, (size_t)length};
}

/* Any UTF-8 through what is done to Persian text: UTF-8 again, and composed as ICU does it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_str text = {(const char *)data, size};

    if (size == 0 || !sg_utf8_check(text, NULL))
        return 0;
    const struct sg_str clean = sg_persian_clean(arena, text);
    const struct sg_str persian = sg_persian_letters(arena, text);
    const struct sg_str arabic = sg_persian_arabic_letters(arena, text);
    const struct sg_str inside = sg_persian_trim(text);

    assert(sg_str_equal(sg_normal_compose(arena, text), composed_by_icu(arena, text)));
    assert(sg_str_equal(sg_persian_clean(arena, clean), clean));
    assert(sg_str_equal(sg_persian_trim(inside), inside));
    assert(sg_str_equal(composed_by_icu(arena, persian), persian));
    assert(sg_str_equal(composed_by_icu(arena, arabic), arabic));
    assert(sg_utf8_check(clean, NULL) && sg_utf8_check(arabic, NULL));
    assert(sg_utf8_check(persian, NULL) && sg_utf8_check(inside, NULL));
    assert(sg_utf8_check(sg_persian_fold(arena, text), NULL));
    assert(sg_utf8_check(sg_persian_lower(arena, sg_persian_upper(arena, text)), NULL));
    assert(sg_utf8_check(sg_persian_cut(text, 1 + data[0] % 8), NULL));
    return 0;
}
