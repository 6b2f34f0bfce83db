#include "service/service.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "service/job.h"

enum {
    IDLE_MS = 60 * 1000, /* with nothing to wait for, look around this often */
    LEAD_AGAIN_MS = 200, /* how soon to look again whether calls may begin */
    LONG_AGO_MS = 1,     /* on the steady clock; 0 would be no limit */
};

void sg_service_wake_at(struct sg_service *service, int64_t at_ms)
{
    if (at_ms < service->wake_ms)
        service->wake_ms = at_ms;
}

/* --- calls --- */

void sg_service_call(struct sg_service *service, struct sg_call *call)
{
    const int64_t leads_until_ms = sg_keeper_leads_until_ms(service->setup.keeper);

    if (call->send_until_ms == 0 || call->send_until_ms > leads_until_ms)
        call->send_until_ms = leads_until_ms > 0 ? leads_until_ms : LONG_AGO_MS;
    service->setup.transport->start(service->setup.transport, call, service->now_ms);
}

bool sg_service_may_call(struct sg_service *service)
{
    if (sg_clock_steady_ms() < sg_keeper_leads_until_ms(service->setup.keeper))
        return true;
    sg_service_wake_at(service, service->now_ms + LEAD_AGAIN_MS);
    return false;
}

/* --- what the service writes by itself --- */

/* A change with its own memory: nobody waits for it. */
struct note {
    struct sg_arena *arena;
    struct sg_service *service;
    struct sg_change change;
};

static void note_written(struct sg_change *change)
{
    struct note *note = change->owner;

    note->service->writing--;
    sg_arena_free(note->arena);
}

static struct note *new_note(struct sg_service *service, enum sg_change_kind kind)
{
    struct sg_arena *arena = sg_arena_new();
    struct note *note = sg_arena_get(arena, 1, sizeof *note);

    *note = (struct note){.arena = arena, .service = service};
    note->change = (struct sg_change){.kind = kind, .done = note_written, .owner = note};
    service->writing++;
    return note;
}

void sg_service_alarm(struct sg_service *service, const char *name, struct sg_str system,
                      struct sg_str words)
{
    struct note *note = new_note(service, SG_CHANGE_ALARM);

    note->change.as.alarm.name = sg_str_c(note->arena, sg_str_of(name));
    note->change.as.alarm.system = sg_str_copy(note->arena, system);
    note->change.as.alarm.words = sg_str_copy(note->arena, words);
    sg_keeper_submit(service->setup.keeper, &note->change);
}

static const struct sg_new_code *copy_codes(struct sg_arena *arena, const struct sg_new_code *codes)
{
    struct sg_new_code *last = NULL;

    for (; codes != NULL; codes = codes->next) {
        struct sg_new_code *copy = sg_arena_get(arena, 1, sizeof *copy);

        *copy = (struct sg_new_code){sg_str_copy(arena, codes->sources),
                                     sg_str_copy(arena, codes->code), last};
        last = copy;
    }
    return last;
}

void sg_service_codes(struct sg_service *service, const struct sg_event *event,
                      const struct sg_new_code *codes)
{
    struct note *note = new_note(service, SG_CHANGE_CODES);

    note->change.as.codes =
        (struct sg_drift_codes){.system = sg_str_copy(note->arena, event->system),
                                .record = sg_str_copy(note->arena, event->record),
                                .codes = copy_codes(note->arena, codes),
                                .met_at = service->now_ms};
    sg_keeper_submit(service->setup.keeper, &note->change);
}

void sg_service_fact(struct sg_service *service, const char *name, struct sg_str value)
{
    struct note *note = new_note(service, SG_CHANGE_FACT);

    note->change.as.fact.name = sg_str_c(note->arena, sg_str_of(name));
    note->change.as.fact.value = sg_str_copy(note->arena, value);
    sg_keeper_submit(service->setup.keeper, &note->change);
}

/* --- the catalog in force --- */

static struct sg_route route_of(const struct sg_catalog *catalog, const struct sg_mapping *mapping)
{
    const struct sg_system *target = sg_catalog_system(catalog, sg_mapping_to_system(mapping));
    const struct sg_operation *operation =
        sg_system_operation(target, sg_mapping_to_operation(mapping));

    return (struct sg_route){.mapping = sg_mapping_name(mapping),
                             .map_hash = sg_mapping_hash(mapping),
                             .system = sg_mapping_from_system(mapping),
                             .record = sg_mapping_from_record(mapping),
                             .target = target->name,
                             .operation = operation->name,
                             .opens_link = operation->link == SG_LINK_OPENS,
                             .skips_unchanged = operation->skips_unchanged,
                             .is_known_by_field = operation->once == SG_ONCE_FIELD};
}

/* A reload under way: the routes are with the journal. */
struct reload {
    struct sg_arena *arena;
    struct sg_service *service;
    struct sg_catalog *catalog;
    struct errand *errand; /* of whoever asked for it; NULL: nobody waits */
    struct sg_change change;
};

