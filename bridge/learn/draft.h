/** A YAML file being written, with what could not be known marked in it. */
#ifndef SG_LEARN_DRAFT_H
#define SG_LEARN_DRAFT_H

#include "base/buffer.h"

/** Ends a line with the value `"?"`, and what is asked behind `# ?`. */
void sg_draft_mark(struct sg_buffer *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Adds a scalar, in quotes where it would not be read as this text without. */
void sg_draft_scalar(struct sg_buffer *out, struct sg_str text);

/** Adds a text between single quotes: for documents, which hold double ones. It has no line ends. */
void sg_draft_quote(struct sg_buffer *out, struct sg_str text);

/** Adds foreign words to a comment: masked, and on this line whatever they hold. */
void sg_draft_words(struct sg_buffer *out, struct sg_str text);

#endif
