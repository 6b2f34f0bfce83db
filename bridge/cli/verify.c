#include "cli/verify.h"

#include <time.h>

#include "base/clock.h"
#include "base/units.h"
#include "cli/verify_shown.h"
#include "journal/view_records.h"
#include "service/prepare.h"

enum { SAMPLE = 40, SAMPLE_MAX = 10000, LOOK_EVERY_MS = 500, USUAL_GRACE_MS = 30000 };

bool sg_verify_is_given(const struct sg_verify_options *options)
{
    return options->is_wanted || options->sample != NULL || options->ticket != NULL;
}

/* --- what is to be asked for --- */

/* One ticket, while its records are gathered. */
struct gathering {
    struct sg_verify *verify;
    struct sg_str ticket;
    struct sg_verified *first; /* of this ticket; NULL: none yet */
    bool is_known;
};

static struct sg_verified *find(const struct gathering *gathering, const struct sg_record *record,
                                struct sg_str id)
{
    struct sg_verified *one = gathering->first;

    while (one != NULL && (one->record != record || !sg_str_equal(one->id, id)))
        one = one->next;
    return one;
}

static struct sg_verified *add(struct gathering *gathering, const struct sg_system *system,
                               const struct sg_record *record, struct sg_str id)
{
    struct sg_verify *verify = gathering->verify;
    struct sg_verified *one = find(gathering, record, id);

    if (one != NULL)
        return one;
    one = sg_arena_get(verify->cli->arena, 1, sizeof *one);
    *one = (struct sg_verified){.system = system,
                                .record = record,
                                .id = sg_str_copy(verify->cli->arena, id),
                                .ticket = gathering->ticket};
    *verify->end = one;
    verify->end = &one->next;
    if (gathering->first == NULL)
        gathering->first = one;
    return one;
}

/* A record that an event is kept of: system, record, record id. */
static void add_captured(const struct sg_view_row *row, void *owner)
{
    struct gathering *gathering = owner;
    const struct sg_system *system =
        sg_catalog_system(gathering->verify->catalog, sg_view_text(row, 0));
    const struct sg_record *record =
        system == NULL ? NULL : sg_system_record(system, sg_view_text(row, 1));

    gathering->is_known = true;
    if (record != NULL && record->read != NULL)
        (void)add(gathering, system, record, sg_view_text(row, 2));
}

/* What a link ties to the ticket: round, system, id, since. */
static void add_linked(const struct sg_view_row *row, void *owner)
{
    struct gathering *gathering = owner;
    const struct sg_system *system =
        sg_catalog_system(gathering->verify->catalog, sg_view_text(row, 1));

    gathering->is_known = true;
    for (size_t r = 0; system != NULL && r < system->record_count; r++) {
        const struct sg_record *record = &system->records[r];

        if (record->read != NULL && record->is_named_by_key && record->view.is_key_linked)
            add(gathering, system, record, sg_view_text(row, 2))->round = sg_view_number(row, 0);
    }
}

static bool has_head(struct sg_verify *verify, struct sg_verified *one, struct sg_error *err)
{
    one->head = (struct sg_view_head){
        .system = one->system->name, .record = one->record->name, .record_id = one->id};
    return sg_view_head(verify->view, verify->cli->arena, &one->head, err);
}

/* The ticket itself, where its events are not kept any more; it must have been captured once. */
static bool add_ticket_of(struct gathering *gathering, const struct sg_system *system,
                          struct sg_error *err)
{
    for (size_t r = 0; r < system->record_count; r++) {
        const struct sg_record *record = &system->records[r];
        struct sg_verified one = {.system = system, .record = record, .id = gathering->ticket};

        if (record->read == NULL || !record->is_named_by_key || record->view.is_key_linked)
            continue;
        if (!has_head(gathering->verify, &one, err))
            return false;
        if (!one.head.is_there)
            continue;
        gathering->is_known = true;
        (void)add(gathering, system, record, one.id);
    }
    return true;
}

/* False when the journal cannot be read. */
static bool gather(struct sg_verify *verify, struct sg_str ticket, bool *is_known,
                   struct sg_error *err)
{
    struct gathering gathering = {.verify = verify, .ticket = ticket};
    size_t count = 0;
    const struct sg_system *const *systems = sg_catalog_systems(verify->catalog, &count);
    bool is_good = sg_view_records(verify->view, ticket,
                                   &(struct sg_view_reader){add_captured, &gathering}, err) &&
                   sg_view_ask(verify->view, SG_VIEW_LINKS, ticket, add_linked, &gathering, err);