static void put_in_force(struct sg_service *service, struct sg_catalog *catalog, struct sg_str who)
{
    struct sg_catalog *old = service->catalog;

    (void)pthread_mutex_lock(&service->catalog_lock);
    service->catalog = catalog;
    (void)pthread_mutex_unlock(&service->catalog_lock);
    size_t count = 0;
    const struct sg_system *const *systems = sg_catalog_systems(catalog, &count);

    for (struct peer *peer = service->peers; peer != NULL; peer = peer->next) {
        peer->system = NULL;
        sg_peer_give_back(peer); /* what has not begun goes through the new files */
    }
    for (size_t s = 0; s < count; s++) {
        sg_peer_find(service, systems[s]->name)->system = systems[s];
        if (old == NULL) /* breakers are closed at the start, whatever stood before it */
            sg_service_alarm(service, "breaker", systems[s]->name, (struct sg_str){0});
    }
    sg_capture_set(service);
    sg_feeds_set(service);
    sg_catalog_free(old);
    SG_LOG(INFO, "mappings.in_force", SG_TEXT("hash", sg_catalog_hash(catalog)));
    sg_service_fact(service, "mappings", sg_catalog_hash(catalog));
    sg_service_fact(service, "mappings_by", who);
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    sg_service_fact(service, "mappings_since", sg_str_format(arena, "%" PRId64, service->now_ms));
    sg_service_wake_at(service, 0);
}

static void routes_set(struct sg_change *change)
{
    struct reload *reload = change->owner;

    reload->service->writing--;
    if (reload->errand != NULL)
        sg_commands_end_reload(reload->errand, change->is_ok,
                               change->is_ok ? (struct sg_str){0} : sg_str_of(change->err.text));
    if (change->is_ok) {
        put_in_force(reload->service, reload->catalog, change->as.routes.author.who);
    } else {
        SG_LOG(ERROR, "mappings.refused", SG_TEXT("why", sg_str_of(change->err.text)));
        sg_catalog_free(reload->catalog);
    }
    sg_arena_free(reload->arena);
}

void sg_reload_begin(struct sg_service *service, struct sg_catalog *catalog,
                     const struct sg_reload *asked)
{
    struct sg_arena *arena = sg_arena_new();
    struct reload *reload = sg_arena_get(arena, 1, sizeof *reload);
    size_t count = 0;
    const struct sg_mapping *const *mappings = sg_catalog_mappings(catalog, &count);
    struct sg_route *routes = sg_arena_get(arena, count, sizeof *routes);

    for (size_t m = 0; m < count; m++)
        routes[m] = route_of(catalog, mappings[m]);
    *reload = (struct reload){.arena = arena,
                              .service = service,
                              .catalog = sg_catalog_share(catalog),
                              .errand = asked->errand};
    reload->change = (struct sg_change){
        .kind = SG_CHANGE_ROUTES,
        .as.routes = {.routes = routes,
                      .count = count,
                      .catalog = reload->catalog,
                      .author = {sg_str_copy(arena, asked->author.who),
                                 sg_str_copy(arena, asked->author.how)},
                      .is_never_refused = service->catalog == NULL || asked->drops},
        .done = routes_set,
        .owner = reload};
    service->writing++;
    sg_keeper_submit(service->setup.keeper, &reload->change);
}

void sg_service_reload(struct sg_service *service, struct sg_catalog *catalog, int64_t now_ms)
{
    service->now_ms = now_ms;
    sg_reload_begin(service, catalog,
                    &(struct sg_reload){.author = {service->setup.user, SG_STR("SIGHUP")}});
}

int sg_service_fd(const struct sg_service *service)
{
    return service->spool_fd;
}

struct sg_catalog *sg_service_catalog(struct sg_service *service)
{
    (void)pthread_mutex_lock(&service->catalog_lock);
    struct sg_catalog *catalog =
        service->catalog == NULL ? NULL : sg_catalog_share(service->catalog);
    (void)pthread_mutex_unlock(&service->catalog_lock);
    return catalog;
}

/* --- running --- */

struct sg_service *sg_service_new(const struct sg_service_setup *setup, struct sg_catalog *catalog,
                                  int64_t now_ms)
{
    struct sg_service *service = calloc(1, sizeof *service);

    if (service == NULL || pthread_mutex_init(&service->catalog_lock, NULL) != 0)
        abort();
    service->setup = *setup;
    service->arena = sg_arena_new();
    service->now_ms = now_ms;
    sg_reload_begin(service, catalog,
                    &(struct sg_reload){.author = {setup->user, SG_STR("start")}});
    sg_commands_open(service);
    sg_handed_on_open(service);
    return service;
}

void sg_service_free(struct sg_service *service)
{
    if (service == NULL)
        return;
    sg_capture_free(service);
    sg_handed_on_close(service);
    sg_commands_close(service);
    sg_catalog_free(service->catalog);
    (void)pthread_mutex_destroy(&service->catalog_lock);
    sg_arena_free(service->arena);
    free(service);
}

static void take_batch(void *owner, struct sg_batch *batch)
{
    struct sg_service *service = owner;
    struct peer *peer = sg_peer_find(service, batch->target);
    size_t count = batch->count; /* the last job may end the batch */

    peer->told -= count < peer->told ? count : peer->told;
    for (size_t d = 0; d < count; d++)
        sg_job_begin(service, batch, &batch->deliveries[d]);
}

int64_t sg_service_run(struct sg_service *service, int64_t now_ms)
{
    service->now_ms = now_ms;
    service->wake_ms = now_ms + IDLE_MS;
    sg_keeper_collect(service->setup.keeper, take_batch, service);
    sg_handed_on_run(service);
    sg_commands_run(service);
    sg_capture_run(service);
    for (struct peer *peer = service->peers; peer != NULL; peer = peer->next)
        sg_peer_run(peer);
    return service->wake_ms;
}

void sg_service_stop(struct sg_service *service)
{
    sg_feeds_stop(service);
    service->is_stopping = true; /* what has not begun is given back by the next run */
}

bool sg_service_is_still(const struct sg_service *service)
{
    return service->jobs == 0 && service->writing == 0 && sg_capture_is_still(service);
}
