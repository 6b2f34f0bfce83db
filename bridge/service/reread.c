/* A record that could be no event, asked for again by a person: its system's file may be mended now. */
#include "connectors/catalog.h"
#include "connectors/item.h"
#include "service/job.h"
#include "tree/json.h"

enum { AGAIN_MS = 1000 };

static void fail(struct job *job, struct sg_str reason, struct sg_place at)
{
    sg_job_end(job, (struct sg_ending){.state = SG_DELIVERY_FAILED, .reason = reason, .place = at});
}

/* A crash before this end is harmless: the record is then known. */
static void taken_in(struct sg_change *change)
{
    struct job *job = change->owner;

    if (!change->is_ok)
        sg_job_give_back(job, AGAIN_MS);
    else if (job->unread.problem.length > 0)
        fail(job, job->unread.problem, job->unread.problem_at);
    else
        sg_job_end_for(job, SG_DELIVERY_SKIPPED,
                       change->as.capture.repeats == change->as.capture.count
                           ? SG_STR("read again: it came before")
                           : SG_STR("read again, and taken in"));
}

/* What of it can be events now is taken in, also when the rest still cannot. */
static void take_in(struct job *job, const struct sg_events *events)
{
    size_t good = 0;

    for (size_t e = 0; e < events->count; e++) {
        if (events->at[e].problem.length == 0)
            events->at[good++] = events->at[e];
        else
            job->unread = events->at[e];
    }
    if (events->count == 0) {
        sg_job_end_for(job, SG_DELIVERY_SKIPPED, SG_STR("where: it is none of those captured"));
        return;
    }
    job->change = (struct sg_change){.kind = SG_CHANGE_CAPTURE,
                                     .as.capture = {.events = events->at, .count = good},
                                     .done = taken_in,
                                     .owner = job};
    sg_keeper_submit(job->service->setup.keeper, &job->change);
}

void sg_job_reread(struct job *job)
{
    const struct sg_event *event = &job->delivery->event;
    struct sg_record_reader reader = {.system = job->source,
                                      .record = sg_system_record(job->source, event->record),
                                      .max_bytes =
                                          (size_t)job->service->setup.settings->max_event_bytes};
    struct sg_events events = {.arena = job->arena};
    const struct sg_node *item = NULL;
    struct sg_error err;

    reader.shape_pointers =
        sg_catalog_shape_pointers(job->catalog, event->system, event->record, &reader.shape_count);
    if (reader.record == NULL) {
        fail(job, SG_STR("its record is not in the files any more"), (struct sg_place){0});
    } else if (!sg_json_read(job->arena, event->body, NULL, &item, &err)) {
        fail(job, SG_STR("the stored record cannot be read"), (struct sg_place){0});
    } else {
        sg_item_take(&reader, item, job->service->now_ms, &events);
        take_in(job, &events);
    }
}
