/* What each command does to the journal. */
#include "service/command.h"

#include "base/log.h"

static bool capture(struct sg_journal *journal, struct sg_command *command, struct sg_error *err)
{
    command->as.capture.repeats = 0;
    for (size_t e = 0; e < command->as.capture.count; e++) {
        enum sg_captured what;

        if (!sg_journal_capture(journal, &command->as.capture.events[e], &what, err))
            return false;
        command->as.capture.repeats += what == SG_CAPTURED_REPEAT;
    }
    return !command->as.capture.has_cursor ||
           sg_journal_set_cursor(journal, command->as.capture.system, command->as.capture.record,
                                 command->as.capture.cursor, err);
}

static bool set_alarm(struct sg_journal *journal, const struct sg_command *command,
                      struct sg_error *err)
{
    bool changed = false;
    const struct sg_str system = command->as.alarm.system, words = command->as.alarm.words;

    if (!sg_journal_set_alarm(journal, command->as.alarm.name, system, words, &changed, err))
        return false;
    if (changed)
        SG_LOG(WARN, words.length > 0 ? "alarm.begin" : "alarm.end",
               SG_TEXT("alarm", sg_str_of(command->as.alarm.name)), SG_TEXT("system", system),
               SG_TEXT("words", words));
    return true;
}

static bool set_routes(struct sg_journal *journal, const struct sg_command *command,
                       struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_names orphans = {0};

    if (!sg_journal_find_orphans(journal, arena, command->as.routes.routes,
                                 command->as.routes.count, &orphans, err))
        return false;
    if (orphans.count > 0)
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0},
                            "`%.*s`%s has open deliveries and no file any more; put it back until "
                            "they have ended",
                            SG_STR_ARG(orphans.at[0]), orphans.count > 1 ? " (and others)" : "");
    sg_journal_set_routes(journal, command->as.routes.routes, command->as.routes.count);
    return true;
}

bool sg_command_apply(struct sg_journal *journal, struct sg_command *command, struct sg_error *err)
{
    switch (command->kind) {
    case SG_COMMAND_CAPTURE:
        return capture(journal, command, err);
    case SG_COMMAND_CURSOR:
        return sg_journal_get_cursor(journal, command->as.cursor.arena, command->as.cursor.system,
                                     command->as.cursor.record, &command->as.cursor.text, err);
    case SG_COMMAND_INTEND:
        return sg_journal_intend(journal, command->as.intend.delivery, command->as.intend.sent_at,
                                 command->as.intend.request, err);
    case SG_COMMAND_END:
        return sg_journal_end(journal, &command->as.ending, err);
    case SG_COMMAND_ALARM:
        return set_alarm(journal, command, err);
    case SG_COMMAND_CONTACT:
        return sg_journal_set_contact(journal, &command->as.contact, err);
    case SG_COMMAND_FACT:
        return sg_journal_set_fact(journal, command->as.fact.name, command->as.fact.value, err);
    case SG_COMMAND_ROUTES:
        return set_routes(journal, command, err);
    }
    return false;
}
