/** Forms (application/x-www-form-urlencoded, URL standard) and percent-encoding (RFC 3986). */
#ifndef SG_TREE_FORM_H
#define SG_TREE_FORM_H

#include "base/buffer.h"
#include "base/error.h"
#include "tree/charset.h"
#include "tree/node.h"

/** All but the unreserved characters of RFC 3986 as %XX: fit for a path segment or a query. */
void sg_form_encode(struct sg_buffer *out, struct sg_str text);

/**
 * `a=1&b=2&b=3` of an object of texts and lists of texts; null is an empty text. Fails with
 * SG_ERROR_INPUT, naming the member, where a value is an object, or does not fit into the character
 * set that the percents are of.
 */
SG_MUST_USE bool sg_form_write(struct sg_buffer *out, const struct sg_node *object,
                               const struct sg_charset *charset, struct sg_error *err);

/**
 * The other way: a repeated name is a list. Fails with SG_ERROR_INPUT and the column where %XX is
 * broken, or a name or value is no UTF-8; never shows what stands there.
 */
SG_MUST_USE bool sg_form_read(struct sg_arena *arena, struct sg_str text,
                              const struct sg_charset *charset, const struct sg_node **out,
                              struct sg_error *err);

#endif
