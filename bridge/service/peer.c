/* One system as the service meets it: who may call it now, and how it was last met. */
#include <stdio.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "service/job.h"

enum {
    AHEAD = 64,   /* deliveries in hand beyond the slots: many end without a call */
    AT_ONCE = 16, /* asked for together: looking for them costs by the time, not by each */
    CONTACT_EVERY_MS = 2000, /* how often `status` is told, when nothing important changed */
};

struct peer *sg_peer_find(struct sg_service *service, struct sg_str name)
{
    struct peer *peer = service->peers;

    while (peer != NULL && !sg_str_equal(peer->name, name))
        peer = peer->next;
    if (peer != NULL)
        return peer;
    peer = sg_arena_get(service->arena, 1, sizeof *peer);
    peer->service = service;
    peer->name = sg_str_copy(service->arena, name);
    peer->contact.system = peer->name;
    peer->next = service->peers;
    service->peers = peer;
    return peer;
}

void sg_peer_enqueue(struct peer *peer, struct job *job)
{
    job->next = NULL;
    if (peer->last_ready == NULL)
        peer->ready = job;
    else
        peer->last_ready->next = job;
    peer->last_ready = job;
    sg_service_wake_at(peer->service, 0);
}

void sg_peer_give_back(struct peer *peer)
{
    for (struct job *job = peer->ready, *next; job != NULL; job = next) {
        next = job->next;
        sg_job_give_back(job, 0);
    }
    peer->ready = peer->last_ready = NULL;
}

static struct job *dequeue(struct peer *peer)
{
    struct job *job = peer->ready;

    peer->ready = job->next;
    if (peer->ready == NULL)
        peer->last_ready = NULL;
    return job;
}

static void let_go(struct peer *peer)
{
    struct sg_service *service = peer->service;
    const struct sg_limits *limits = &peer->system->limits;

    if (peer->ready != NULL && !sg_service_may_call(service))
        return;
    while (peer->ready != NULL && peer->running < (size_t)limits->concurrency &&
           sg_breaker_lets(&peer->breaker, service->now_ms)) {
        if (!sg_pace_take(&peer->pace, limits->rate_count, limits->rate_per_ms, service->now_ms)) {
            sg_service_wake_at(
                service, sg_pace_next_ms(&peer->pace, limits->rate_count, limits->rate_per_ms));
            return;
        }
        sg_job_go(dequeue(peer));
    }
}

/* How many deliveries it is worth having in hand. */
static size_t worth_having(const struct peer *peer)
{
    const struct sg_service *service = peer->service;

    if (service->is_stopping || peer->system == NULL)
        return 0;
    if (peer->breaker.is_open)
        return sg_breaker_lets(&peer->breaker, service->now_ms) ? 1 : 0;
    return (size_t)peer->system->limits.concurrency + AHEAD;
}

/* Whether those that were asked for already will do for a while: there is enough for every slot. */
static bool is_asked_enough(const struct peer *peer, size_t worth, size_t wanted)
{
    return wanted == peer->told ||
           (worth > AHEAD && wanted > peer->told && wanted - peer->told < AT_ONCE);
}

static void ask_for_more(struct peer *peer)
{
    size_t worth = worth_having(peer);
    size_t wanted = worth > peer->in_hand ? worth - peer->in_hand : 0;

    if (!is_asked_enough(peer, worth, wanted)) {
        sg_keeper_want(peer->service->setup.keeper, peer->name, wanted);
        peer->told = wanted;
    }
    if (peer->breaker.is_open && !peer->breaker.is_trying)
        sg_service_wake_at(peer->service, peer->breaker.next_try_ms);
}

static void contact_written(struct sg_change *change)
{
    struct peer *peer = change->owner;

    peer->is_contact_written = false;
    peer->service->writing--;
}

static void write_contact(struct peer *peer)
{
    struct sg_service *service = peer->service;
    int64_t due_ms = peer->contact_written_at + CONTACT_EVERY_MS;
    bool is_breaker_new =
        peer->contact_change.as.contact.breaker_since != peer->contact.breaker_since;

    if (!peer->is_contact_new || peer->is_contact_written)
        return;
    if (service->now_ms < due_ms && !is_breaker_new && !service->is_stopping) {
        sg_service_wake_at(service, due_ms);
        return;
    }
    peer->is_contact_new = false;
    peer->is_contact_written = true;
    peer->contact_written_at = service->now_ms;
    peer->contact_change = (struct sg_change){.kind = SG_CHANGE_CONTACT,
                                              .as.contact = peer->contact,
                                              .done = contact_written,
                                              .owner = peer};
    service->writing++;
    sg_keeper_submit(service->setup.keeper, &peer->contact_change);
}

void sg_peer_run(struct peer *peer)
{
    if (peer->service->is_stopping)
        sg_peer_give_back(
            peer); /* also a look-up that found nothing, and would now be sent again */
    else if (peer->system != NULL)
        let_go(peer);
    ask_for_more(peer);
    write_contact(peer);
}

void sg_peer_met(struct peer *peer, bool is_good, struct sg_str said)
{
    if (is_good) {
        peer->contact.ok_at = peer->service->now_ms;
    } else if (!peer->is_contact_written) { /* else the journal is reading `said` just now */
        (void)snprintf(peer->said, sizeof peer->said, "%.*s", SG_STR_ARG(said));
        peer->contact.said = sg_str_of(peer->said);
        peer->contact.bad_at = peer->service->now_ms;
    }
    peer->contact.breaker_since = peer->breaker.since_ms;
    peer->contact.next_try_at = peer->breaker.next_try_ms;
    peer->is_contact_new = true;
}

void sg_peer_good(struct peer *peer)
{
    if (sg_breaker_good(&peer->breaker))
        sg_service_alarm(peer->service, "breaker", peer->name, (struct sg_str){0});
    sg_peer_met(peer, true, (struct sg_str){0});
}

/* Whether all that is in hand is for one ticket: then its ends alone must open the breaker. */
static bool is_only_ticket(const struct peer *peer, struct sg_str ticket)
{
    for (const struct job *job = peer->ready; job != NULL; job = job->next) {
        if (!sg_str_equal(job->delivery->ticket, ticket))
            return false;
    }
    return peer->running == 0;
}

void sg_peer_bad(struct peer *peer, struct sg_str ticket, struct sg_str said)
{
    struct sg_service *service = peer->service;

    if (sg_breaker_bad(&peer->breaker, ticket, is_only_ticket(peer, ticket), service->now_ms)) {
        sg_service_alarm(service, "breaker", peer->name, said);
        sg_peer_give_back(peer);
    }
    sg_peer_met(peer, false, said);
}
