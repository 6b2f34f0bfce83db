/**
 * The contract of the journal: the durable log of events, and the state about them (deliveries,
 * links, heads, shadows, cursors). Everything between sg_journal_begin() and sg_journal_commit()
 * becomes durable together, or not at all. One journal has one active writer, which leads; other
 * instances stand by. One thread at a time owns a journal; callers never ask its kind.
 */
#ifndef SGBRIDGE_JOURNAL_H
#define SGBRIDGE_JOURNAL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"
#include "kafka/cluster.h"
#include "sgbridge/command.h"
#include "sgbridge/drift.h"
#include "sgbridge/event.h"

struct sg_journal;

/** One mapping as the journal sees it: which events become deliveries, and to where. */
struct sg_route {
    struct sg_str mapping, map_hash;
    struct sg_str system, record;    /* from */
    struct sg_str target, operation; /* to */
    bool opens_link;                 /* these come first; then by the mapping's name */
    bool skips_unchanged;            /* the operation's shadow is wanted in `sg_delivery` */
    bool is_known_by_field;          /* the target ignores what it has had, by an id within it */
};

enum sg_delivery_state {
    SG_DELIVERY_PENDING,
    SG_DELIVERY_UNKNOWN, /* may have been done; being looked up */
    SG_DELIVERY_FAILED,  /* needs a person */
    SG_DELIVERY_DELIVERED,
    SG_DELIVERY_SKIPPED,
    SG_DELIVERY_ECHO,
    SG_DELIVERY_DISCARDED,
};

/** "pending", …: as stored, shown and counted. */
const char *sg_delivery_state_name(enum sg_delivery_state state);

/** Where a journal in Kafka lives. */
struct sg_journal_kafka {
    struct sg_kafka_cluster cluster;
    const char *prefix; /* of its topics */
    int replication;    /* of topics that it makes */
};

/** What it points to is borrowed as long as the journal is open. */
struct sg_journal_settings {
    const char *dir;         /* where journal, lock and spool lie; it must exist */
    struct sg_str name;      /* the installation's; another one than the journal's is refused */
    int64_t day_offset_ms;   /* local time less UTC, for the days that totals are kept by */
    int64_t keep_ms;         /* how long bodies stay after all deliveries of an event have ended */
    int64_t max_event_bytes; /* of a body */
    const struct sg_journal_kafka *kafka; /* NULL for other kinds */
};

/** A kind of journal: callers are given one by name and never ask which it is. */
struct sg_journal_kind;
extern const struct sg_journal_kind SG_JOURNAL_EMBEDDED; /* one SQLite file */
extern const struct sg_journal_kind SG_JOURNAL_KAFKA;    /* topics, and SQLite as their view */

/** What a look at the place of a journal finds. */
enum sg_inspected {
    SG_INSPECTED_GOOD,   /* how it is, or what will be made */
    SG_INSPECTED_DANGER, /* it works, and may lose the journal one day */
    SG_INSPECTED_WRONG,  /* it cannot work */
};
/** `text` says what it means and what to do; it lives as long as the call. */
typedef void sg_inspected_fn(void *owner, enum sg_inspected what, struct sg_str text);

/**
 * Looks, and changes nothing, at the place where a journal lives or is to live, whether one runs or
 * not; `each` is told of all there is to say. TEMPORARY: it cannot be asked now; INPUT: never so.
 */
SG_MUST_USE bool sg_journal_inspect(const struct sg_journal_kind *kind,
                                    const struct sg_journal_settings *settings,
                                    sg_inspected_fn *each, void *owner, struct sg_error *err);

/**
 * Opens or makes what of it lies in `dir`. Fails with INPUT: another name, a newer format, not
 * writable; REFUSED: another process holds `journal.lock`.
 */
SG_MUST_USE bool sg_journal_open(const struct sg_journal_kind *kind,
                                 const struct sg_journal_settings *settings,
                                 struct sg_journal **out, struct sg_error *err);
/** A journal that leads lets the next instance lead. Takes NULL. */
void sg_journal_close(struct sg_journal *journal);

/**
 * Tries to become the active writer for up to `wait_ms`, and keeps the state up to date meanwhile;
 * `*leads` says whether it is. Until then nothing else may be asked of the journal but to hand
 * commands on, and to be closed: call it again and again. Once it leads, every `unknown` is due, to be looked up before anything
 * else. TEMPORARY: brokers are away, or another instance took the lead in the middle of it; INPUT,
 * REFUSED: it never will, and why.
 */
SG_MUST_USE bool sg_journal_lead(struct sg_journal *journal, int64_t now_ms, int wait_ms,
                                 bool *leads, struct sg_error *err);

/**
 * Until when calls may be sent, on the clock of sg_clock_steady_ms(): after that another instance
 * may lead. It moves on by itself while this one does. INT64_MAX when there is none. Any thread.
 */
