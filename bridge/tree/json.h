/** JSON (RFC 8259): read strictly in one pass into the tree, and written from it. */
#ifndef SG_TREE_JSON_H
#define SG_TREE_JSON_H

#include "base/buffer.h"
#include "base/error.h"
#include "tree/node.h"

/**
 * Reads a whole document; a BOM is passed over. Texts without escapes borrow from `text`, which
 * must live as long as the arena. Fails with SG_ERROR_INPUT at line and column (of file `name`,
 * which may be NULL): bytes that are no UTF-8, a repeated member, depth over SG_TREE_DEPTH_MAX or
 * more nodes than SG_TREE_NODES_MAX, a surrogate without its pair, anything after the end. Never
 * shows the document's content.
 */
SG_MUST_USE bool sg_json_read(struct sg_arena *arena, struct sg_str text, const char *name,
                              const struct sg_node **out, struct sg_error *err);

/** Writes without white space; non-ASCII as it is. The same tree always gives the same bytes. */
void sg_json_write(struct sg_buffer *out, const struct sg_node *node);

/** The same with two spaces of indent, for people. */
void sg_json_write_pretty(struct sg_buffer *out, const struct sg_node *node);

/** One text with its quotes. */
void sg_json_write_text(struct sg_buffer *out, struct sg_str text);

#endif
