/* One call, from its slot to its end: files, write-ahead, sending, judging (design.md, section 6). */
#include <inttypes.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/crash.h"
#include "base/hash.h"
#include "connectors/header.h"
#include "service/job.h"

enum {
    TEMPORARY_ENDS_MAX = 10, /* while as many others to that target succeeded */
    OTHERS_DELIVERED_MIN = 10,
};

/* The call is over, its slot free: what waits may go. */
static void release_slot(struct job *job)
{
    job->peer->running--;
    sg_service_wake_at(job->service, 0);
}

static int64_t next_try_ms(const struct job *job, int64_t retry_after_ms)
{
    uint64_t salt = sg_hash64(job->delivery->ticket) + (uint64_t)job->delivery->attempts;
    int64_t pause = sg_backoff_ms(job->delivery->temporary_ends, salt);

    return job->service->now_ms + (pause > retry_after_ms ? pause : retry_after_ms);
}

/* Tried often enough, while others got through: waiting does not change it. */
static bool is_hopeless(const struct job *job)
{
    return job->delivery->temporary_ends + 1 >= TEMPORARY_ENDS_MAX &&
           job->delivery->others_delivered >= OTHERS_DELIVERED_MIN;
}

static void end_delivered(struct job *job, const struct sg_given *given)
{
    const struct sg_operation *operation = job->operation;
    struct sg_ending ending = {.state = SG_DELIVERY_DELIVERED,
                               .was_called = true,
                               .moves_key = true,
                               .clears_shadows = true};

    if (operation->link == SG_LINK_OPENS)
        ending.link_id = given->id;
    if (operation->skips_unchanged) {
        ending.operation = operation->name;
        ending.input_hash = sg_prepare_hash(job->arena, job->input);
    }
    if (operation->gives.record.length > 0 && given->version.length > 0) {
        ending.own_record = operation->gives.record;
        ending.own_id = given->id;
        ending.own_change = (struct sg_own_change){given->version, given->shows};
    }
    sg_job_end(job, ending);
}

/* The call was surely not made: it is none of the three that may be sent. */
static void uncount_send(struct job *job)
{
    if (job->is_write_ahead)
        job->sends--;
}

/* Surely not done: the same again later; but what an earlier try may have done stays in doubt. */
static void end_not_done(struct job *job, struct sg_str said, int64_t retry_after_ms)
{
    bool is_unknown = job->is_write_ahead && job->is_doubted;

    sg_job_end(job,
               (struct sg_ending){.state = is_unknown         ? SG_DELIVERY_UNKNOWN
                                           : is_hopeless(job) ? SG_DELIVERY_FAILED
                                                              : SG_DELIVERY_PENDING,
                                  .next_at = next_try_ms(job, retry_after_ms),
                                  .was_called = true,
                                  .is_temporary = true,
                                  .reason = SG_STR("temporary"),
                                  .said = said,
                                  .request = job->is_doubted ? job->stored : (struct sg_str){0}});
}

static void end_temporary(struct job *job, const struct sg_answer *answer)
{
    uncount_send(job);
    end_not_done(job, answer->said, answer->retry_after_ms);
}

/* May have been done: repeated with its key, looked up, or left to a person. */
static void end_doubtful(struct job *job, const struct sg_answer *answer)
{
    struct sg_ending ending = {.state = SG_DELIVERY_PENDING,
                               .next_at = next_try_ms(job, answer->retry_after_ms),
                               .was_called = true,
                               .is_temporary = true,
                               .reason = SG_STR("may have been done"),
                               .said = answer->said};

    if (job->operation->once == SG_ONCE_FIND) {
        ending.state = SG_DELIVERY_UNKNOWN;
    } else if (job->is_write_ahead) {
        ending.state = SG_DELIVERY_FAILED;
        ending.is_in_doubt = true;
    } else if (is_hopeless(job)) {
        ending.state = SG_DELIVERY_FAILED;
    }
    if (job->stored.length == 0)
        job->stored = sg_request_store(job->arena, &job->request, job->input);
    ending.request = job->stored;
    sg_job_end(job, ending);
}

/* What was sent is kept, for people to see what is different when it is sent again. */
static void end_refused(struct job *job, const struct sg_answer *answer)
{
    if (job->stored.length == 0)
        job->stored = sg_request_store(job->arena, &job->request, job->input);
    sg_job_end(job, (struct sg_ending){.state = SG_DELIVERY_FAILED,
                                       .was_called = true,
                                       .moves_key = true,
                                       .reason = SG_STR("refused"),
                                       .said = answer->said,
                                       .request = job->stored,
                                       .clears_shadows = true});
}

static void end_done(struct job *job, struct sg_answer *answer, const struct sg_reply *reply)
{
    struct sg_rule_run run = {.arena = job->arena};
    struct sg_given given = {0};

    if (sg_answer_give(&job->operation->gives, answer->tree, job->input, reply, &run, &given)) {
        end_delivered(job, &given);
        return;
    }
    answer->said = run.problems != NULL ? run.problems->text : SG_STR("no id in the answer");
    end_doubtful(job, answer); /* it was done, and we do not know what was made */
}

