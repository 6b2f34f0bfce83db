#include "tree/charset.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <unicode/ucnv.h>

#include "base/buffer.h"
#include "tree/utf8.h"

enum { BYTES = 256, CODES = 0x2200 }; /* windows-1256 ends with U+2122, the sign "TM" */
enum { YEH = 0x64A, PERSIAN_YEH = 0x6CC, ARABIC_ZERO = 0x660, PERSIAN_ZERO = 0x6F0 };

struct sg_charset {
    const char *name;
    UChar code[BYTES];         /* of each byte */
    unsigned char byte[CODES]; /* of each code point; 0: it has none, but for U+0000 */
};

const struct sg_charset *sg_charset_open(struct sg_arena *arena, const char *name)
{
    struct sg_charset *charset = sg_arena_get(arena, 1, sizeof *charset);
    UErrorCode status = U_ZERO_ERROR;
    UConverter *converter = ucnv_open(name, &status);
    char bytes[BYTES];

    charset->name = name;
    for (int b = 0; b < BYTES; b++)
        bytes[b] = (char)(unsigned char)b;
    int32_t count = ucnv_toUChars(converter, charset->code, BYTES, bytes, BYTES, &status);

    ucnv_close(converter);
    if (U_FAILURE(status) || count != BYTES)
        abort(); /* ICU's tables come with the library */
    for (int b = 0; b < BYTES; b++) {
        assert(charset->code[b] < CODES);
        charset->byte[charset->code[b]] = (unsigned char)b;
    }
    return charset;
}

const char *sg_charset_name(const struct sg_charset *charset)
{
    return charset == NULL ? "utf-8" : charset->name;
}

struct sg_str sg_charset_decode(const struct sg_charset *charset, struct sg_arena *arena,
                                struct sg_str bytes)
{
    struct sg_buffer out = {.arena = arena};

    if (charset == NULL)
        return bytes;
    (void)sg_buffer_reserve(&out, bytes.length); /* so that it grows at most twice */
    for (size_t i = 0; i < bytes.length; i++)
        sg_utf8_add(&out, charset->code[(unsigned char)bytes.at[i]]);
    return sg_buffer_text(&out);
}

static bool has(const struct sg_charset *charset, uint32_t c)
{
    return c == 0 || (c < CODES && charset->byte[c] != 0);
}

static bool is_digit_from(uint32_t c, uint32_t zero)
{
    return c >= zero && c <= zero + 9;
}

static uint32_t fold(const struct sg_charset *charset, uint32_t c)
{
    if (has(charset, c))
        return c;
    if (is_digit_from(c, PERSIAN_ZERO))
        return '0' + c - PERSIAN_ZERO;
    if (is_digit_from(c, ARABIC_ZERO))
        return '0' + c - ARABIC_ZERO;
    return c == PERSIAN_YEH ? YEH : c;
}

struct sg_str sg_charset_fold(const struct sg_charset *charset, struct sg_arena *arena,
                              struct sg_str text)
{
    struct sg_buffer out = {.arena = arena};

    if (charset == NULL)
        return text;
    for (size_t i = 0; i < text.length;)
        sg_utf8_add(&out, fold(charset, sg_utf8_next(text, &i)));
    return sg_buffer_text(&out);
}

/* Where in an XML document we are: `&#…;` can stand in text and between quotes, not in a name. */
struct xml_place {
    bool is_tag, is_quoted;
};

/* Our own documents write '<' and '>' as themselves in markup alone, and quotes as `"`. */
static void follow(struct xml_place *place, uint32_t c)
{
    if (place->is_tag && c == '"')
        place->is_quoted = !place->is_quoted;
    else if (c == '<' || c == '>')
        place->is_tag = c == '<';
}

bool sg_charset_encode(const struct sg_charset *charset, struct sg_arena *arena, struct sg_str text,
                       enum sg_charset_misfit misfit, struct sg_str *out, struct sg_error *err)
{
    struct sg_buffer bytes = {.arena = arena};
    struct xml_place place = {0};

    if (charset == NULL) {
        *out = text;
        return true;
    }
    (void)sg_buffer_reserve(&bytes, text.length);
    for (size_t i = 0; i < text.length;) {
        const uint32_t c = fold(charset, sg_utf8_next(text, &i));

        follow(&place, c);
        if (has(charset, c))
            sg_buffer_add_byte(&bytes, (char)charset->byte[c]);
        else if (misfit == SG_CHARSET_XML && (!place.is_tag || place.is_quoted))
            sg_buffer_add_format(&bytes, "&#%u;", (unsigned)c);
        else
            return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0}, "%s has no U+%04X%s",
                                charset->name, (unsigned)c,
                                misfit == SG_CHARSET_XML ? ", which stands in a name" : "");
    }
    *out = sg_buffer_text(&bytes);
    return true;
}
