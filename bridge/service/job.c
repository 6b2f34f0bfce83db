#include "service/job.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/log.h"
#include "mapping/date.h"
#include "tree/json.h"

enum { CALLS_OF_TICKET_MAX = 20, MISSING_WAIT_MS = 60 * 1000 };

static void free_job(struct job *job)
{
    struct sg_service *service = job->service;

    job->peer->in_hand--;
    service->jobs--;
    sg_batch_release(job->batch);
    sg_catalog_free(job->catalog);
    sg_arena_free(job->arena); /* it holds the job itself */
}

static void ended(struct sg_change *change)
{
    free_job(change->owner);
}

static void log_end(const struct job *job, const struct sg_ending *ending)
{
    const struct sg_delivery *delivery = job->delivery;

    if (ending->state == SG_DELIVERY_FAILED)
        SG_LOG(WARN, "delivery.failed", SG_NUMBER("delivery", delivery->id),
               SG_TEXT("ticket", delivery->ticket), SG_TEXT("mapping", delivery->mapping),
               SG_TEXT("reason", ending->reason), SG_TEXT("said", ending->said));
    else if (ending->state == SG_DELIVERY_DELIVERED)
        SG_LOG(INFO, "delivery.delivered", SG_NUMBER("delivery", delivery->id),
               SG_TEXT("ticket", delivery->ticket), SG_TEXT("mapping", delivery->mapping),
               SG_TEXT("link", ending->link_id));
}

void sg_job_end(struct job *job, struct sg_ending ending)
{
    ending.delivery = job->delivery->id;
    if (ending.sends == 0)
        ending.sends = job->sends;
    if (job->mapping != NULL)
        ending.map_hash = sg_mapping_hash(job->mapping);
    log_end(job, &ending);
    job->change =
        (struct sg_change){.kind = SG_CHANGE_END, .as.ending = ending, .done = ended, .owner = job};
    sg_keeper_submit(job->service->setup.keeper, &job->change);
}

void sg_job_end_for(struct job *job, enum sg_delivery_state state, struct sg_str reason)
{
    sg_job_end(job, (struct sg_ending){.state = state,
                                       .reason = reason,
                                       .clears_shadows = state != SG_DELIVERY_ECHO});
}

void sg_job_give_back(struct job *job, int64_t wait_ms)
{
    sg_job_end(job, (struct sg_ending){.state = job->delivery->state,
                                       .next_at = job->service->now_ms + wait_ms,
                                       .empty_probes = job->empty_probes,
                                       .request = job->delivery->request});
}

void sg_job_fail(struct job *job, const struct sg_rule_run *run)
{
    const struct sg_problem *problem = run->problems;

    if (problem == NULL) { /* IGNORE in a request's rule */
        sg_job_end_for(job, SG_DELIVERY_SKIPPED, run->ignored);
        return;
    }
    sg_job_end(job, (struct sg_ending){.state = SG_DELIVERY_FAILED,
                                       .reason = problem->text,
                                       .pointer = problem->target,
                                       .place = problem->at,
                                       .moves_key = !job->is_doubted,
                                       .clears_shadows = true});
}

/* What the event's mappings read is what they last read, with what our own calls will show. */
static bool is_expected_shape(const struct job *job, size_t own_changes)
{
    const struct sg_delivery *delivery = job->delivery;
    struct sg_str expected = delivery->shape_before;

    for (size_t c = 0; c < own_changes; c++)
        expected = sg_shape_overlay(job->arena, expected, delivery->own_changes[c].shows);
    return sg_str_equal(expected, delivery->event.shape);
}

/* Our own change come back (format.md, section 6: gives). A person's edit mixed in is none. */
static bool is_echo(const struct job *job)
{
    const struct sg_delivery *delivery = job->delivery;

    if (delivery->shape_before.length == 0)
        return false;
    for (size_t c = delivery->own_change_count; c-- > 0;) {
        if (sg_str_equal(delivery->own_changes[c].version, delivery->event.version))
            return is_expected_shape(job, c + 1);
    }
    return delivery->event.is_own && is_expected_shape(job, delivery->own_change_count);
}

static const struct sg_link *find_link(const struct sg_delivery *delivery, struct sg_str system)
{
    for (size_t l = 0; l < delivery->link_count; l++) {
        if (sg_str_equal(delivery->links[l].system, system))
            return &delivery->links[l];
    }
    return NULL;
}

