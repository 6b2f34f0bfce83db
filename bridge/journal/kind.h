/** What a kind of journal must do; the state, and all that is asked of it, is the same on each. */
#ifndef SG_JOURNAL_KIND_H
#define SG_JOURNAL_KIND_H

#include "journal/state.h"

struct sg_journal {
    const struct sg_journal_kind *kind;
    struct sg_str name; /* the installation's */
    sqlite3 *db;        /* the state's */
    int lock_fd;
    bool leads;
    struct sg_state state;
};

/** The contract's functions of the same names say what each does. */
struct sg_journal_kind {
    bool (*open)(struct sg_journal *journal, const struct sg_journal_settings *settings,
                 struct sg_error *err);
    void (*close)(struct sg_journal *journal); /* also of one that was opened only in part */
    /* Whether nobody else writes any more, and the state is all that was ever written. */
    bool (*lead)(struct sg_journal *journal, int64_t now_ms, int wait_ms, bool *leads,
                 struct sg_error *err);
    int64_t (*leads_until_ms)(const struct sg_journal *journal);
    bool (*begin)(struct sg_journal *journal, struct sg_error *err);
    bool (*commit)(struct sg_journal *journal, struct sg_error *err);
    void (*rollback)(struct sg_journal *journal);
};

#endif
