#include "cli/ruler.h"

#include <assert.h>
#include <stdint.h>

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

#include "base/buffer.h"
#include "tree/utf8.h"

struct sg_ruler {
    UBreakIterator *clusters;
    UText *text; /* what the iterator looks at */
};

static void end_ruler(void *object)
{
    struct sg_ruler *ruler = object;

    ubrk_close(ruler->clusters);
    (void)utext_close(ruler->text);
}

struct sg_ruler *sg_ruler_new(struct sg_arena *arena)
{
    struct sg_ruler *ruler = sg_arena_get(arena, 1, sizeof *ruler);
    UErrorCode status = U_ZERO_ERROR;

    ruler->clusters = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &status);
    assert(U_SUCCESS(status)); /* its rules come with the library */
    sg_arena_defer(arena, end_ruler, ruler);
    return ruler;
}

static void begin(struct sg_ruler *ruler, struct sg_str text)
{
    UErrorCode status = U_ZERO_ERROR;

    ruler->text = utext_openUTF8(ruler->text, text.at, (int64_t)text.length, &status);
    ubrk_setUText(ruler->clusters, ruler->text, &status);
    assert(U_SUCCESS(status));
}

/* Where the next cluster ends; false when there is no more. */
static bool next(const struct sg_ruler *ruler, size_t *end)
{
    const int32_t at = ubrk_next(ruler->clusters);

    if (at == UBRK_DONE)
        return false;
    *end = (size_t)at;
    return true;
}

static int width_of(UChar32 c)
{
    enum { SOFT_HYPHEN = 0xAD }; /* of format, yet terminals show it */
    const uint32_t without = U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK;

    if ((U_GET_GC_MASK(c) & without) != 0 && c != SOFT_HYPHEN)
        return 0;
    const int32_t width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

static int cluster_width(struct sg_str text, size_t from, size_t end)
{
    int width = 0;

    while (from < end)
        width += width_of((UChar32)sg_utf8_next(text, &from));
    return width < 2 ? width : 2;
}

static bool is_ascii(struct sg_str text)
{
    for (size_t i = 0; i < text.length; i++) {
        if ((unsigned char)text.at[i] >= 0x80)
            return false;
    }
    return true;
}

int sg_ruler_width(struct sg_ruler *ruler, struct sg_str text)
{
    size_t from = 0, end;
    int width = 0;

    if (is_ascii(text))
        return sg_str_width(text);
    for (begin(ruler, text); next(ruler, &end); from = end)
        width += cluster_width(text, from, end);
    return width;
}

/* How many bytes of `text` are whole clusters that fit. */
static size_t fitting(struct sg_ruler *ruler, struct sg_str text, int columns)
{
    size_t from = 0, end;

    for (begin(ruler, text); next(ruler, &end); from = end) {
        columns -= cluster_width(text, from, end);
        if (columns < 0)
            break;
    }
    return from;
}

struct sg_str sg_ruler_cut(struct sg_ruler *ruler, struct sg_arena *arena, struct sg_str text,
                           int columns)
{
    if (sg_ruler_width(ruler, text) <= columns)
        return text;
    if (columns < 1)
        return (struct sg_str){0};
    text.length = fitting(ruler, text, columns - 1);
    return sg_str_format(arena, "%.*s…", SG_STR_ARG(text));
}