/* It was there already: done, and `find` says under which id. */
static void end_exists(struct job *job)
{
    if (job->operation->once == SG_ONCE_FIND) {
        job->is_doubted = true;
        sg_job_end(job, (struct sg_ending){.state = SG_DELIVERY_UNKNOWN,
                                           .next_at = job->service->now_ms,
                                           .was_called = true,
                                           .reason = SG_STR("it was there already"),
                                           .request = job->stored});
        return;
    }
    end_delivered(job, &(struct sg_given){0});
}

static void judge(struct job *job, const struct sg_reply *reply)
{
    struct sg_answer answer;

    sg_answer_judge(&(struct sg_exchange){job->system, job->input, reply, job->service->now_ms},
                    SG_CALL_WRITE, job->operation->answers, job->arena, &answer);
    sg_crash_point("answer.after");
    switch (answer.outcome) {
    case SG_OUTCOME_SUCCESS:
    case SG_OUTCOME_NONE:
        sg_peer_good(job->peer);
        end_done(job, &answer, reply);
        break;
    case SG_OUTCOME_EXISTS:
        sg_peer_good(job->peer);
        end_exists(job);
        break;
    case SG_OUTCOME_PERMANENT:
        sg_peer_good(job->peer);
        end_refused(job, &answer);
        break;
    case SG_OUTCOME_TEMPORARY:
    case SG_OUTCOME_LOGIN: /* in a new session as well */
        sg_peer_bad(job->peer, job->delivery->ticket, answer.said);
        end_temporary(job, &answer);
        break;
    case SG_OUTCOME_UNKNOWN:
    case SG_OUTCOME_DEFAULT:
        sg_peer_bad(job->peer, job->delivery->ticket, answer.said);
        end_doubtful(job, &answer);
        break;
    }
}

static void replied(struct sg_call *call, const struct sg_reply *reply)
{
    struct job *job = call->owner;

    sg_crash_point("call.after");
    release_slot(job);
    judge(job, reply);
}

/* What was written ahead is sent soon, or not at all; 0: it was not. */
static int64_t send_until_ms(const struct job *job)
{
    if (!job->is_write_ahead)
        return 0;
    return sg_clock_steady_ms() + job->change.as.intend.sent_at + INTENT_LASTS_MS -
           job->service->now_ms;
}

static void send(struct job *job)
{
    job->call = (struct sg_call){.system = job->system,
                                 .arena = job->arena,
                                 .request = job->request,
                                 .kind = SG_CALL_WRITE,
                                 .answers = job->operation->answers,
                                 .input = job->input,
                                 .is_fresh = job->is_write_ahead,
                                 .timeout_ms = job->system->limits.timeout_ms,
                                 .limit_bytes = job->system->limits.answer_bytes,
                                 .send_until_ms = send_until_ms(job),
                                 .done = replied,
                                 .owner = job};
    sg_crash_point("call.before");
    sg_service_call(job->service, &job->call);
}

/* The call was not made: back to what it was before. */
static void unsend(struct job *job, struct sg_str why)
{
    release_slot(job);
    uncount_send(job);
    sg_breaker_cancel(&job->peer->breaker);
    sg_job_end(job, (struct sg_ending){
                        .state = job->is_doubted ? SG_DELIVERY_UNKNOWN : SG_DELIVERY_PENDING,
                        .next_at = job->service->now_ms + INTENT_LASTS_MS,
                        .reason = why,
                        .request = job->is_doubted ? job->stored : (struct sg_str){0}});
}

static void intended(struct sg_change *change)
{
    struct job *job = change->owner;

    if (!change->is_ok)
        unsend(job, SG_STR("the disk is nearly full"));
    else if (job->service->now_ms - change->as.intend.sent_at > INTENT_LASTS_MS)
        unsend(job,
               SG_STR("not sent in time")); /* a machine that slept: another may have taken over */
    else
        send(job);
}

static void write_ahead(struct job *job)
{
    if (job->stored.length == 0)
        job->stored = sg_request_store(job->arena, &job->request, job->input);
    job->sends++;
    job->empty_probes = 0;
    job->change = (struct sg_change){.kind = SG_CHANGE_INTEND,
                                     .as.intend = {.delivery = job->delivery->id,
                                                   .sent_at = job->service->now_ms,
                                                   .request = job->stored},
                                     .done = intended,
                                     .owner = job};
    sg_keeper_submit(job->service->setup.keeper, &job->change);
}

static void let_in(struct sg_knock *knock, const struct sg_reply *refusal)
{
    struct job *job = knock->owner;

    if (refusal == NULL) {
        write_ahead(job);
        return;
    }
    release_slot(job);
    sg_peer_bad(job->peer, job->delivery->ticket, refusal->problem);
    end_not_done(job, refusal->problem, refusal->retry_after_ms);
}

