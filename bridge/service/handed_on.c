/*
 * What instances that stand by handed on. It is put into this instance's spool, as if it had been
 * asked here. Its place moves on when the file is gone from there: the journal has the command by
 * then, or a person has the file to look at. Whoever takes over before that reads it again.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/units.h"
#include "journal/spool.h"
#include "service/parts.h"

enum {
    AT_ONCE = 100, /* in the spool */
    LOOK_MS = 250, /* somebody waits for it at a terminal */
    RETRY_MS = 1000,
};

/* One that is in the spool. */
struct put {
    int64_t place;
    char *id;
};

struct handed_on {
    struct sg_service *service;
    struct sg_commands_reader *reader;
    struct put put[AT_ONCE]; /* by their places */
    size_t put_count;
    int64_t next, kept; /* behind the last one put; the place that the journal has; -1: not known */
    int64_t look_at;

    bool is_asking; /* what follows is with the journal */
    int64_t keeping;
    struct sg_arena *arena;
    struct sg_change change;
};

/* No system is called so. */
#define WHOSE SG_STR("")
#define WHAT  SG_STR("commands")

/* --- its place, as the journal has it --- */

static void ask(struct handed_on *handed, sg_change_done_fn *done)
{
    handed->is_asking = true;
    handed->service->writing++;
    handed->change.done = done;
    handed->change.owner = handed;
    sg_keeper_submit(handed->service->setup.keeper, &handed->change);
}

/* Gives whether the journal did it; else it is asked again in a while. */
static bool is_answered(struct handed_on *handed, const struct sg_change *change)
{
    handed->is_asking = false;
    handed->service->writing--;
    if (!change->is_ok)
        handed->look_at = handed->service->now_ms + RETRY_MS;
    return change->is_ok;
}

static void fail(struct handed_on *handed, const struct sg_error *err)
{
    SG_LOG(WARN, "commands.wait", SG_TEXT("why", sg_str_of(err->text)));
    handed->look_at = handed->service->now_ms + RETRY_MS;
}

static void place_read(struct sg_change *change)
{
    struct handed_on *handed = change->owner;
    struct sg_error err;
    int64_t place = 0;

    if (is_answered(handed, change)) {
        if (!sg_units_integer(change->as.cursor.text, &place))
            place = 0; /* the very first time */
        if (sg_commands_reader_seek(handed->reader, place, &err))
            handed->next = handed->kept = place;
        else
            fail(handed, &err);
    }
    sg_arena_free(handed->arena);
}

static void read_place(struct handed_on *handed)
{
    handed->arena = sg_arena_new();
    handed->change =
        (struct sg_change){.kind = SG_CHANGE_CURSOR,
                           .as.cursor = {.arena = handed->arena, .system = WHOSE, .record = WHAT}};
    ask(handed, place_read);
}

static void place_kept(struct sg_change *change)
{
    struct handed_on *handed = change->owner;

    if (is_answered(handed, change))
        handed->kept = handed->keeping;
    sg_arena_free(handed->arena);
}

static void keep_place(struct handed_on *handed)
{
    const int64_t place = handed->put_count > 0 ? handed->put[0].place : handed->next;

    if (place == handed->kept)
        return;
    handed->arena = sg_arena_new();
    handed->change =
        (struct sg_change){.kind = SG_CHANGE_CAPTURE,
                           .as.capture = {.system = WHOSE,
                                          .record = WHAT,
                                          .cursor = sg_str_format(handed->arena, "%" PRId64, place),
                                          .has_cursor = true}};
    ask(handed, place_kept);
}

/* --- into the spool, and gone from there --- */

static const char *dir_of(const struct handed_on *handed)
{
    return handed->service->setup.settings->state;
}

static void forget_ended(struct handed_on *handed)
{
    size_t left = 0;

    for (size_t p = 0; p < handed->put_count; p++) {
        if (sg_spool_has(dir_of(handed), sg_str_of(handed->put[p].id)))
            handed->put[left++] = handed->put[p];
        else
            free(handed->put[p].id);
    }
    handed->put_count = left;
}

static bool put(struct handed_on *handed, const struct sg_handed_on *command, struct sg_error *err)
{
    if (!sg_spool_is_id(command->id)) {
        SG_LOG(ERROR, "commands.refused", SG_NUMBER("place", command->place),
               SG_TEXT("why", SG_STR("its key is no command's id: some other program wrote it")));
        return true;
    }
    if (!sg_spool_put(dir_of(handed), command->id, command->text, err))
        return false;
    char *id = strndup(command->id.at, command->id.length);

    if (id == NULL)
        abort();
    handed->put[handed->put_count++] = (struct put){command->place, id};
    return true;
}

/* Puts what there is, as far as there is room for it; what cannot be put is read again. */
static bool take(struct handed_on *handed, struct sg_error *err)
{
    while (handed->put_count < AT_ONCE) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_handed_on command;

        if (!sg_commands_reader_read(handed->reader, arena, &command, err) ||
            (command.is_there && !put(handed, &command, err)))
            return false;
        if (!command.is_there)
            return true;
        handed->next = command.place + 1;
    }
    return true;
}

static void look(struct handed_on *handed)
{
    struct sg_error err;

    handed->look_at = handed->service->now_ms + LOOK_MS;
    if (handed->kept < 0) {
        read_place(handed);
        return;
    }
    forget_ended(handed);
    if (!take(handed, &err)) {
        fail(handed, &err);
        if (!sg_commands_reader_seek(handed->reader, handed->next, &err))
            fail(handed, &err);
    }
    keep_place(handed);
}

void sg_handed_on_run(struct sg_service *service)
{
    struct handed_on *handed = service->handed_on;

    if (handed == NULL || service->is_stopping || handed->is_asking)
        return; /* an answer wakes it */
    if (service->now_ms >= handed->look_at)
        look(handed);
    sg_service_wake_at(service, handed->look_at);
}

void sg_handed_on_open(struct sg_service *service)
{
    if (service->setup.commands == NULL)
        return;
    service->handed_on = calloc(1, sizeof *service->handed_on);
    if (service->handed_on == NULL)
        abort();
    *service->handed_on = (struct handed_on){
        .service = service, .reader = service->setup.commands, .next = -1, .kept = -1};
}

void sg_handed_on_close(struct sg_service *service)
{
    struct handed_on *handed = service->handed_on;

    for (size_t p = 0; handed != NULL && p < handed->put_count; p++)
        free(handed->put[p].id);
    free(handed);
}
