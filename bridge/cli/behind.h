/** What follows in the lanes of deliveries that a person ends or sends again. */
#ifndef SG_CLI_BEHIND_H
#define SG_CLI_BEHIND_H

#include "cli/cli.h"

/**
 * `then: cancel-case (delivery 18) → skipped (no link)` for what waits behind each, some lines at
 * most, as the files on the disk would have it; nothing where those are wrong. `are_sent`: the
 * deliveries themselves are, and what they make is there for those behind them.
 */
void sg_behind_print(const struct sg_cli *cli, const struct sg_settings *settings,
                     const int64_t *deliveries, size_t count, bool are_sent);

#endif
