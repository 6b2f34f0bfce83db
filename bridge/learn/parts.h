/** What the files of this room share. Not for other rooms. */
#ifndef SG_LEARN_PARTS_H
#define SG_LEARN_PARTS_H

#include "base/buffer.h"
#include "learn/learn.h"
#include "tree/node.h"

/** A document that was read. */
struct sg_learn_tree {
    const char *name;
    const struct sg_node *root;
    bool is_xml; /* `root` is then the root element, with its name */
};

/** JSON, or XML where its first character is '<'. Fails with INPUT at the place that is wrong. */
SG_MUST_USE bool sg_learn_read(struct sg_arena *arena, const struct sg_learn_document *document,
                               struct sg_learn_tree *out, struct sg_error *err);

/** The first line for editors, and what a mark is. */
void sg_learn_begin(struct sg_buffer *out, const char *schema, struct sg_str learned_from);

/* --- records.c --- */

/** The file of a system whose documents are records, or pages of them. */
SG_MUST_USE bool sg_learn_records(struct sg_arena *arena, const struct sg_learn_system *from,
                                  const struct sg_learn_tree *trees, struct sg_str *out,
                                  struct sg_error *err);

/* --- wsdl.c --- */

bool sg_learn_is_wsdl(const struct sg_learn_tree *tree);
SG_MUST_USE bool sg_learn_wsdl(struct sg_arena *arena, const struct sg_learn_system *from,
                               struct sg_str *out, struct sg_error *err);

#endif
