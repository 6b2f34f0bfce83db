/**
 * A YAML file being written, with what could not be known marked in it. What is foreign may hold any
 * character: those that YAML does not print, or takes for the end of a line, are escaped.
 */
#ifndef SG_LEARN_DRAFT_H
#define SG_LEARN_DRAFT_H

#include "base/buffer.h"
#include "tree/node.h"

/** Of a key that YAML finds again (1.2, section 7.4.3): longer ones are left out of what is learned. */
enum { SG_DRAFT_KEY_MAX = 1000 };

/** Ends a line with the value `"?"`, and what is asked behind `# ?`. */
void sg_draft_mark(struct sg_buffer *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Adds a text between double quotes. */
void sg_draft_text(struct sg_buffer *out, struct sg_str text);

/** Adds a text, in quotes where it would not be read as this text without. */
void sg_draft_scalar(struct sg_buffer *out, struct sg_str text);

/** Adds a document as a text, between single quotes where it can be: it holds double ones. */
void sg_draft_document(struct sg_buffer *out, struct sg_str text);

/** Adds a tree as JSON, which YAML reads. */
void sg_draft_tree(struct sg_buffer *out, const struct sg_node *node);

/** Adds foreign words to a comment: on this line, whatever they hold. */
void sg_draft_words(struct sg_buffer *out, struct sg_str text);

#endif
