#include "mapping/normal.h"

#include <stdint.h>
#include <stdlib.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/buffer.h"
#include "tree/utf8.h"

enum { ZWNJ = 0x200c };
enum { LONGEST_FORM = 18 }; /* UTF-16 units: U+FDFA, a whole sentence, has most */

/* ICU's tables come with the library: without them nothing works, so there is no error to pass up. */
static const UNormalizer2 *instance(const UNormalizer2 *(*get)(UErrorCode *))
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *normalizer = get(&status);

    if (U_FAILURE(status))
        abort();
    return normalizer;
}

enum { FORM_LEAD = 0xef }; /* in UTF-8, the first byte of every presentation form */

static bool is_presentation_form(uint32_t c)
{
    return (c >= 0xfb50 && c <= 0xfdff) || (c >= 0xfe70 && c <= 0xfefc);
}

/* Letters and digits that compose with nothing before them and are as NFC has them: nearly all of
 * Persian text, told without asking ICU. */
static bool is_plain(uint32_t c)
{
    return c < 0x300 || (c >= 0x620 && c <= 0x64a) || (c >= 0x660 && c <= 0x66f) ||
           (c >= 0x671 && c <= 0x6d5) || (c >= 0x6ee && c <= 0x6ff) || c == ZWNJ;
}

/* Whether a mark that composes with some letters does not with the one it stands on, as the Hamza
 * on a Heh. A letter that is itself composed might come apart for it. */
static bool stands_apart(uint32_t letter, uint32_t mark)
{
    const UNormalizer2 *nfc = instance(unorm2_getNFCInstance);
    UErrorCode status = U_ZERO_ERROR;

    return unorm2_composePair(nfc, (UChar32)letter, (UChar32)mark) < 0 &&
           unorm2_getRawDecomposition(nfc, (UChar32)letter, NULL, 0, &status) < 0;
}

/* UAX #15, section 9, "Detecting Normalization Forms". False where something may compose, or stands
 * in another order than NFC's. */
static bool is_composed(struct sg_str text)
{
    uint8_t class = 0; /* of the character before */
    uint32_t before = 0;

    for (size_t i = 0; i < text.length;) {
        const uint32_t c = sg_utf8_next(text, &i);
        const uint8_t class_before = class;

        class = 0;
        if (!is_plain(c)) {
            const int32_t check = u_getIntPropertyValue((UChar32)c, UCHAR_NFC_QUICK_CHECK);

            class = u_getCombiningClass((UChar32)c);
            if (check == UNORM_NO || (class != 0 && class_before > class))
                return false;
            if (check == UNORM_MAYBE &&
                (class == 0 || class_before != 0 || !stands_apart(before, c)))
                return false;
        }
        before = c;
    }
    return true;
}

/* UTF-16 as UTF-8; it never has a lone surrogate, so every unit becomes at most three bytes. */
static struct sg_str to_utf8(struct sg_arena *arena, const UChar *units, int32_t count)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t length = 0;
    char *bytes = sg_arena_get(arena, (size_t)count, 3);

    (void)u_strToUTF8(bytes, 3 * count, &length, units, count, &status);
    if (U_FAILURE(status))
        abort();
    return (struct sg_str){bytes, (size_t)length};
}

struct sg_str sg_normal_compose(struct sg_arena *arena, struct sg_str text)
{
    if (is_composed(text) || text.length > INT32_MAX / 4)
        return text;
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = instance(unorm2_getNFCInstance);
    int32_t room = (int32_t)text.length, count = 0;
    UChar *units = sg_arena_get(arena, text.length, sizeof *units);

    (void)u_strFromUTF8(units, room, &count, text.at, room, &status);
    if (U_FAILURE(status))
        return text;              /* no UTF-8: not ours to judge */
    int32_t most = 3 * count + 1; /* UAX #15: NFC makes UTF-16 at most three times as long */
    UChar *composed = sg_arena_get(arena, (size_t)most, sizeof *composed);
    count = unorm2_normalize(nfc, units, count, composed, most, &status);
    if (U_FAILURE(status))
        abort();
    return to_utf8(arena, composed, count);
}

struct sg_str sg_normal_unshape(struct sg_arena *arena, struct sg_str text)
{
    const UNormalizer2 *nfkc = NULL; /* asked for when it is needed */
    struct sg_buffer out = {.arena = arena};
    size_t kept = 0; /* bytes of text that are in `out` */

    if (text.length == 0 || memchr(text.at, FORM_LEAD, text.length) == NULL)
        return text;
    for (size_t i = 0; i < text.length;) {
        size_t start = i;
        uint32_t c = sg_utf8_next(text, &i);
        UChar letters[LONGEST_FORM];
        UErrorCode status = U_ZERO_ERROR;

        if (!is_presentation_form(c))
            continue;
        nfkc = nfkc != NULL ? nfkc : instance(unorm2_getNFKCInstance);
        int32_t count = unorm2_getDecomposition(nfkc, (UChar32)c, letters, LONGEST_FORM, &status);
        if (count < 0)
            continue; /* an ornate bracket, a sign: it is what it is */
        if (U_FAILURE(status))
            abort();
        sg_buffer_add(&out, (struct sg_str){text.at + kept, start - kept});
        sg_buffer_add(&out, to_utf8(arena, letters, count));
        kept = i;
    }
    if (kept == 0)
        return text;
    sg_buffer_add(&out, sg_str_skip(text, kept));
    return sg_buffer_text(&out);
}
