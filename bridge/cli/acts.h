/** What people did to deliveries, as answers show it. */
#ifndef SG_CLI_ACTS_H
#define SG_CLI_ACTS_H

#include "cli/answers.h"

/** The columns of SG_VIEW_ACTS and SG_VIEW_ACTS_OF. */
extern const char *const SG_ACTS_COLUMNS[];

/** `replay, asked by ali: the table is mended`, and what it was refused for. */
struct sg_str sg_acts_sentence(struct sg_arena *arena, const struct sg_node *act);

#endif
