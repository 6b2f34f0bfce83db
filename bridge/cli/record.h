/** A record's content for people: a value a line, each with its JSON Pointer, masked or as it is. */
#ifndef SG_CLI_RECORD_H
#define SG_CLI_RECORD_H

#include "cli/screen.h"
#include "tree/node.h"

/** Prints each value; masked, only what looks like a code, a date or a number is seen. */
void sg_record_print(const struct sg_screen *screen, const struct sg_node *record, bool is_masked);

/** A copy in which each text that may be a citizen's is `***(11)`, the number of its characters. */
struct sg_node *sg_record_mask(struct sg_arena *arena, const struct sg_node *record);

#endif
