/** What follows in the lanes of deliveries that a person ends or sends again. */
#ifndef SG_CLI_BEHIND_H
#define SG_CLI_BEHIND_H

#include "cli/cli.h"

/** `then: cancel-case (delivery 18)` for what waits behind each, some lines at most. */
void sg_behind_print(const struct sg_cli *cli, const struct sg_settings *settings,
                     const int64_t *deliveries, size_t count);

#endif
