/* What each change does to the journal. */
#include "service/change.h"

#include "base/buffer.h"
#include "base/log.h"

static bool capture(struct sg_journal *journal, struct sg_drift_watch *drift,
                    struct sg_change *change, struct sg_error *err)
{
    change->as.capture.repeats = 0;
    for (size_t e = 0; e < change->as.capture.count; e++) {
        enum sg_captured what;

        if (!sg_journal_capture(journal, &change->as.capture.events[e], &what, err))
            return false;
        change->as.capture.repeats += what == SG_CAPTURED_REPEAT;
        if (what == SG_CAPTURED_NEW &&
            !sg_drift_see(drift, journal, &change->as.capture.events[e], err))
            return false;
    }
    return !change->as.capture.has_cursor ||
           sg_journal_set_cursor(journal, change->as.capture.system, change->as.capture.record,
                                 change->as.capture.cursor, err);
}

static bool set_alarm(struct sg_journal *journal, const char *name, struct sg_str system,
                      struct sg_str words, struct sg_error *err)
{
    bool changed = false;

    if (!sg_journal_set_alarm(journal, name, system, words, &changed, err))
        return false;
    if (changed)
        SG_LOG(WARN, words.length > 0 ? "alarm.begin" : "alarm.end",
               SG_TEXT("alarm", sg_str_of(name)), SG_TEXT("system", system),
               SG_TEXT("words", words));
    return true;
}

/* `a`, `b` */
static struct sg_str list_of(struct sg_arena *arena, const struct sg_names *names)
{
    struct sg_buffer out = {.arena = arena};

    for (size_t n = 0; n < names->count; n++)
        sg_buffer_add_format(&out, "%s`%.*s`", n == 0 ? "" : ", ", SG_STR_ARG(names->at[n]));
    return sg_buffer_text(&out);
}

/* Whether deliveries wait for a mapping that is not there: nobody else would say so. */
static bool tell_waiting(struct sg_journal *journal, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_names names = {0};
    struct sg_str words = {0};

    if (!sg_journal_find_waiting(journal, arena, &names, err))
        return false;
    if (names.count > 0)
        words =
            sg_str_format(arena,
                          "deliveries wait for %.*s, which no file gives any more; put it back, "
                          "or `sgbridge reload --drop` fails them",
                          SG_STR_ARG(list_of(arena, &names)));
    return set_alarm(journal, "mapping", (struct sg_str){0}, words, err);
}

static bool set_routes(struct sg_journal *journal, struct sg_drift_watch *drift,
                       const struct sg_change *change, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_names orphans = {0}, waiting = {0};

    if (!sg_journal_find_orphans(journal, arena, change->as.routes.routes, change->as.routes.count,
                                 &orphans, err) ||
        !sg_journal_find_waiting(journal, arena, &waiting, err))
        return false;
    if (orphans.count > 0 && !change->as.routes.is_never_refused)
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0},
                            "no file gives %.*s any more, with deliveries open; put it back until "
                            "they have ended, or `sgbridge reload --drop` fails them",
                            SG_STR_ARG(list_of(arena, &orphans)));
    sg_journal_set_routes(journal, change->as.routes.routes, change->as.routes.count);
    for (size_t n = 0; n < waiting.count; n++) {
        if (!sg_journal_wake_waiting(journal, waiting.at[n], err))
            return false;
    }
    return sg_journal_note_versions(journal, change->as.routes.routes, change->as.routes.count,
                                    &change->as.routes.author, err) &&
           tell_waiting(journal, err) &&
           (change->as.routes.catalog == NULL ||
            sg_drift_set(drift, journal, change->as.routes.catalog, err));
}

static bool obey(struct sg_journal *journal, struct sg_change *change, struct sg_error *err)
{
    const struct sg_command *command = change->as.command.command;

    struct sg_obeyed *obeyed = &change->as.command.obeyed;

    if (change->as.command.is_noted) {
        const bool is_done = change->as.command.is_done;
        *obeyed = (struct sg_obeyed){
            .done = is_done, .refused = !is_done, .why = change->as.command.said};
        return sg_journal_note_command(journal, command, is_done, change->as.command.said, err);
    }
    if (!sg_journal_obey(journal, command, obeyed, err))
        return false;
    obeyed->why = sg_str_copy(change->as.command.arena, obeyed->why);
    return tell_waiting(journal, err);
}

bool sg_change_apply(struct sg_journal *journal, struct sg_drift_watch *drift,
                     struct sg_change *change, struct sg_error *err)
{
    switch (change->kind) {
    case SG_CHANGE_CAPTURE:
        return capture(journal, drift, change, err);
    case SG_CHANGE_LOOK:
        return sg_journal_find_captured(journal, change->as.look.system, change->as.look.record,
                                        change->as.look.seen, change->as.look.count, err);
    case SG_CHANGE_CURSOR:
        return sg_journal_get_cursor(journal, change->as.cursor.arena, change->as.cursor.system,
                                     change->as.cursor.record, &change->as.cursor.text, err);
    case SG_CHANGE_INTEND:
        return sg_journal_intend(journal, change->as.intend.delivery, change->as.intend.sent_at,
                                 change->as.intend.request, err);
    case SG_CHANGE_END:
        return sg_journal_end(journal, &change->as.ending, err);
    case SG_CHANGE_ALARM:
        return set_alarm(journal, change->as.alarm.name, change->as.alarm.system,
                         change->as.alarm.words, err);
    case SG_CHANGE_CONTACT:
        return sg_journal_set_contact(journal, &change->as.contact, err);
    case SG_CHANGE_FACT:
        return sg_journal_set_fact(journal, change->as.fact.name, change->as.fact.value, err);
    case SG_CHANGE_COMMAND:
        return obey(journal, change, err);
    case SG_CHANGE_PAUSES:
        return sg_journal_paused_systems(journal, change->as.pauses.arena,
                                         &change->as.pauses.systems, &change->as.pauses.count, err);
    case SG_CHANGE_CODES:
        return sg_drift_see_codes(drift, journal, &change->as.codes, err);
    case SG_CHANGE_ROUTES:
        return set_routes(journal, drift, change, err);
    }
    return false;
}
