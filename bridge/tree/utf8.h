/** UTF-8 (RFC 3629): checked at the door, so that nobody inside has to. */
#ifndef SG_TREE_UTF8_H
#define SG_TREE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/str.h"

/** Whether all of it is UTF-8; if not, `*bad` (may be NULL) is the byte where it stops being so. */
bool sg_utf8_check(struct sg_str text, size_t *bad);

/** How many bytes the first character takes, 1 to 4; 0 when there is none or it is no UTF-8. */
size_t sg_utf8_length(struct sg_str text);

/** The code point at `*i` of text that is UTF-8, and `*i` moved past it. Here, to be inlined: it is
 * asked of every character, several times. */
static inline uint32_t sg_utf8_next(struct sg_str text, size_t *i)
{
    const unsigned char *at = (const unsigned char *)text.at + *i;
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t code_point = length == 1 ? at[0] : at[0] & (0x7FU >> length);

    for (size_t k = 1; k < length; k++)
        code_point = code_point << 6 | (at[k] & 0x3FU);
    *i += length;
    return code_point;
}

/** Adds a code point, which is no surrogate and at most U+10FFFF. */
void sg_utf8_add(struct sg_buffer *out, uint32_t code_point);

#endif
