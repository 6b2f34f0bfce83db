#include "sgbridge/journal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "journal/kind.h"
#include "journal/pauses.h"
#include "journal/schema.h"

/* A folder that is not there yet is made by run. */
static void inspect_folder(const char *dir, sg_inspected_fn *each, void *owner)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    if (access(dir, W_OK | X_OK) != 0 && errno != ENOENT)
        each(owner, SG_INSPECTED_WRONG,
             sg_str_format(arena,
                           "%s cannot be written to: %s; `state` must be a folder of the user "
                           "that the bridge runs as",
                           dir, strerror(errno)));
}

bool sg_journal_inspect(const struct sg_journal_kind *kind,
                        const struct sg_journal_settings *settings, sg_inspected_fn *each,
                        void *owner, struct sg_error *err)
{
    inspect_folder(settings->dir, each, owner);
    return kind->inspect == NULL || kind->inspect(settings, each, owner, err);
}

bool sg_journal_open(const struct sg_journal_kind *kind, const struct sg_journal_settings *settings,
                     struct sg_journal **out, struct sg_error *err)
{
    struct sg_journal *journal = calloc(1, sizeof *journal);

    if (journal == NULL)
        abort();
    journal->kind = kind;
    journal->settings = *settings;
    journal->lock_fd = -1;
    if (!kind->open(journal, err) || !sg_state_open(&journal->state, journal->db, settings, err)) {
        sg_journal_close(journal);
        return false;
    }
    *out = journal;
    return true;
}

void sg_journal_close(struct sg_journal *journal)
{
    if (journal == NULL)
        return;
    sg_state_close(&journal->state);
    journal->kind->close(journal);
    free(journal);
}

/* --- leading --- */

/* The first that an instance writes: whose journal it is, and that what is in doubt comes first. */
static bool take_over(struct sg_journal *journal, int64_t now_ms, struct sg_error *err)
{
    if (!sg_journal_begin(journal, now_ms, err))
        return false;
    if (!sg_schema_claim(journal->db, journal->settings.name, err) ||
        !sg_state_recover(&journal->state, err)) {
        sg_journal_rollback(journal);
        return false;
    }
    return sg_journal_commit(journal, err);
}

bool sg_journal_lead(struct sg_journal *journal, int64_t now_ms, int wait_ms, bool *leads,
                     struct sg_error *err)
{
    *leads = false;
    if (!journal->kind->lead(journal, now_ms, wait_ms, leads, err))
        return false;
    if (!*leads || take_over(journal, now_ms, err))
        return true;
    *leads = false;
    if (err->kind == SG_ERROR_REFUSED) /* lost before it began: the next try says what follows */
        err->kind = SG_ERROR_TEMPORARY;
    return false;
}

int64_t sg_journal_leads_until_ms(const struct sg_journal *journal)
{
    return journal->kind->leads_until_ms(journal);
}

/* --- handing commands on --- */

bool sg_journal_hand_on(struct sg_journal *journal, struct sg_error *err)
{
    return journal->kind->hand_on == NULL || journal->kind->hand_on(journal, err);
}

bool sg_journal_open_commands(const struct sg_journal *journal, struct sg_commands_reader **out,
                              struct sg_error *err)
{
    *out = NULL;
    return journal->kind->open_commands == NULL ||
           journal->kind->open_commands(&journal->settings, out, err);
}

/* --- one transaction --- */

bool sg_journal_begin(struct sg_journal *journal, int64_t now_ms, struct sg_error *err)
{
    if (!journal->kind->begin(journal, err))
        return false;
    if (sg_state_begin(&journal->state, now_ms, err))
        return true;
    sg_journal_rollback(journal);
    return false;
}

bool sg_journal_commit(struct sg_journal *journal, struct sg_error *err)
{
    if (!sg_state_flush(&journal->state, err) ||
        !journal->kind->commit(journal, journal->state.now_ms, err)) {
        sg_journal_rollback(journal);
        return false;
    }
    sg_state_committed(&journal->state);
    return true;
}

void sg_journal_rollback(struct sg_journal *journal)
{
    journal->kind->rollback(journal);
    sg_state_rolled_back(&journal->state);
}

/* --- the state's steps --- */

bool sg_journal_find_captured(struct sg_journal *journal, struct sg_str system,
                              struct sg_str record, struct sg_sighting *seen, size_t count,
                              struct sg_error *err)
{
    return sg_state_find_captured(&journal->state, system, record, seen, count, err);
}

bool sg_journal_capture(struct sg_journal *journal, const struct sg_event *event,
                        enum sg_captured *what, struct sg_error *err)
{
    if (!sg_state_capture(&journal->state, event, what, err))
        return false;
    if (*what == SG_CAPTURED_REPEAT || journal->kind->captured == NULL)
        return true;
    if (journal->kind->captured(journal, event, journal->state.next_seq - 1, err))
        return true;
    journal->state.sql.is_broken = true; /* the transaction must not be committed without it */
    return false;
}

bool sg_journal_take(struct sg_journal *journal, struct sg_arena *arena,
                     const struct sg_take *wanted, struct sg_delivery **out, size_t *count,
                     struct sg_error *err)
{
    return sg_state_take(&journal->state, arena, wanted, out, count, err);
}

bool sg_journal_next_due(struct sg_journal *journal, int64_t now_ms, int64_t *due_ms,
                         struct sg_error *err)
{
    return sg_state_next_due(&journal->state, now_ms, due_ms, err);
}

bool sg_journal_intend(struct sg_journal *journal, int64_t delivery, int64_t sent_at,
                       struct sg_str request, struct sg_error *err)
{
    return sg_state_intend(&journal->state, delivery, sent_at, request, err);
}

bool sg_journal_end(struct sg_journal *journal, const struct sg_ending *ending,
                    struct sg_error *err)
{
    return sg_state_end(&journal->state, ending, err);
}

bool sg_journal_obey(struct sg_journal *journal, const struct sg_command *command,
                     struct sg_obeyed *out, struct sg_error *err)
{
    return sg_state_obey(&journal->state, command, out, err);
}

bool sg_journal_note_command(struct sg_journal *journal, const struct sg_command *command,
                             bool is_done, struct sg_str said, struct sg_error *err)
{
    return sg_state_note_command(&journal->state, command, is_done, said, err);
}

bool sg_journal_paused_systems(struct sg_journal *journal, struct sg_arena *arena,
                               struct sg_paused_system **out, size_t *count, struct sg_error *err)
{
    return sg_pauses_systems(&journal->state, arena, out, count, err);
}

bool sg_journal_sweep(struct sg_journal *journal, int64_t now_ms, size_t limit, size_t *swept,
                      struct sg_error *err)
{
    *swept = 0;
    if (!sg_journal_begin(journal, now_ms, err))
        return false;
    if (!sg_state_sweep(&journal->state, now_ms, limit, swept, err)) {
        sg_journal_rollback(journal);
        return false;
    }
    return sg_journal_commit(journal, err);
}

const char *sg_delivery_state_name(enum sg_delivery_state state)
{
    static const char *const names[] = {
        [SG_DELIVERY_PENDING] = "pending",     [SG_DELIVERY_UNKNOWN] = "unknown",
        [SG_DELIVERY_FAILED] = "failed",       [SG_DELIVERY_DELIVERED] = "delivered",
        [SG_DELIVERY_SKIPPED] = "skipped",     [SG_DELIVERY_ECHO] = "echo",
        [SG_DELIVERY_DISCARDED] = "discarded",
    };

    return names[state];
}
