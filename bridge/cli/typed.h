/** Commands that an answer tells its reader to type next: what is copied must be read as it stands. */
#ifndef SG_CLI_TYPED_H
#define SG_CLI_TYPED_H

#include "base/buffer.h"

/** Adds ` WORD` as the shell reads it: quoted where it must be, without control characters. */
void sg_typed_add(struct sg_buffer *command, struct sg_str word);

/** Adds ` --NAME WORD`; nothing when the word is "". */
void sg_typed_add_option(struct sg_buffer *command, const char *name, struct sg_str word);

#endif