    for (size_t s = 0; is_good && s < count; s++)
        is_good = add_ticket_of(&gathering, systems[s], err);
    *is_known = gathering.is_known;
    verify->tickets += gathering.is_known;
    return is_good;
}

/* --- which tickets --- */

/* Tickets by the age of their last event, of which `wanted` are taken. */
struct sampling {
    struct sg_arena *arena;
    int64_t wanted, total;
    int64_t seen, taken;
    struct sg_str *tickets;
};

int64_t sg_verify_rank(int64_t total, int64_t wanted, int64_t i)
{
    const int64_t last = wanted - 1;

    return last == 0 ? i : i + (total - wanted) * i * i / (last * last);
}

static void take_sample(const struct sg_view_row *row, void *owner)
{
    struct sampling *sampling = owner;

    if (sampling->taken < sampling->wanted &&
        sampling->seen == sg_verify_rank(sampling->total, sampling->wanted, sampling->taken))
        sampling->tickets[sampling->taken++] = sg_str_copy(sampling->arena, sg_view_text(row, 0));
    sampling->seen++;
}

static bool gather_sample(struct sg_verify *verify, int64_t wanted, struct sg_error *err)
{
    struct sampling sampling = {.arena = verify->cli->arena};

    if (!sg_view_ticket_count(verify->view, &sampling.total, err))
        return false;
    sampling.wanted = wanted < sampling.total ? wanted : sampling.total;
    sampling.tickets =
        sg_arena_get(sampling.arena, (size_t)sampling.wanted + 1, sizeof *sampling.tickets);
    verify->all_tickets = sampling.total;
    if (!sg_view_tickets(verify->view, &(struct sg_view_reader){take_sample, &sampling}, err))
        return false;
    for (int64_t t = 0; t < sampling.taken; t++) {
        bool is_known;

        if (!gather(verify, sampling.tickets[t], &is_known, err))
            return false;
    }
    return true;
}

/* --- asking --- */

/* By value where both are times or both numbers; else whatever is not the same. */
static bool is_newer(const struct sg_verified *one)
{
    if (!one->head.is_there)
        return false;
    if (one->kind != SG_VERSION_OPAQUE && one->kind == one->head.version_kind)
        return one->value > one->head.version_value;
    return !sg_str_equal(one->version, one->head.version);
}

static bool judge(struct sg_verify *verify, const struct sg_read *read, struct sg_verified *one,
                  struct sg_error *err)
{
    struct sg_arena *arena = verify->cli->arena;

    if (read->end == SG_READ_NONE)
        one->finding = SG_VERIFIED_NOT_KNOWN;
    if (read->end != SG_READ_FOUND)
        return true;
    if (one->round > 0)
        one->expected =
            sg_prepare_reference(arena, verify->settings->name, one->ticket, one->round);
    if (one->round > 0 && read->reference.length > 0 &&
        !sg_str_equal(read->reference, one->expected)) {
        one->finding = SG_VERIFIED_ANOTHERS;
        one->reference = sg_str_copy(arena, read->reference);
        return true;
    }
    one->version = sg_str_copy(arena, read->event.version);
    one->kind = read->event.version_kind;
    one->value = read->event.version_value;
    if (!has_head(verify, one, err))
        return false;
    if (is_newer(one))
        one->finding = SG_VERIFIED_NEWER;
    return true;
}

static bool ask_all(struct sg_verify *verify, struct sg_error *err)
{
    for (struct sg_verified *one = verify->first; one != NULL; one = one->next) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_reading reading = {{.system = one->system,
                                            .record = one->record,
                                            .max_bytes = (size_t)one->system->limits.answer_bytes},
                                           one->id,
                                           sg_clock_now_ms()};
        struct sg_read read;

        sg_asker_read(verify->asker, &reading, arena, &read);
        if (!judge(verify, &read, one, err))
            return false;
    }
    return true;
}

/* --- what is newer, and may be on its way --- */

static int64_t grace_of(const struct sg_verified *one)
{
    return one->record->poll != NULL ? 2 * one->record->poll->every_ms : USUAL_GRACE_MS;
}

/* A version that cannot be compared has come when the head is another than it was. */
static bool look_again(struct sg_verify *verify, struct sg_verified *one, struct sg_error *err)
{
    const struct sg_str before = one->head.version;

    if (!has_head(verify, one, err))
        return false;
    if (!is_newer(one) ||
        (one->kind == SG_VERSION_OPAQUE && !sg_str_equal(one->head.version, before)))
        one->finding = SG_VERIFIED_FINE;
    return true;
}

