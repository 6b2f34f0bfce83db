/** What a kind of journal must do; the state, and all that is asked of it, is the same on each. */
#ifndef SG_JOURNAL_KIND_H
#define SG_JOURNAL_KIND_H

#include "journal/state.h"

struct sg_kafka;

struct sg_journal {
    const struct sg_journal_kind *kind;
    struct sg_journal_settings settings;
    sqlite3 *db; /* the state's */
    int lock_fd;
    bool has_led;           /* the embedded kind's */
    struct sg_kafka *kafka; /* the Kafka kind's */
    struct sg_state state;
};

/** The contract's functions of the same names say what each does. */
struct sg_journal_kind {
    const char *file; /* of the state, in the installation's folder: what people's commands read */
    /* NULL where there is nothing but the folder to look at. */
    bool (*inspect)(const struct sg_journal_settings *settings, sg_inspected_fn *each, void *owner,
                    struct sg_error *err);
    bool (*open)(struct sg_journal *journal, struct sg_error *err);
    void (*close)(struct sg_journal *journal); /* also of one that was opened only in part */
    /* Whether nobody else writes any more, and the state is all that was ever written. */
    bool (*lead)(struct sg_journal *journal, int64_t now_ms, int wait_ms, bool *leads,
                 struct sg_error *err);
    int64_t (*leads_until_ms)(const struct sg_journal *journal);
    /* Both NULL where no instance stands by. */
    bool (*hand_on)(struct sg_journal *journal, struct sg_error *err);
    bool (*open_commands)(const struct sg_journal_settings *settings,
                          struct sg_commands_reader **out, struct sg_error *err);
    bool (*begin)(struct sg_journal *journal, struct sg_error *err);
    /* A new event was taken in, in the transaction at hand. NULL where the state is all there is. */
    bool (*captured)(struct sg_journal *journal, const struct sg_event *event, int64_t seq,
                     struct sg_error *err);
    bool (*commit)(struct sg_journal *journal, int64_t now_ms, struct sg_error *err);
    void (*rollback)(struct sg_journal *journal);
};

#endif
