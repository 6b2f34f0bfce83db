/* A record that could be no event, asked for again by a person: its system's file may be mended now. */
#include "connectors/catalog.h"
#include "connectors/read.h"
#include "service/job.h"
#include "tree/json.h"

enum { AGAIN_MS = 1000, ASK_AGAIN_MS = 30 * 1000 };

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

static struct sg_record_reader reader_of(const struct job *job)
{
    const struct sg_event *event = &job->delivery->event;
    struct sg_record_reader reader = {.system = job->source,
                                      .record = sg_system_record(job->source, event->record),
                                      .max_bytes =
                                          (size_t)job->service->setup.settings->max_event_bytes};

    reader.shape_pointers =
        sg_catalog_shape_pointers(job->catalog, event->system, event->record, &reader.shape_count);
    return reader;
}

static void take_item(struct job *job, struct sg_item item)
{
    const struct sg_record_reader reader = reader_of(job);
    struct sg_events events = {.arena = job->arena};

    sg_item_decode(&reader, &item, job->arena);
    sg_item_read(&reader, &item, job->service->now_ms, &events);
    take_in(job, &events);
}

/* --- what its system must be asked for --- */

/* The call has ended, well or not: the slot is free. */
static void release(struct job *job)
{
    job->peer->running--;
    sg_service_wake_at(job->service, 0);
}

/* It could not be had: for good, or for now. */
static void end_without(struct job *job, bool is_refused, struct sg_str said,
                        int64_t retry_after_ms)
{
    struct sg_ending ending = {.state = SG_DELIVERY_FAILED,
                               .reason = SG_STR("its record cannot be fetched"),
                               .said = said};

    if (is_refused) {
        sg_peer_good(job->peer);
    } else {
        sg_peer_bad(job->peer, job->delivery->ticket, said);
        ending.state = SG_DELIVERY_PENDING;
        ending.reason = SG_STR("its record cannot be fetched now");
        ending.next_at =
            job->service->now_ms + (retry_after_ms > ASK_AGAIN_MS ? retry_after_ms : ASK_AGAIN_MS);
    }
    sg_job_end(job, ending);
}

/* --- by its id --- */

static struct sg_reading reading_of(const struct job *job)
{
    return (struct sg_reading){reader_of(job), job->delivery->event.record_id,
                               job->service->now_ms};
}

static void read_answered(struct sg_call *call, const struct sg_reply *reply)
{
    struct job *job = call->owner;
    const struct sg_reading reading = reading_of(job);
    struct sg_read read;

    release(job);
    sg_read_take(&reading, reply, job->arena, &read);
    if (read.end == SG_READ_WAIT || read.end == SG_READ_REFUSED) {
        end_without(job, read.end == SG_READ_REFUSED, read.said, read.retry_after_ms);
        return;
    }
    sg_peer_good(job->peer);
    if (read.end == SG_READ_NONE) {
        fail(job, SG_STR("its system has no such record any more"), (struct sg_place){0});
        return;
    }
    struct sg_events events = {.arena = job->arena};

    if (read.end == SG_READ_FOUND) {
        *sg_events_next(&events) = read.event;
        sg_events_keep(&events);
    }
    take_in(job, &events);
}

/* Nothing of it is kept but its id, by which its system is asked. */
static void read_again(struct job *job, const struct sg_record *record)
{
    const struct sg_reading reading = reading_of(job);
    struct sg_error err;

    if (record->read == NULL)
        fail(job, SG_STR("its record is not kept, and has no `read` to fetch it by"), record->at);
    else if (!sg_read_request(&reading, job->arena, &job->request, &err))
        fail(job, sg_str_copy(job->arena, sg_str_of(err.text)), err.at);
    else
        sg_peer_enqueue(job->peer, job);
}

/* --- by what its stub says --- */

static void fetched(struct sg_call *call, const struct sg_reply *reply)
{
    struct job *job = call->owner;
    struct sg_answer answer;

    if (!sg_fetch_take(job->fetch, reply, job->service->now_ms, &answer)) {
        release(job);
        end_without(job, answer.outcome == SG_OUTCOME_PERMANENT, answer.said,
                    answer.retry_after_ms);
    } else if (sg_fetch_next(job->fetch, job->service->now_ms, &job->request)) {
        sg_job_ask(job);
    } else {
        release(job);
        sg_peer_good(job->peer);
        take_item(job, sg_fetch_item(job->fetch));
    }
}

static const struct sg_answer_rule *answers_of(const struct job *job)
{
    const struct sg_record *record = sg_system_record(job->source, job->delivery->event.record);

    return job->fetch != NULL ? record->poll->answers : record->read_answers;
}

void sg_job_ask(struct job *job)
{
    job->call = (struct sg_call){.system = job->source,
                                 .arena = job->arena,
                                 .request = job->request,
                                 .answers = answers_of(job),
                                 .timeout_ms = job->source->limits.timeout_ms,
                                 .limit_bytes = job->source->limits.answer_bytes,
                                 .done = job->fetch != NULL ? fetched : read_answered,
                                 .owner = job};
    sg_service_call(job->service, &job->call);
}

/* What was kept is the stub as its poll showed it. */
static void fetch_again(struct job *job, const struct sg_record *record, const struct sg_node *stub)
{
    job->fetch = sg_fetch_begin(job->source, record, stub, job->arena);
    if (sg_fetch_next(job->fetch, job->service->now_ms, &job->request))
        sg_peer_enqueue(job->peer, job);
    else
        take_item(job, sg_fetch_item(job->fetch));
}

void sg_job_reread(struct job *job)
{
    const struct sg_event *event = &job->delivery->event;
    const struct sg_record *record = sg_system_record(job->source, event->record);
    const struct sg_node *item = NULL;
    struct sg_error err;

    job->is_reread = true;
    if (record == NULL)
        fail(job, SG_STR("its record is not in the files any more"), (struct sg_place){0});
    else if (event->body.length == 0)
        read_again(job, record);
    else if (!sg_json_read(job->arena, event->body, NULL, &item, &err))
        fail(job, SG_STR("the stored record cannot be read"), (struct sg_place){0});
    else if (record->poll != NULL && record->poll->fetch_count > 0)
        fetch_again(job, record, item);
    else
        take_item(job, (struct sg_item){.received = item, .tree = item});
}
