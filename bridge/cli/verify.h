/**
 * audit --verify: asks both systems for what the journal knows, record by record, and names what a
 * system does not know, what is newer there than what was captured, and cases of another ticket.
 */
#ifndef SG_CLI_VERIFY_H
#define SG_CLI_VERIFY_H

#include "cli/cli.h"

/** A member of the options of `audit`. */
struct sg_verify_options {
    bool is_wanted;
    const char *sample, *ticket; /* of how many tickets; of which one; NULL */
};

/** Whether any of them was given. */
bool sg_verify_is_given(const struct sg_verify_options *options);

/** Does it, and gives an exit code. */
int sg_verify(const struct sg_cli *cli, const struct sg_verify_options *options);

/**
 * Which of `total` tickets, 0 being that of the newest event, is the i-th (from 0) of a sample of
 * `wanted` of them: the newest, the oldest, and those between ever further apart. `wanted` is 1 to
 * `total`, and 10,000 at most.
 */
int64_t sg_verify_rank(int64_t total, int64_t wanted, int64_t i);

#endif
