/** The options by which `failed` and `replay` are told which failed deliveries are meant. */
#ifndef SG_CLI_FILTER_H
#define SG_CLI_FILTER_H

#include "base/buffer.h"
#include "cli/cli.h"
#include "journal/view_failed.h"

/** The first member of the subcommand's own options. */
struct sg_filter_options {
    const char *system, *target, *mapping, *reason, *ticket, *department, *since, *until;
};

/** Its rows, among those of a subcommand whose options begin with it. */
#define SG_FILTER_OPTIONS                                                                         \
    SG_OPTION_VALUE(struct sg_filter_options, system, "system", "NAME", "events of this system"), \
        SG_OPTION_VALUE(struct sg_filter_options, target, "target", "NAME",                       \
                        "calls of this system"),                                                  \
        SG_OPTION_VALUE(struct sg_filter_options, mapping, "mapping", "NAME",                     \
                        "through this mapping"),                                                  \
        SG_OPTION_VALUE(struct sg_filter_options, reason, "reason", "TEXT",                       \
                        "a part of it; =TEXT: all of it"),                                        \
        SG_OPTION_VALUE(struct sg_filter_options, ticket, "ticket", "KEY", "of this ticket"),     \
        SG_OPTION_VALUE(struct sg_filter_options, department, "department", "NAME",               \
                        "of this department"),                                                    \
        SG_OPTION_VALUE(struct sg_filter_options, since, "since", "TIME",                         \
                        "from then on: 02:10, 2h, '1405-07-02'"),                                 \
        SG_OPTION_VALUE(struct sg_filter_options, until, "until", "TIME", "failed before then")

/** Said where departments are asked for. */
#define SG_FILTER_NO_DEPARTMENT                                         \
    "the settings do not say where a record names its department: set " \
    "`department: {saja.ticket: /…}`"

/** False after saying on standard error what is wrong with the words: SG_EXIT_USAGE. */
SG_MUST_USE bool sg_filter_read(const struct sg_cli *cli, const struct sg_settings *settings,
                                const struct sg_filter_options *options, int64_t now_ms,
                                struct sg_failed_filter *filter);

/** Whether any of them was given. */
bool sg_filter_is_given(const struct sg_filter_options *options);

/** Adds them as they were typed to a command that is to be typed next. */
void sg_filter_add_typed(struct sg_buffer *command, const struct sg_filter_options *options);

#endif
