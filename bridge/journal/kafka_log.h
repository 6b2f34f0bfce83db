/**
 * The state topic as a log of rows: read to follow it, or written in transactions, each together
 * with the events of its step.
 */
#ifndef SG_JOURNAL_KAFKA_LOG_H
#define SG_JOURNAL_KAFKA_LOG_H

#include "journal/kafka_names.h"
#include "journal/rows.h"

/** The key of the first message of every state topic: the row by which a view knows whose it is. */
#define SG_LOG_ID_KEY "[\"meta\",\"id\"]"

/* --- reading --- */

/** Reads what was committed, from one place on. One thread. */
struct sg_log_reader;

SG_MUST_USE bool sg_log_reader_open(const struct sg_journal_settings *settings,
                                    struct sg_log_reader **out, struct sg_error *err);
void sg_log_reader_close(struct sg_log_reader *reader);

/** The handle under it, to ask the cluster with. Borrowed. */
rd_kafka_t *sg_log_reader_client(struct sg_log_reader *reader);

/** Where the topic begins and ends, and its first message; the key of an empty one's is "". */
struct sg_log_range {
    int64_t begin, end;
    struct sg_row_message first; /* in the arena */
};

/** Looks; where it was reading is forgotten. */
SG_MUST_USE bool sg_log_reader_look(struct sg_log_reader *reader, struct sg_arena *arena,
                                    struct sg_log_range *range, struct sg_error *err);

/** Goes on from `offset`. */
SG_MUST_USE bool sg_log_reader_seek(struct sg_log_reader *reader, int64_t offset,
                                    struct sg_error *err);

/** Reads no more, until the next seek. */
SG_MUST_USE bool sg_log_reader_rest(struct sg_log_reader *reader, struct sg_error *err);

/** Where the topic ends now, beyond all that was committed. */
SG_MUST_USE bool sg_log_reader_end(struct sg_log_reader *reader, int64_t *end,
                                   struct sg_error *err);

/** One reading: what is asked for, and what came of it. */
struct sg_log_read {
    int wait_ms;  /* for messages to come */
    size_t limit; /* of messages */
    sg_row_fn *each;
    void *owner;

    int64_t next; /* where to go on, which passes over what a transaction left behind */
    size_t count;
    bool is_at_end; /* all that was committed has been given */
};
SG_MUST_USE bool sg_log_reader_read(struct sg_log_reader *reader, struct sg_log_read *read,
                                    struct sg_error *err);

/* --- writing --- */

/** The one transactional producer. One thread. */
struct sg_log_writer;

/**
 * Makes it and fences every older one: what those had not committed is undone, and they can commit
 * no more. TEMPORARY when no broker answers in time.
 */
SG_MUST_USE bool sg_log_writer_open(const struct sg_journal_settings *settings,
                                    struct sg_log_writer **out, struct sg_error *err);
/** What was not committed is undone, at the latest by the next one's open. Takes NULL. */
void sg_log_writer_close(struct sg_log_writer *writer);

/** One row into the state topic. Bytes are copied. */
SG_MUST_USE bool sg_log_writer_add_row(struct sg_log_writer *writer,
                                       const struct sg_row_message *message, struct sg_error *err);

/** One event into the topic of its system, with its sequence number. Bytes are copied. */
SG_MUST_USE bool sg_log_writer_add_event(struct sg_log_writer *writer, const struct sg_event *event,
                                         int64_t seq, struct sg_error *err);

/**
 * Commits what was added; nothing is a commit as well. `*next` is where the state topic goes on,
 * unless nothing was added. TEMPORARY: all of it is undone. REFUSED: another one writes, or it is not
 * known whether it was committed; this writer is of no more use.
 */
SG_MUST_USE bool sg_log_writer_commit(struct sg_log_writer *writer, int64_t *next,
                                      struct sg_error *err);

/** Undoes what was added. The same errors. */
SG_MUST_USE bool sg_log_writer_abort(struct sg_log_writer *writer, struct sg_error *err);

#endif
