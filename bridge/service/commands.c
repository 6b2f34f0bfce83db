/* What people ask for: files of the spool become entries of the journal, each once. */
#include <inttypes.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"
#include "journal/spool.h"
#include "service/parts.h"

enum {
    AT_ONCE = 20,  /* commands with the journal, each of up to 500 deliveries */
    BUSY_MS = 200, /* how soon to ask again when a call of a delivery is under way */
    RETRY_MS = 1000,
    GONE = -1,            /* for a watch of the spool */
    UNWATCHED = -2,       /* it was tried, and is tried again each time that files are looked for */
    SAID_MAX = 32 * 1024, /* of what is wrong with files: more than anybody reads at once */
};

/* One command, from its file to the entry of the journal. */
struct errand {
    struct sg_service *service;
    struct sg_arena *arena;
    struct sg_command command;
    struct sg_change change;
    struct errand *next;
};

static const char *dir_of(const struct sg_service *service)
{
    return service->setup.settings->state;
}

/* --- what is held back --- */

struct reading {
    struct sg_service *service;
    struct sg_arena *arena;
    struct sg_change change;
};

static void pauses_read(struct sg_change *change)
{
    struct reading *reading = change->owner;
    struct sg_service *service = reading->service;

    service->writing--;
    if (!change->is_ok) {
        sg_arena_free(reading->arena);
        return;
    }
    service->pauses = change->as.pauses.systems;
    service->pause_count = change->as.pauses.count;
    sg_arena_free(service->pauses_arena);
    service->pauses_arena = reading->arena; /* it holds the reading as well */
    for (struct peer *peer = service->peers; peer != NULL; peer = peer->next)
        sg_peer_give_back(peer); /* what has not begun is looked at again */
    sg_service_wake_at(service, 0);
}

static void read_pauses(struct sg_service *service)
{
    struct sg_arena *arena = sg_arena_new();
    struct reading *reading = sg_arena_get(arena, 1, sizeof *reading);

    *reading = (struct reading){.service = service, .arena = arena};
    reading->change = (struct sg_change){
        .kind = SG_CHANGE_PAUSES, .as.pauses.arena = arena, .done = pauses_read, .owner = reading};
    service->writing++;
    sg_keeper_submit(service->setup.keeper, &reading->change);
}

bool sg_commands_pause(const struct sg_service *service, struct sg_str system)
{
    for (size_t p = 0; p < service->pause_count; p++) {
        const struct sg_paused_system *pause = &service->pauses[p];
        if (sg_str_equal(pause->system, system) &&
            (pause->until == 0 || pause->until > service->now_ms))
            return true;
    }
    return false;
}

/* --- one command --- */

static void look_again_at(struct sg_service *service, int64_t at_ms)
{
    if (at_ms < service->spool_at)
        service->spool_at = at_ms;
    sg_service_wake_at(service, service->spool_at);
}

static void end_errand(struct errand *errand)
{
    struct errand **at = &errand->service->errands;

    while (*at != errand)
        at = &(*at)->next;
    *at = errand->next;
    errand->service->writing--;
    sg_arena_free(errand->arena); /* it holds the errand itself */
}

/* Of what `check` would say of the files, the first. */
static struct sg_str first_line(struct sg_str text)
{
    const char *end = text.length == 0 ? NULL : memchr(text.at, '\n', text.length);

    return end == NULL ? text : (struct sg_str){text.at, (size_t)(end - text.at)};
}

/* A refusal is a warning: who asked while the daemon was down has no other word of it. */
static void log_done(const struct sg_command *command, const struct sg_obeyed *obeyed)
{
    const struct sg_str kind = sg_str_of(sg_command_kind_name(command->kind));

    if (obeyed->refused == 0)
        SG_LOG(INFO, "command.done", SG_TEXT("command", command->id), SG_TEXT("kind", kind),
               SG_TEXT("who", command->who), SG_NUMBER("deliveries", (int64_t)command->count));
    else
        SG_LOG(WARN, "command.refused", SG_TEXT("command", command->id), SG_TEXT("kind", kind),
               SG_TEXT("who", command->who), SG_NUMBER("done", obeyed->done),
               SG_NUMBER("refused", obeyed->refused), SG_TEXT("why", first_line(obeyed->why)));
}

