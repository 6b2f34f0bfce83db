/* What may have been done is looked up before it is done again (design.md, section 6: probing). */
#include "base/hash.h"
#include "service/job.h"

enum { SENDS_MAX = 3, EMPTY_PROBES_MAX = 2 };

/* From then on the target's search shows all that the last call can have made. */
static int64_t visible_at_ms(const struct job *job)
{
    return job->delivery->sent_at + INTENT_LASTS_MS + job->system->limits.timeout_ms +
           job->operation->find->visible_after_ms;
}

static void wait(struct job *job, int64_t next_at, struct sg_str reason, struct sg_str said)
{
    sg_job_end(job, (struct sg_ending){.state = SG_DELIVERY_UNKNOWN,
                                       .next_at = next_at,
                                       .empty_probes = job->empty_probes,
                                       .reason = reason,
                                       .said = said,
                                       .request = job->stored});
}

static int64_t pause_ms(const struct job *job)
{
    return sg_backoff_ms(job->delivery->attempts, sg_hash64(job->delivery->ticket));
}

static void found_one(struct job *job, const struct sg_given *given)
{
    sg_job_end(job, (struct sg_ending){.state = SG_DELIVERY_DELIVERED,
                                       .moves_key = true,
                                       .reason = SG_STR("found by look-up"),
                                       .link_id = job->operation->link == SG_LINK_OPENS
                                                      ? given->id
                                                      : (struct sg_str){0},
                                       .clears_shadows = true});
}

static void fail_in_doubt(struct job *job, struct sg_str reason)
{
    sg_job_end(job, (struct sg_ending){.state = SG_DELIVERY_FAILED,
                                       .is_in_doubt = true,
                                       .reason = reason,
                                       .request = job->stored});
}

static void found_none(struct job *job)
{
    int64_t now_ms = job->service->now_ms, visible_at = visible_at_ms(job);

    if (now_ms < visible_at) { /* not later than that moment, but no busier than the pauses */
        int64_t next = now_ms + pause_ms(job);

        wait(job, next < visible_at ? next : visible_at, SG_STR("not found yet"),
             (struct sg_str){0});
        return;
    }
    if (++job->empty_probes < EMPTY_PROBES_MAX) {
        wait(job, now_ms + pause_ms(job), SG_STR("not found"), (struct sg_str){0});
        return;
    }
    if (job->sends >= SENDS_MAX) {
        fail_in_doubt(job, SG_STR("sent 3 times and never found"));
        return;
    }
    job->is_probe = false; /* surely not done: sent again, as stored */
    sg_peer_enqueue(job->peer, job);
}

static void replied(struct sg_call *call, const struct sg_reply *reply)
{
    struct job *job = call->owner;
    struct sg_found found;

    job->peer->running--;
    sg_service_wake_at(job->service, 0);
    sg_answer_find(&(struct sg_exchange){job->system, job->input, reply, job->service->now_ms},
                   job->operation, job->arena, &found);
    if (found.outcome != SG_OUTCOME_SUCCESS && found.outcome != SG_OUTCOME_NONE) {
        int64_t pause = pause_ms(job);

        sg_peer_bad(job->peer, job->delivery->ticket, found.said);
        wait(job,
             job->service->now_ms + (pause > found.retry_after_ms ? pause : found.retry_after_ms),
             SG_STR("cannot be looked up now"), found.said);
        return;
    }
    sg_peer_good(job->peer);
    if (found.count == 1)
        found_one(job, &found.given);
    else if (found.count > 1)
        fail_in_doubt(job, SG_STR("found twice"));
    else
        found_none(job);
}

void sg_job_probe(struct job *job)
{
    struct sg_rule_run run = {.arena = job->arena};
    struct sg_request request;
    const struct sg_operation_call call = sg_job_operation_call(job);

    if (!sg_find_build(&call, &run, &request)) {
        job->peer->running--;
        sg_breaker_cancel(&job->peer->breaker);
        fail_in_doubt(job, run.problems != NULL ? run.problems->text : run.ignored);
        return;
    }
    job->call = (struct sg_call){.system = job->system,
                                 .arena = job->arena,
                                 .request = request,
                                 .answers = job->operation->find->answers,
                                 .input = job->input,
                                 .timeout_ms = job->system->limits.timeout_ms,
                                 .limit_bytes = job->system->limits.answer_bytes,
                                 .done = replied,
                                 .owner = job};
    sg_service_call(job->service, &job->call);
}

void sg_job_begin_unknown(struct job *job)
{
    job->is_doubted = true;
    if (!sg_job_restore(job))
        return;
    if (job->operation->once == SG_ONCE_FIND)
        job->is_probe = true;
    else if (job->is_write_ahead) { /* nobody can ask the target: a person's word it must be */
        fail_in_doubt(job, SG_STR("may have been done"));
        return;
    }
    sg_peer_enqueue(job->peer, job);
}