int64_t sg_journal_leads_until_ms(const struct sg_journal *journal);

/** Which mappings take which events from now on. Copied. */
void sg_journal_set_routes(struct sg_journal *journal, const struct sg_route *routes, size_t count);

struct sg_names {
    struct sg_str *at;
    size_t count;
};

/** Names of mappings in force that have open deliveries and are not among `routes`; in the arena. */
SG_MUST_USE bool sg_journal_find_orphans(struct sg_journal *journal, struct sg_arena *arena,
                                         const struct sg_route *routes, size_t count,
                                         struct sg_names *names, struct sg_error *err);

/** Names of mappings that are not in force and have deliveries that wait for them; in the arena. */
SG_MUST_USE bool sg_journal_find_waiting(struct sg_journal *journal, struct sg_arena *arena,
                                         struct sg_names *names, struct sg_error *err);

/** What waited for a mapping that is in force again need not wait longer; in a transaction. */
SG_MUST_USE bool sg_journal_wake_waiting(struct sg_journal *journal, struct sg_str mapping,
                                         struct sg_error *err);

/** Who put mapping files in force, and how: "start", "SIGHUP", "reload". */
struct sg_author {
    struct sg_str who, how;
};

/**
 * Keeps of each route whose mapping has another hash than before since when it is in force, and by
 * whom; in a transaction. Deliveries name the hash of the mapping that they went through.
 */
SG_MUST_USE bool sg_journal_note_versions(struct sg_journal *journal, const struct sg_route *routes,
                                          size_t count, const struct sg_author *author,
                                          struct sg_error *err);

/* --- one transaction --- */

/**
 * Begins; all that is written is written between here and the commit. Deliveries that waited too
 * long for their link are failed or skipped here. When it fails nothing has begun. REFUSED, from
 * here or from the commit: this instance leads no more, and what was written since begin is durable
 * or not; all that was taken is to be dropped, and sg_journal_lead() called again.
 */
SG_MUST_USE bool sg_journal_begin(struct sg_journal *journal, int64_t now_ms, struct sg_error *err);
/**
 * Durable when it gives true. TEMPORARY (disk full; or any step since begin failed so): everything
 * since begin is undone, no transaction is open any more, and all may be tried again; what was taken
 * before begin is still taken. An fsync that failed ends the process: what is on the disk is not
 * known any more.
 */
SG_MUST_USE bool sg_journal_commit(struct sg_journal *journal, struct sg_error *err);
void sg_journal_rollback(struct sg_journal *journal);

enum sg_captured { SG_CAPTURED_NEW, SG_CAPTURED_REPEAT };

/**
 * Takes one event in: head, ticket and round, one delivery a route (or one that says why not). An
 * event older than its record's head ends `skipped`, reason "older", moves no head and begins no
 * round; without a route it is `skipped`, "no mapping"; with a `problem` it is `failed`.
 */
SG_MUST_USE bool sg_journal_capture(struct sg_journal *journal, const struct sg_event *event,
                                    enum sg_captured *what, struct sg_error *err);

/**
 * Says which of them were captured with this id and version, whatever their content: a record's head,
 * and every event that is still kept. One without an id was not.
 */
SG_MUST_USE bool sg_journal_find_captured(struct sg_journal *journal, struct sg_str system,
                                          struct sg_str record, struct sg_sighting *seen,
                                          size_t count, struct sg_error *err);

/** Opaque text of a poller; "" when there is none yet. */
SG_MUST_USE bool sg_journal_get_cursor(struct sg_journal *journal, struct sg_arena *arena,
                                       struct sg_str system, struct sg_str record,
                                       struct sg_str *text, struct sg_error *err);
SG_MUST_USE bool sg_journal_set_cursor(struct sg_journal *journal, struct sg_str system,
                                       struct sg_str record, struct sg_str text,
                                       struct sg_error *err);

/* --- deliveries --- */

struct sg_link {
    struct sg_str system, id;
};

/** A change of ours to a record: by the version its answer gave, with what the record will show. */
struct sg_own_change {
    struct sg_str version, shows; /* `shows` is a shape */
};