static void written(struct sg_change *change)
{
    struct errand *errand = change->owner;
    struct sg_service *service = errand->service;
    const enum sg_command_kind kind = errand->command.kind;
    struct sg_error err;

    if (!change->is_ok || change->as.command.obeyed.is_put_off) {
        look_again_at(service, service->now_ms + (change->is_ok ? BUSY_MS : RETRY_MS));
    } else if (!sg_spool_remove(dir_of(service), errand->command.id, &err)) {
        SG_LOG(ERROR, "spool.stays", SG_TEXT("why", sg_str_of(err.text)));
        look_again_at(service, service->now_ms + RETRY_MS);
    } else {
        log_done(&errand->command, &change->as.command.obeyed);
        look_again_at(service, service->now_ms); /* for what was one too many */
        if (kind == SG_COMMAND_PAUSE || kind == SG_COMMAND_RESUME)
            read_pauses(service);
    }
    end_errand(errand);
}

static void submit(struct errand *errand)
{
    errand->change.kind = SG_CHANGE_COMMAND;
    errand->change.as.command.arena = errand->arena;
    errand->change.as.command.command = &errand->command;
    errand->change.done = written;
    errand->change.owner = errand;
    sg_keeper_submit(errand->service->setup.keeper, &errand->change);
}

/* Not within a letter. */
static struct sg_str cut(struct sg_str text)
{
    if (text.length <= SAID_MAX)
        return text;
    text.length = SAID_MAX;
    while (text.length > 0 && ((unsigned char)text.at[text.length] & 0xC0) == 0x80)
        text.length--;
    return text;
}

void sg_commands_end_reload(struct errand *errand, bool is_done, struct sg_str said)
{
    errand->change.as.command.is_noted = !is_done || !errand->command.drop;
    errand->change.as.command.is_done = is_done;
    if (said.length > 0)
        errand->change.as.command.said = sg_str_copy(errand->arena, said);
    errand->change.as.command.said = cut(errand->change.as.command.said);
    submit(errand);
}

static void reload(struct errand *errand)
{
    const struct sg_service_setup *setup = &errand->service->setup;
    struct sg_catalog *catalog =
        setup->load(setup->load_owner, errand->arena, &errand->change.as.command.said);

    if (catalog == NULL)
        sg_commands_end_reload(errand, false, (struct sg_str){0});
    else
        sg_reload_begin(errand->service, catalog,
                        &(struct sg_reload){.author = {errand->command.who, SG_STR("reload")},
                                            .errand = errand,
                                            .drops = errand->command.drop});
}

/* --- the spool --- */

static bool is_under_way(const struct sg_service *service, struct sg_str id)
{
    for (const struct errand *errand = service->errands; errand != NULL; errand = errand->next) {
        if (sg_str_equal(errand->command.id, id))
            return true;
    }
    return false;
}

static void refuse_file(struct sg_service *service, struct sg_str id, const struct sg_error *why)
{
    struct sg_error err;

    SG_LOG(ERROR, "spool.refused", SG_TEXT("file", id), SG_TEXT("why", sg_str_of(why->text)));
    if (why->kind != SG_ERROR_INPUT || !sg_spool_put_aside(dir_of(service), id, &err))
        look_again_at(service, service->now_ms + RETRY_MS);
}