static const struct sg_node *links_of(const struct job *job)
{
    struct sg_node *links = sg_node_new(job->arena, SG_NODE_OBJECT);

    for (size_t l = 0; l < job->delivery->link_count; l++)
        (void)sg_node_add(links, job->delivery->links[l].system,
                          sg_node_text(job->arena, job->delivery->links[l].id));
    return links;
}

/* The scope `event:` (format.md, section 2). */
static const struct sg_node *event_of(const struct job *job)
{
    struct sg_arena *arena = job->arena;
    const struct sg_delivery *delivery = job->delivery;
    struct sg_node *event = sg_node_new(arena, SG_NODE_OBJECT);
    struct sg_str reference =
        sg_str_format(arena, "%.*s-%.*s.%" PRId64, SG_STR_ARG(job->service->setup.settings->name),
                      SG_STR_ARG(delivery->ticket), delivery->round);

    (void)sg_node_add(event, SG_STR("key"), sg_node_text(arena, delivery->ticket));
    (void)sg_node_add(event, SG_STR("id"), sg_node_text(arena, delivery->event.record_id));
    (void)sg_node_add(event, SG_STR("version"), sg_node_text(arena, delivery->event.version));
    (void)sg_node_add(event, SG_STR("round"), sg_node_number(arena, delivery->round));
    (void)sg_node_add(
        event, SG_STR("captured"),
        sg_node_text(arena, sg_date_write_iso_utc(arena, delivery->event.captured_at)));
    (void)sg_node_add(event, SG_STR("late"),
                      sg_node_boolean(arena, delivery->round < delivery->latest_round));
    (void)sg_node_add(event, SG_STR("reference"), sg_node_text(arena, reference));
    return event;
}

/* The same as long as an earlier try may have been done; another one for another run. */
static struct sg_str key_of(const struct job *job)
{
    const struct sg_delivery *delivery = job->delivery;
    struct sg_str words = sg_str_format(
        job->arena, "%.*s %" PRId64 " %.*s %d.%d", SG_STR_ARG(job->service->setup.settings->name),
        delivery->seq, SG_STR_ARG(delivery->mapping), delivery->run, delivery->key_generation);
    struct sg_sha256 sum = sg_sha256_of(words);

    return sg_hex(job->arena, (struct sg_str){(const char *)sum.bytes, 16});
}

struct sg_str sg_job_hash_of_input(const struct job *job)
{
    struct sg_buffer text = {.arena = job->arena};

    sg_json_write(&text, job->input);
    struct sg_sha256 sum = sg_sha256_of(sg_buffer_text(&text));
    return sg_hex(job->arena, (struct sg_str){(const char *)sum.bytes, sizeof sum.bytes});
}

/* False when the delivery has ended: there is nothing to do for this link's state. */
static bool fits_link(struct job *job)
{
    const struct sg_link *link = find_link(job->delivery, job->peer->name);

    switch (job->operation->link) {
    case SG_LINK_OPENS:
        if (link != NULL)
            sg_job_end_for(job, SG_DELIVERY_SKIPPED, SG_STR("linked"));
        return link == NULL;
    case SG_LINK_NEEDS:
        if (link == NULL)
            sg_job_end_for(job, SG_DELIVERY_SKIPPED, SG_STR("no link"));
        return link != NULL;
    case SG_LINK_IGNORES:
        break;
    }
    return true;
}

/* Record to input; false when the delivery has ended. */
static bool map(struct job *job)
{
    const struct sg_node *record = NULL;
    struct sg_mapping_result result;
    struct sg_error err;

    if (!sg_json_read(job->arena, job->delivery->event.body, NULL, &record, &err)) {
        sg_job_end_for(job, SG_DELIVERY_FAILED, SG_STR("the stored record cannot be read"));
        return false;
    }
    sg_mapping_run(job->mapping, job->arena, record, links_of(job), job->event, &result);
    if (result.outcome == SG_MAPPED_INPUT) {
        job->input = result.input;
        return true;
    }
    sg_job_end(job,
               (struct sg_ending){.state = result.outcome == SG_MAPPED_SKIPPED ? SG_DELIVERY_SKIPPED
                                                                               : SG_DELIVERY_FAILED,
                                  .reason = result.reason,
                                  .place = result.place,
                                  .pointer = result.pointer,
                                  .moves_key = !job->is_doubted,
                                  .clears_shadows = true});
    return false;
}

static bool is_unchanged(const struct job *job)
{
    return job->operation->skips_unchanged && job->delivery->shadow.length > 0 &&
           sg_str_equal(job->delivery->shadow, sg_job_hash_of_input(job));
}