/** One delivery taken, with all that is needed to make it. Lives in the arena given to take. */
struct sg_delivery {
    int64_t id;
    int64_t seq; /* of the event */
    int run;     /* 1; more for a replay of what had ended; 0: an older event, by SG_COMMAND_SEND */
    struct sg_str mapping, target, ticket;
    int64_t round, latest_round;  /* the event's; the ticket's newest: less than it is late */
    enum sg_delivery_state state; /* PENDING or UNKNOWN */
    struct sg_event event;
    struct sg_str shape_before; /* of the record's head when the event was taken in; "" if none */
    const struct sg_own_change *own_changes; /* oldest first; none without `shape_before` */
    size_t own_change_count;
    const struct sg_link *links; /* of the ticket and round */
    size_t link_count;
    struct sg_str shadow; /* of the route's operation; "" if none or not wanted */
    int key_generation;
    int attempts;             /* calls made so far */
    int temporary_ends;       /* of those, how many ended temporary or in doubt */
    int64_t others_delivered; /* to the same target since the first of those ends */
    int64_t calls_of_ticket;  /* first calls for this ticket within the last hour */
    int64_t first_at, sent_at;
    int sends, empty_probes; /* how often sent; probes since, late enough, that found nothing */
    struct sg_str request;   /* as stored, to be sent again or looked up; "" if none */
};

/** What take is asked for. */
struct sg_take {
    struct sg_str target;
    size_t limit;
    int64_t now_ms;
};

/**
 * Takes up to `limit` due deliveries of `target`, each the head of its lane, oldest first, and
 * keeps them from being taken again until the commit after their sg_journal_end() (or a new start).
 * Left out: an event of system S while a delivery to S for its ticket is in flight or unknown. It
 * is asked outside of a transaction as well as inside one; a rollback lets go what was taken since
 * begin, so call nobody before the commit. In a lane that just got an older event by a new link it
 * may find nothing until after the next begin.
 */
SG_MUST_USE bool sg_journal_take(struct sg_journal *journal, struct sg_arena *arena,
                                 const struct sg_take *wanted, struct sg_delivery **out,
                                 size_t *count, struct sg_error *err);

/**
 * When the next delivery of any target becomes due, or has waited too long for its link, after
 * `now_ms`; INT64_MAX if none will. What waited too long is failed or skipped by the next begin.
 */
SG_MUST_USE bool sg_journal_next_due(struct sg_journal *journal, int64_t now_ms, int64_t *due_ms,
                                     struct sg_error *err);

/**
 * The write-ahead: `unknown`, before the call is sent. The delivery stays taken. It counts as sent
 * once more (`sends`), with no probe since (`empty_probes` 0), should nothing else be written.
 */
SG_MUST_USE bool sg_journal_intend(struct sg_journal *journal, int64_t delivery, int64_t sent_at,
                                   struct sg_str request, struct sg_error *err);

/** How a delivery's step ended. Zero it, set what there is. */
struct sg_ending {
    int64_t delivery;
    enum sg_delivery_state state;
    int64_t next_at;   /* PENDING, UNKNOWN: when it is due again */
    bool was_called;   /* one more attempt */
    bool is_temporary; /* PENDING, UNKNOWN: the target's end, not ours; counted */
    bool is_in_doubt;  /* FAILED: may have been done */
    bool moves_key;    /* the last attempt's end is known: the next has a new key */
    int sends, empty_probes;
    struct sg_str reason, pointer, said; /* why; the rule's target; the target's words, masked */
    struct sg_place place;
    struct sg_str map_hash; /* of the mapping it went through; "" leaves it */
    struct sg_str request;  /* PENDING, UNKNOWN: kept for next time; FAILED: for people to see */
    struct sg_str link_id;  /* DELIVERED: the id of the thing this delivery made; "" if none */
    struct sg_str operation,
        input_hash;                   /* DELIVERED: the new shadow, as in the route; "" for none */
    struct sg_str own_record, own_id; /* DELIVERED: the record that our call changed */
    struct sg_own_change own_change;
    bool clears_shadows; /* the event was no echo: shadows of its system for the ticket go */
};

/**
 * Writes it, and lets the delivery go. An ended one makes the next of its lane due. A new link moves
 * what waited for it into the ticket's lanes. A second link of one ticket, round and system, or a
 * foreign id linked already elsewhere, makes this delivery `failed`, and says so.
 */
SG_MUST_USE bool sg_journal_end(struct sg_journal *journal, const struct sg_ending *ending,
                                struct sg_error *err);

/* --- what people ask for --- */

/** What came of a command. */
struct sg_obeyed {
    bool is_put_off;       /* nothing was written */
    int64_t done, refused; /* deliveries, or 1 for the whole */
    struct sg_str why;     /* of the first that was refused; lives as long as the step */
};

/**
 * Carries out what somebody asked for, once: of a second command of the same id nothing is done, and
 * `out` is of the first. What came of it is an entry of the journal, as is each delivery's refusal,
 * with the reason in a sentence; neither is an error of this call. Put off: a call of it is under way
 * at this moment, ask again. Of RELOAD it carries out `drop`, after the routes were set, some
 * deliveries at a time: put off says that there are more. Without it: see sg_journal_note_command().
 */
SG_MUST_USE bool sg_journal_obey(struct sg_journal *journal, const struct sg_command *command,
                                 struct sg_obeyed *out, struct sg_error *err);