/* A login may take longer than what is written ahead has time to be sent. */
static void ask_for_session(struct job *job)
{
    job->knock =
        (struct sg_knock){.system = job->system, .arena = job->arena, .done = let_in, .owner = job};
    if (sg_sessions_open(job->service->sessions, &job->knock))
        write_ahead(job);
}

static void fetch_next_file(struct job *job);

/* The call was not begun, for want of a file: now, or for good. */
static void end_without_file(struct job *job, const struct sg_answer *answer)
{
    const bool waits =
        answer->outcome == SG_OUTCOME_TEMPORARY || answer->outcome == SG_OUTCOME_LOGIN;

    release_slot(job);
    sg_breaker_cancel(&job->peer->breaker);
    sg_job_end(job,
               (struct sg_ending){.state = job->is_doubted ? SG_DELIVERY_UNKNOWN
                                           : waits         ? SG_DELIVERY_PENDING
                                                           : SG_DELIVERY_FAILED,
                                  .next_at = next_try_ms(job, answer->retry_after_ms),
                                  .reason = waits ? SG_STR("a file cannot be fetched now")
                                                  : SG_STR("a file cannot be fetched"),
                                  .said = answer->said,
                                  .request = job->is_doubted ? job->stored : (struct sg_str){0}});
}

/* The state folder's disk, and not the source's fault: it waits as for a file that is not at hand. */
static void end_without_disk(struct job *job, const struct sg_error *err)
{
    end_without_file(job,
                     &(struct sg_answer){.outcome = SG_OUTCOME_TEMPORARY,
                                         .said = sg_str_copy(job->arena, sg_str_of(err->text))});
}

/* What its source gives at most, and its target takes. */
static int64_t file_limit(const struct job *job)
{
    const int64_t of_source = job->source->limits.file_bytes;
    const int64_t of_target = job->system->limits.file_bytes;

    return of_source < of_target ? of_source : of_target;
}

/* Judged like a read of the source system (format.md, section 6: type file). Whether it is a file:
 * that is of no format, but an error that the system tells inside a 200 is none. */
static bool is_file(const struct job *job, const struct sg_reply *reply, struct sg_arena *arena,
                    struct sg_answer *out)
{
    sg_answer_judge(&(struct sg_exchange){job->source, NULL, reply, job->service->now_ms},
                    SG_CALL_READ, NULL, arena, out);
    if (reply->kind == SG_REPLY_WHOLE && reply->status == 200 &&
        (out->outcome == SG_OUTCOME_SUCCESS || out->is_malformed))
        return true;
    if (reply->is_too_large) { /* tomorrow too */
        out->outcome = SG_OUTCOME_PERMANENT;
        out->said =
            sg_str_format(arena, "larger than %" PRId64 " bytes (limits: file)", file_limit(job));
    }
    if (out->said.length == 0)
        out->said = sg_str_format(arena, "HTTP %d", reply->status);
    return false;
}

static void fetched(struct sg_call *call, const struct sg_reply *reply)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new(); /* a file may be a large document */
    struct job *job = call->owner;
    struct sg_request_file *file = &job->request.files[job->files_fetched];
    struct sg_answer answer;

    if (!is_file(job, reply, arena, &answer)) {
        answer.said = sg_str_copy(job->arena, answer.said);
        end_without_file(job, &answer);
        return;
    }
    file->sha256 = sg_sha256_of(reply->body);
    file->type = sg_header_get(reply->headers, reply->header_count, SG_STR("content-type"));
    job->files_fetched++;
    fetch_next_file(job);
}

static void fetch_next_file(struct job *job)
{
    if (job->files_fetched == job->request.file_count) {
        if (job->is_write_ahead)
            ask_for_session(job);
        else
            send(job);
        return;
    }
    struct sg_request_file *file = &job->request.files[job->files_fetched];
    struct sg_request request;
    struct sg_error err;

    /* Checked when it was built; but the source's file may have changed since. */
    if (!sg_request_of_url(job->source, job->arena, file->url, &request)) {
        release_slot(job);
        sg_job_end_for(job, SG_DELIVERY_FAILED, SG_STR("a file lies on another host"));
        return;
    }
    if (job->files == NULL &&
        !sg_scratch_open(job->service->setup.settings->state, &job->files, &err)) {
        end_without_disk(job, &err);
        return;
    }
    file->bytes.in = job->files;
    job->call = (struct sg_call){.system = job->source,
                                 .arena = job->arena,
                                 .request = request,
                                 .timeout_ms = job->source->limits.timeout_ms,
                                 .limit_bytes = file_limit(job),
                                 .into = &file->bytes,
                                 .done = fetched,
                                 .owner = job};
    sg_service_call(job->service, &job->call);
}

void sg_job_go(struct job *job)
{
    job->peer->running++;
    sg_breaker_begin(&job->peer->breaker);
    if (job->is_reread)
        sg_job_ask(job);
    else if (job->is_probe)
        sg_job_probe(job);
    else
        fetch_next_file(job);
}