struct sg_operation_call sg_job_operation_call(const struct job *job)
{
    return (struct sg_operation_call){.system = job->system,
                                      .op = job->operation,
                                      .source = job->source,
                                      .input = job->input,
                                      .event = job->event,
                                      .key = key_of(job),
                                      .now_ms = job->service->now_ms};
}

/* Input to request; false when the delivery has ended. */
static bool build(struct job *job)
{
    struct sg_rule_run run = {.arena = job->arena};
    const struct sg_operation_call call = sg_job_operation_call(job);

    if (sg_operation_build(&call, &run, &job->request))
        return true;
    sg_job_fail(job, &run);
    return false;
}

bool sg_job_restore(struct job *job)
{
    struct sg_error err;

    job->stored = job->delivery->request;
    if (sg_request_restore(job->arena, job->stored, &job->request, &job->input, &err))
        return true;
    sg_job_end(job, (struct sg_ending){.state = SG_DELIVERY_FAILED,
                                       .is_in_doubt = true,
                                       .reason = SG_STR("the stored request cannot be read"),
                                       .request = job->stored});
    return false;
}

static bool is_keyed(const struct job *job)
{
    const struct sg_operation *operation = job->operation;
    const struct sg_delivery *delivery = job->delivery;

    switch (operation->once) {
    case SG_ONCE_HEADER:
    case SG_ONCE_FIELD: /* the target forgets keys after `kept` */
        return operation->kept_ms == 0 || delivery->first_at == 0 ||
               job->service->now_ms - delivery->first_at < operation->kept_ms;
    case SG_ONCE_IDEMPOTENT:
    case SG_ONCE_RESEND:
        return true;
    case SG_ONCE_FIND:
    case SG_ONCE_ASK:
        break;
    }
    return false;
}

/* A person wants it sent once more: neither that it was ours nor that it says the same holds it. */
static bool is_asked_for(const struct job *job)
{
    return job->delivery->run > 1;
}

static void begin_pending(struct job *job)
{
    const struct sg_delivery *delivery = job->delivery;

    if (delivery->request.length > 0) {
        job->is_doubted = true;
        if (sg_job_restore(job))
            sg_peer_enqueue(job->peer, job);
        return;
    }
    if (!is_asked_for(job) && is_echo(job)) {
        sg_job_end_for(job, SG_DELIVERY_ECHO, SG_STR("our own change"));
        return;
    }
    if (delivery->run == 1 && delivery->attempts == 0 &&
        delivery->calls_of_ticket >= CALLS_OF_TICKET_MAX) {
        sg_job_end_for(job, SG_DELIVERY_FAILED,
                       SG_STR("more than 20 calls for this ticket within an hour"));
        return;
    }
    if (!fits_link(job) || !map(job))
        return;
    if (!is_asked_for(job) && is_unchanged(job)) {
        sg_job_end_for(job, SG_DELIVERY_SKIPPED, SG_STR("unchanged"));
        return;
    }
    if (build(job))
        sg_peer_enqueue(job->peer, job);
}

void sg_job_begin(struct sg_service *service, struct sg_batch *batch,
                  const struct sg_delivery *delivery)
{
    struct sg_arena *arena = sg_arena_new();
    struct job *job = sg_arena_get(arena, 1, sizeof *job);

    *job = (struct job){.service = service,
                        .peer = sg_peer_find(service, delivery->target),
                        .batch = batch,
                        .delivery = delivery,
                        .arena = arena,
                        .catalog = sg_catalog_share(service->catalog),
                        .sends = delivery->sends,
                        .empty_probes = delivery->empty_probes};
    job->peer->in_hand++;
    service->jobs++;
    job->mapping = sg_catalog_mapping(job->catalog, delivery->mapping);
    job->system = sg_catalog_system(job->catalog, delivery->target);
    job->source = sg_catalog_system(job->catalog, delivery->event.system);
    if (service->is_stopping) {
        sg_job_give_back(job, 0);
        return;
    }
    if (job->mapping == NULL || job->system == NULL) { /* taken while a reload took it away */
        sg_job_give_back(job, MISSING_WAIT_MS);
        return;
    }
    job->operation = sg_system_operation(job->system, sg_mapping_to_operation(job->mapping));
    job->is_write_ahead = !is_keyed(job);
    job->event = event_of(job);
    if (delivery->state == SG_DELIVERY_UNKNOWN)
        sg_job_begin_unknown(job);
    else
        begin_pending(job);
}
