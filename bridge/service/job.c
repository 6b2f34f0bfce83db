#include "service/job.h"

#include "base/log.h"

enum { MISSING_WAIT_MS = 10 * 1000 };

static void free_job(struct job *job)
{
    struct sg_service *service = job->service;

    job->peer->in_hand--;
    service->jobs--;
    sg_batch_release(job->batch);
    sg_catalog_free(job->catalog);
    sg_scratch_free(job->files);
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

static struct sg_preparing preparing(const struct job *job)
{
    return (struct sg_preparing){.arena = job->arena,
                                 .name = job->service->setup.settings->name,
                                 .delivery = job->delivery,
                                 .mapping = job->mapping,
                                 .system = job->system,
                                 .source = job->source,
                                 .operation = job->operation,
                                 .now_ms = job->service->now_ms};
}

struct sg_operation_call sg_job_operation_call(const struct job *job)
{
    const struct sg_preparing it = preparing(job);

    return sg_prepare_call(&it, job->event, job->input);
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

static void begin_pending(struct job *job)
{
    const struct sg_delivery *delivery = job->delivery;

    if (delivery->request.length > 0) {
        job->is_doubted = true;
        if (sg_job_restore(job))
            sg_peer_enqueue(job->peer, job);
        return;
    }
    const struct sg_preparing it = preparing(job);
    struct sg_prepared prepared;

    sg_prepare(&it, job->event, &prepared);
    if (prepared.new_codes != NULL && delivery->attempts == 0) /* else it was told before */
        sg_service_codes(job->service, &delivery->event, prepared.new_codes);
    job->input = prepared.input;
    job->request = prepared.request;
    if (prepared.state == SG_DELIVERY_PENDING)
        sg_peer_enqueue(job->peer, job);
    else
        sg_job_end(job, (struct sg_ending){.state = prepared.state,
                                           .reason = prepared.reason,
                                           .place = prepared.place,
                                           .pointer = prepared.pointer,
                                           .moves_key = true,
                                           .clears_shadows = prepared.state != SG_DELIVERY_ECHO});
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
    if (delivery->mapping.length == 0 && job->source != NULL) {
        sg_job_reread(job);
        return;
    }
    if (job->mapping == NULL || job->system == NULL) { /* taken while a reload took it away */
        sg_job_give_back(job, MISSING_WAIT_MS);
        return;
    }
    job->operation = sg_system_operation(job->system, sg_mapping_to_operation(job->mapping));
    job->is_write_ahead = !is_keyed(job);
    const struct sg_preparing it = preparing(job);

    job->event = sg_prepare_event(&it);
    if (delivery->state == SG_DELIVERY_UNKNOWN)
        sg_job_begin_unknown(job);
    else
        begin_pending(job);
}