static void begin_errand(struct sg_service *service, struct sg_str id)
{
    struct sg_arena *arena = sg_arena_new();
    struct errand *errand = sg_arena_get(arena, 1, sizeof *errand);
    struct sg_error err;

    *errand = (struct errand){.service = service, .arena = arena, .next = service->errands};
    if (!sg_spool_read(arena, dir_of(service), sg_str_copy(arena, id), &errand->command, &err)) {
        refuse_file(service, id, &err);
        sg_arena_free(arena);
        return;
    }
    service->errands = errand;
    service->writing++;
    if (errand->command.kind == SG_COMMAND_RELOAD)
        reload(errand);
    else
        submit(errand);
}

static size_t count_errands(const struct sg_service *service)
{
    size_t count = 0;

    for (const struct errand *errand = service->errands; errand != NULL; errand = errand->next)
        count++;
    return count;
}

static void look(struct sg_service *service)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_str *ids = NULL;
    size_t count = 0, under_way = count_errands(service);
    struct sg_error err;

    service->spool_at = INT64_MAX;
    if (service->spool_watch < 0)
        look_again_at(service, service->now_ms + RETRY_MS);
    if (!sg_spool_list(arena, dir_of(service), &ids, &count, &err)) {
        SG_LOG(ERROR, "spool.unread", SG_TEXT("why", sg_str_of(err.text)));
        look_again_at(service, service->now_ms + RETRY_MS);
    }
    for (size_t i = 0; i < count && under_way < AT_ONCE; i++) {
        if (is_under_way(service, ids[i]))
            continue;
        begin_errand(service, ids[i]);
        under_way++;
    }
}

static bool begin_watch(struct sg_service *service, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const char *folder = sg_spool_folder(arena, dir_of(service));

    if (!sg_spool_make(dir_of(service), err))
        return false;
    service->spool_watch = inotify_add_watch(
        service->spool_fd, folder, IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
    return service->spool_watch >= 0 ||
           sg_error_errno(err, (struct sg_place){.file = "spool"}, "cannot be watched");
}

/* Watches the spool, which is made where it is not. Where that fails it is said once. */
static void watch(struct sg_service *service)
{
    const int before = service->spool_watch;
    struct sg_error err;

    if (begin_watch(service, &err))
        return;
    if (before != UNWATCHED)
        SG_LOG(ERROR, "spool.unwatched", SG_TEXT("why", sg_str_of(err.text)));
    service->spool_watch = UNWATCHED;
}

/* A folder that was removed, or moved away, is not the spool any more. */
static void take_event(struct sg_service *service, const struct inotify_event *event)
{
    if (event->wd != service->spool_watch ||
        (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) == 0)
        return;
    SG_LOG(WARN, "spool.gone", SG_TEXT("state", sg_str_of(dir_of(service))));
    (void)inotify_rm_watch(service->spool_fd, service->spool_watch);
    service->spool_watch = GONE;
}

/* Whether files came since; what they are is found by looking. */
static bool has_news(struct sg_service *service)
{
    char events[4096];
    struct inotify_event event;
    ssize_t length = 0;
    bool is_new = false;

    while (service->spool_fd >= 0 &&
           (length = read(service->spool_fd, events, sizeof events)) > 0) {
        is_new = true;
        for (size_t at = 0; at < (size_t)length; at += sizeof event + event.len) {
            memcpy(&event, events + at, sizeof event);
            take_event(service, &event);
        }
    }
    return is_new;
}

void sg_commands_run(struct sg_service *service)
{
    if (has_news(service))
        service->spool_at = service->now_ms;
    if (service->catalog == NULL || service->is_stopping)
        return; /* the first mappings are not in force yet: it wakes when they are */
    if (service->now_ms >= service->spool_at) {
        if (service->spool_watch < 0)
            watch(service);
        look(service);
    }
    sg_service_wake_at(service, service->spool_at);
}

void sg_commands_open(struct sg_service *service)
{
    service->spool_at = 0;
    service->spool_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    watch(service);
    read_pauses(service);
}

void sg_commands_close(struct sg_service *service)
{
    if (service->spool_fd >= 0)
        (void)close(service->spool_fd);
    sg_arena_free(service->pauses_arena);
}
