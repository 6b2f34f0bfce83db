/** sgbridge try: what its two files share. */
#ifndef SG_CLI_TRY_H
#define SG_CLI_TRY_H

#include "cli/answers.h"
#include "cli/steps.h"
#include "connectors/catalog.h"
#include "service/prepare.h"

struct sg_try_options {
    const char *event, *link, *round;
    bool is_late;
};

/** One call of it. */
struct sg_try {
    const struct sg_cli *cli;
    const struct sg_settings *settings; /* NULL: there are none */
    const struct sg_mapping *mapping;
    const struct sg_system *source; /* whose record it takes */
    const struct sg_record *record;
    const struct sg_link *links; /* --link, in the order typed */
    size_t link_count;
    int64_t round; /* --round; 0: not given */
};

/** What is tried: records as the deliveries that they would be; no `id`, for none is made. */
struct sg_tried {
    struct sg_delivery *at;
    size_t count;           /* 0: `where` lets it not pass */
    struct sg_steps *where; /* what was asked of the record before */
};

/** From a file, or standard input for "-"; an exit code, after saying why not. */
int sg_try_read_file(const struct sg_try *it, const char *path, struct sg_tried *out);

/** The event of that number in the journal; the same. */
int sg_try_read_event(const struct sg_try *it, const char *number, struct sg_tried *out);

#endif
