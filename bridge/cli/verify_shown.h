/** What audit --verify found, and how it is shown. */
#ifndef SG_CLI_VERIFY_SHOWN_H
#define SG_CLI_VERIFY_SHOWN_H

#include "cli/answers.h"
#include "cli/asker.h"
#include "journal/view_records.h"

enum sg_verified_finding {
    SG_VERIFIED_FINE,
    SG_VERIFIED_NOT_KNOWN, /* its system does not know it */
    SG_VERIFIED_NEWER,     /* than its head, and not on its way */
    SG_VERIFIED_ANOTHERS,  /* it carries another reference than that of its link */
};

/** A record that its system is asked for. */
struct sg_verified {
    const struct sg_system *system;
    const struct sg_record *record;
    struct sg_str id, ticket;
    int64_t round; /* that it is linked to; 0: it is not linked itself */
    enum sg_verified_finding finding;
    struct sg_view_head head;
    struct sg_str version; /* there, with its kind and value */
    enum sg_version_kind kind;
    int64_t value;
    struct sg_str expected, reference; /* ours by the link; what it says */
    struct sg_verified *next;
};

struct sg_verify {
    const struct sg_cli *cli;
    const struct sg_settings *settings;
    struct sg_catalog *catalog;
    struct sg_view *view;
    struct sg_asker *asker;
    struct sg_verified *first, **end;
    int64_t tickets, all_tickets; /* asked about; in the journal, 0 where one was named */
    bool is_running;              /* the daemon */
};

/** Says on standard output what was found, in words or in JSON; gives the exit code that fits. */
int sg_verify_show(const struct sg_verify *verify);

#endif