/** Keeps a command that was carried out elsewhere, or could not be; `said` is what came of it. */
SG_MUST_USE bool sg_journal_note_command(struct sg_journal *journal,
                                         const struct sg_command *command, bool is_done,
                                         struct sg_str said, struct sg_error *err);

/**
 * Of an instance that stands by: sends the commands of its spool to the one that leads, and takes
 * away the files that have become durable on their way; nothing where no instance can stand by. It
 * does not wait for that: call it again and again. TEMPORARY: some are still there.
 */
SG_MUST_USE bool sg_journal_hand_on(struct sg_journal *journal, struct sg_error *err);

/** What other instances handed on, read by the one that leads. One thread; any, beside the journal's. */
struct sg_commands_reader;

/** NULL in `*out` where nothing can be handed on. It is closed before the journal. */
SG_MUST_USE bool sg_journal_open_commands(const struct sg_journal *journal,
                                          struct sg_commands_reader **out, struct sg_error *err);
/** Takes NULL. */
void sg_commands_reader_close(struct sg_commands_reader *reader);

/** Goes on from `place`; 0 is the very first. */
SG_MUST_USE bool sg_commands_reader_seek(struct sg_commands_reader *reader, int64_t place,
                                         struct sg_error *err);

/** One command as it was handed on, by whomever: neither `id` nor `text` is known to be one. */
struct sg_handed_on {
    bool is_there; /* else there is none at this moment */
    int64_t place; /* where it stands */
    struct sg_str id, text;
};

/**
 * The next one, in the arena. Never waits. Where the place asked for is not there, it begins at what
 * is, and says so in the log. TEMPORARY: seek, and read on.
 */
SG_MUST_USE bool sg_commands_reader_read(struct sg_commands_reader *reader, struct sg_arena *arena,
                                         struct sg_handed_on *out, struct sg_error *err);

/** A system that people hold back: nothing is sent to it, nor asked of it. */
struct sg_paused_system {
    struct sg_str system;
    int64_t until; /* 0: until somebody resumes it */
};

/** All of them, in the arena. */
SG_MUST_USE bool sg_journal_paused_systems(struct sg_journal *journal, struct sg_arena *arena,
                                           struct sg_paused_system **out, size_t *count,
                                           struct sg_error *err);

/* --- what people see --- */

/** An alarm begins, gets other words, or ends with `words` "". `*changed` if it began or ended. */
SG_MUST_USE bool sg_journal_set_alarm(struct sg_journal *journal, const char *name,
                                      struct sg_str system, struct sg_str words, bool *changed,
                                      struct sg_error *err);

/** How a system was last met; written now and then, for `status`. Zero times are "never". */
struct sg_contact {
    struct sg_str system;
    int64_t ok_at, bad_at;
    struct sg_str said;                 /* of the last bad one */
    int64_t breaker_since, next_try_at; /* 0: the breaker is closed */
};
SG_MUST_USE bool sg_journal_set_contact(struct sg_journal *journal,
                                        const struct sg_contact *contact, struct sg_error *err);

/** Facts about the service, such as "mappings" and "started": shown by `status`. */
SG_MUST_USE bool sg_journal_set_fact(struct sg_journal *journal, const char *name,
                                     struct sg_str value, struct sg_error *err);

/* --- what systems send that no file names --- */

/** "field", "type", "gone", "code", "more": as stored and shown. */
const char *sg_drift_kind_name(enum sg_drift_kind kind);

/** What was learned of one record: opaque text, of whoever watches it. */
struct sg_kept_outline {
    struct sg_str system, record, text;
};

/** All there are, in the arena. */
SG_MUST_USE bool sg_journal_outlines(struct sg_journal *journal, struct sg_arena *arena,
                                     struct sg_kept_outline **out, size_t *count,
                                     struct sg_error *err);
SG_MUST_USE bool sg_journal_set_outline(struct sg_journal *journal,
                                        const struct sg_kept_outline *outline,
                                        struct sg_error *err);

/** All that drifts, in the arena. */
SG_MUST_USE bool sg_journal_drifts(struct sg_journal *journal, struct sg_arena *arena,
                                   struct sg_drift **out, size_t *count, struct sg_error *err);
/** It begins, or its times and its example are these now. */
SG_MUST_USE bool sg_journal_set_drift(struct sg_journal *journal, const struct sg_drift *drift,
                                      struct sg_error *err);
SG_MUST_USE bool sg_journal_end_drift(struct sg_journal *journal, const struct sg_drift *drift,
                                      struct sg_error *err);

/**
 * Blanks bodies and sums up rows whose time is over, at most `limit`; call it when idle, outside of
 * a transaction: it makes its own.
 */
SG_MUST_USE bool sg_journal_sweep(struct sg_journal *journal, int64_t now_ms, size_t limit,
                                  size_t *swept, struct sg_error *err);

#endif
