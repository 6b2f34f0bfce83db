/** `sgbridge failed`: what its two files share, the list and the look at one. */
#ifndef SG_CLI_FAILED_H
#define SG_CLI_FAILED_H

#include "cli/answers.h"
#include "cli/filter.h"

struct sg_failed_options {
    struct sg_filter_options filter;
    const char *by, *after, *limit, *why;
    bool unmask;
};

/** Shows the delivery that `cli->words[0]` names. An exit code. */
int sg_failed_show(const struct sg_cli *cli, const struct sg_settings *settings,
                   struct sg_view *view);

#endif
