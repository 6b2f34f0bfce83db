/** What people are told of the commands, and what the shell completes: both from their descriptions. */
#ifndef SG_CLI_HELP_H
#define SG_CLI_HELP_H

#include <stdio.h>

#include "cli/subcommand.h"

/** All commands under their heads, on one screen of 24 lines of 80. `commands` ends with NULL. */
void sg_help_print(FILE *out, const struct sg_subcommand *const *commands);

/** One command: usage, what it does, options, exit codes, examples; on one screen as well. */
void sg_help_print_command(FILE *out, const struct sg_subcommand *command);

/**
 * `sgbridge complete WORDS…`, which the shell asks: what the last of `count` words may become, a line
 * each on standard output; the one line `<FILE>` or `<DIR>` where the shell knows better.
 */
void sg_help_complete(struct sg_arena *arena, const struct sg_subcommand *const *commands,
                      size_t count, const char *const *words);

#endif
