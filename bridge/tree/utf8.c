#include "tree/utf8.h"

#include <assert.h>
#include <endian.h>

size_t sg_utf8_length(struct sg_str text)
{
    const unsigned char *at = (const unsigned char *)text.at;

    if (text.length == 0)
        return 0;
    if (at[0] < 0x80)
        return 1;
    if (at[0] < 0xC2 || at[0] > 0xF4)
        return 0;

    size_t length = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    /* Section 4: the second byte keeps out longer forms, surrogates and what is over U+10FFFF. */
    unsigned char low = at[0] == 0xE0 ? 0xA0 : at[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;

    if (text.length < length || at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    }
    return length;
}

/* As far as text of one and two bytes a character goes, eight bytes at once: nearly all Persian.
 * Each byte is judged by its high bits; every lead byte must have its second one after it. */
static size_t skip_short(struct sg_str text, size_t i)
{
    const uint64_t highs = 0x8080808080808080U;
    uint64_t awaited = 0; /* the first byte of the next word, if a lead byte ended this one */

    for (; text.length - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, text.at + i, sizeof word);
        word = le64toh(word); /* so that the lowest byte is the first */
        uint64_t lead = word & word << 1 & highs, second = word & ~(word << 1) & highs;
        uint64_t longer = lead & word << 2;                                          /* 111xxxxx */
        uint64_t needless = lead & ~(word << 3 | word << 4 | word << 5 | word << 6); /* C0, C1 */

        if ((longer | needless | (second ^ (lead << 8 | awaited))) != 0)
            break;
        awaited = lead >> 56;
    }
    return awaited != 0 ? i - 1 : i;
}

bool sg_utf8_check(struct sg_str text, size_t *bad)
{
    size_t i = 0;

    while (i < text.length) {
        i = skip_short(text, i);
        for (size_t end = i + sizeof(uint64_t); i < end && i < text.length;) {
            struct sg_str rest = {text.at + i, text.length - i};
            size_t length = (unsigned char)text.at[i] < 0x80 ? 1 : sg_utf8_length(rest);

            if (length == 0 && bad != NULL)
                *bad = i;
            if (length == 0)
                return false;
            i += length;
        }
    }
    return true;
}

void sg_utf8_add(struct sg_buffer *out, uint32_t code_point)
{
    char *to = sg_buffer_reserve(out, 4);
    size_t length = code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;

    assert(code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF));
    for (size_t k = length; k-- > 1; code_point >>= 6)
        to[k] = (char)(0x80 | (code_point & 0x3F));
    to[0] = (char)(length == 1 ? code_point : (0xF00U >> length & 0xFF) | code_point);
    out->length += length;
}
