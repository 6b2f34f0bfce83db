/** The answer of `sgbridge whatif`, for people and as JSON. */
#ifndef SG_CLI_WHATIF_SHOWN_H
#define SG_CLI_WHATIF_SHOWN_H

#include "cli/cli.h"
#include "cli/whatif_found.h"
#include "connectors/catalog.h"

/** What was compared, and what came of it. */
struct sg_whatif_answer {
    const struct sg_cli *cli;
    const struct sg_settings *settings;
    const char *before_dir, *after_dir;
    const struct sg_catalog *before, *after;
    struct sg_str in_force; /* the hash of what the daemon last put in force; "": it never did */
    int64_t in_force_since; /* 0: as above */
    struct sg_node *standing;
    struct sg_whatif_found *found; /* sorted */
};

void sg_whatif_show(const struct sg_whatif_answer *answer);

#endif
