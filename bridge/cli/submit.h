/**
 * A person's command on its way: into the spool, and then what the journal says came of it. With the
 * daemon down it is queued, and carried out when it starts.
 */
#ifndef SG_CLI_SUBMIT_H
#define SG_CLI_SUBMIT_H

#include "cli/cli.h"
#include "sgbridge/command.h"
#include "tree/node.h"

/** What came of one or more commands, summed up. */
struct sg_submitted {
    int64_t done, refused; /* deliveries, or 1 for the whole */
    struct sg_node *whys;  /* of the refused ones: objects of "delivery" and "why" */
    struct sg_str said;    /* of all of it; "" */
    bool is_queued;        /* not known yet: the daemon is down, or has not come to it */
    bool is_running;       /* a daemon is there */
};

/** Who types, or whose process it is: root may type for somebody, as sudo says. */
struct sg_str sg_submit_who(struct sg_arena *arena);

/** Nothing yet, in `cli->arena`. */
void sg_submitted_begin(const struct sg_cli *cli, const struct sg_settings *settings,
                        struct sg_submitted *out);

/**
 * Hands it over: sets who asks, when, and the command's id. False after saying on standard error why
 * the spool cannot be written to.
 */
SG_MUST_USE bool sg_submit(const struct sg_cli *cli, const struct sg_settings *settings,
                           struct sg_command *command);

/**
 * Waits some seconds for what comes of it, and adds that to `out`; not at all when no daemon runs.
 * False after saying why the journal cannot be read.
 */
SG_MUST_USE bool sg_submit_await(const struct sg_cli *cli, const struct sg_settings *settings,
                                 const struct sg_command *command, struct sg_submitted *out);

/** Both, one after the other. */
SG_MUST_USE bool sg_submit_and_await(const struct sg_cli *cli, const struct sg_settings *settings,
                                     struct sg_command *command, struct sg_submitted *out);

/** Says what was refused, and why; and what is queued. */
void sg_submitted_print(const struct sg_cli *cli, const struct sg_submitted *submitted);

/** The members "done", "refused", "queued" and "said", for --json. */
struct sg_node *sg_submitted_json(const struct sg_cli *cli, const struct sg_submitted *submitted);

/** SG_EXIT_OK, SG_EXIT_NO when anything was refused, or SG_EXIT_QUEUED. */
int sg_submitted_exit(const struct sg_submitted *submitted);

/** The words as numbers of deliveries; false after saying which is none. */
SG_MUST_USE bool sg_submit_read_ids(const struct sg_cli *cli, int64_t **ids, size_t *count);

#endif