/* Looks at all of them; `*grace_ms` is how long the slowest of those that are left may take. */
static bool look_at_newer(struct sg_verify *verify, int64_t *grace_ms, struct sg_error *err)
{
    *grace_ms = 0;
    for (struct sg_verified *one = verify->first; one != NULL; one = one->next) {
        if (one->finding != SG_VERIFIED_NEWER)
            continue;
        if (!look_again(verify, one, err))
            return false;
        if (one->finding == SG_VERIFIED_NEWER && grace_of(one) > *grace_ms)
            *grace_ms = grace_of(one);
    }
    return true;
}

/* Where no daemon runs nothing is on its way. */
static bool await_newer(struct sg_verify *verify, struct sg_error *err)
{
    static const struct timespec pause = {.tv_nsec = LOOK_EVERY_MS * 1000000L};
    const int64_t begin_ms = sg_clock_steady_ms();
    int64_t grace_ms = 0;

    verify->is_running = sg_view_is_running(verify->settings->state);
    if (!look_at_newer(verify, &grace_ms, err))
        return false;
    if (grace_ms > 0 && verify->is_running && !verify->cli->is_json)
        (void)fprintf(stderr,
                      "sgbridge: something is newer: waiting whether it is on its way, "
                      "at most %lld s\n",
                      (long long)grace_ms / 1000);
    while (grace_ms > 0 && verify->is_running && sg_clock_steady_ms() - begin_ms < grace_ms) {
        (void)nanosleep(&pause, NULL);
        if (!look_at_newer(verify, &grace_ms, err))
            return false;
        verify->is_running = sg_view_is_running(verify->settings->state);
    }
    return true;
}

/* --- all of it --- */

/* Of a system that people hold back nothing is asked: scope, name, who, since, until, why. */
static void leave_paused(const struct sg_view_row *row, void *owner)
{
    struct sg_verify *verify = owner;
    const int64_t until = sg_view_number(row, 4);

    if (sg_str_is(sg_view_text(row, 0), "system") && (until == 0 || until > sg_clock_now_ms()))
        sg_asker_leave(verify->asker, sg_view_text(row, 1), SG_STR("it is paused"));
}

static int verify_all(struct sg_verify *verify, const struct sg_verify_options *options,
                      int64_t sample)
{
    bool is_known = true;
    struct sg_error err;
    const bool is_good =
        sg_view_ask(verify->view, SG_VIEW_PAUSES, SG_STR(""), leave_paused, verify, &err) &&
        (options->ticket != NULL ? gather(verify, sg_str_of(options->ticket), &is_known, &err)
                                 : gather_sample(verify, sample, &err)) &&
        ask_all(verify, &err) && await_newer(verify, &err);

    if (!is_good)
        return sg_answers_unreadable(&err);
    if (!is_known)
        return sg_answers_no_ticket(verify->cli, options->ticket);
    return sg_verify_show(verify);
}

static int open_and_verify(struct sg_verify *verify, const struct sg_verify_options *options,
                           int64_t sample)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();

    verify->catalog = sg_catalog_load(verify->settings->mappings,
                                      &(struct sg_secrets){.is_read = true}, false, findings);
    if (verify->catalog == NULL) {
        sg_findings_print(findings, stderr);
        return SG_EXIT_UNABLE;
    }
    verify->asker = sg_asker_new(verify->catalog);
    const int code = verify_all(verify, options, sample);

    sg_asker_free(verify->asker);
    sg_catalog_free(verify->catalog);
    return code;
}

/* False after saying what is wrong with the words. */
static bool read_words(const struct sg_cli *cli, const struct sg_verify_options *options,
                       int64_t *sample)
{
    *sample = SAMPLE;
    if (!options->is_wanted)
        (void)sg_subcommand_misused(cli, "--sample and --ticket go with --verify");
    else if (options->sample != NULL && options->ticket != NULL)
        (void)sg_subcommand_misused(cli, "say one of --sample N and --ticket KEY");
    else if (options->sample != NULL && (!sg_units_integer(sg_str_of(options->sample), sample) ||
                                         *sample < 1 || *sample > SAMPLE_MAX))
        (void)sg_subcommand_misused(cli, "--sample is a number of tickets, 1 to %d, not %s",
                                    SAMPLE_MAX, options->sample);
    else
        return true;
    return false;
}

int sg_verify(const struct sg_cli *cli, const struct sg_verify_options *options)
{
    struct sg_verify verify = {.cli = cli};
    int64_t sample;

    if (!read_words(cli, options, &sample))
        return SG_EXIT_USAGE;
    verify.end = &verify.first;
    verify.view = sg_answers_open(cli, &verify.settings);
    if (verify.view == NULL)
        return SG_EXIT_UNABLE;
    const int code = open_and_verify(&verify, options, sample);

    sg_view_close(verify.view);
    return code;
}
