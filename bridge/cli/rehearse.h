/**
 * What would be sent: deliveries made by today's mapping files, without the daemon and without a call.
 */
#ifndef SG_CLI_REHEARSE_H
#define SG_CLI_REHEARSE_H

#include "cli/cli.h"
#include "journal/view.h"
#include "service/prepare.h"

/** The files and the journal; opened once for many deliveries. */
struct sg_rehearsal {
    const struct sg_cli *cli;
    const struct sg_settings *settings;
    struct sg_catalog *catalog;
    struct sg_view *view;
};

/** False after saying on standard error why not, unless it is to be `quiet`. */
SG_MUST_USE bool sg_rehearsal_open(const struct sg_cli *cli, const struct sg_settings *settings,
                                   bool quiet, struct sg_rehearsal *out);
void sg_rehearsal_close(struct sg_rehearsal *rehearsal);

/** One delivery as it would go. */
struct sg_rehearsed {
    struct sg_delivery delivery;
    struct sg_str operation; /* "" when its mapping, or the target, is not in the files */
    bool opens_link;
    struct sg_prepared prepared;
    struct sg_str url_missing; /* why no file's URL was held against its system's; "": each was */
};

/** What a delivery is taken for. */
struct sg_rehearsing {
    struct sg_arena *arena; /* of what is made of it */
    int64_t delivery;
    bool is_again;        /* as a new run of one that has ended */
    struct sg_str linked; /* a system of which a link is taken for made; "" */
};

/** `*is_there` is false when there is no such delivery. False after saying what cannot be read. */
SG_MUST_USE bool sg_rehearse(const struct sg_rehearsal *rehearsal,
                             const struct sg_rehearsing *wanted, struct sg_rehearsed *out,
                             bool *is_there);

/** `sent to gam by create_case`, `skipped (no link)`, `failed (no row for "77" …)`. */
struct sg_str sg_rehearsed_text(struct sg_arena *arena, const struct sg_rehearsed *rehearsed);

#endif
