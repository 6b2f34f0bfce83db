/** UTF-8 (RFC 3629): checked at the door, so that nobody inside has to. */
#ifndef SG_TREE_UTF8_H
#define SG_TREE_UTF8_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/str.h"

/** Whether all of it is UTF-8; if not, `*bad` (may be NULL) is the byte where it stops being so. */
bool sg_utf8_check(struct sg_str text, size_t *bad);

/** The code point at `*i` of text that is UTF-8, and `*i` moved past it. */
uint32_t sg_utf8_next(struct sg_str text, size_t *i);

void sg_utf8_add(struct sg_buffer *out, uint32_t code_point);

#endif
