/**
 * Many deliveries handed to the daemon, in commands of some hundred each; at a rate, a little ahead
 * of their time, so that an interruption ends soon. Whatever ends it, what was handed over is done
 * once, and the rest can be asked for again.
 */
#ifndef SG_CLI_HANDOVER_H
#define SG_CLI_HANDOVER_H

#include "cli/submit.h"
#include "journal/view.h"

/** The next ids; a count of 0 when there are no more. False after saying why not. */
typedef bool sg_next_ids_fn(void *owner, struct sg_view_page *page);

struct sg_handover {
    const struct sg_cli *cli;
    const struct sg_settings *settings;
    struct sg_command command; /* what is asked for each; its ids and `after` are set here */
    sg_next_ids_fn *next;
    void *owner;
    int64_t total; /* how many there will be, for the progress shown */

    int64_t handed; /* and what came of it */
    bool is_interrupted;
    struct sg_submitted submitted;
};

/**
 * Hands over until there are no more, or SIGINT comes; shows progress on standard output where there
 * is a rate: a bar with the time of its end on a terminal, else a line now and then. False after
 * saying what cannot be read or written.
 */
SG_MUST_USE bool sg_hand_over(struct sg_handover *handover);

#endif
