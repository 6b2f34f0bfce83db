/* sgbridge replay: sends deliveries again, each once, at a rate that the target bears. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/units.h"
#include "cli/answers.h"
#include "cli/behind.h"
#include "cli/filter.h"
#include "cli/handover.h"
#include "cli/replay.h"
#include "cli/screen.h"

enum {
    FEW = 20, /* of so few each is told what came of it */
    WATCH_MS = 10000,
    WATCH_EVERY_MS = 100,
};

static const char *const DELIVERY[] = {
    "#id",        "state",     "ticket",  "#round",    "mapping",   "target",    "source",
    "record",     "record_id", "version", "#attempts", "#taken_at", "#first_at", "#last_at",
    "#failed_at", "#ended_at", "reason",  "said",      NULL};

struct options {
    struct sg_filter_options filter;
    const char *rate;
    bool all, again, old, events, dry_run;
};

/* --- which --- */

/* The words, or page after page of what a filter finds. */
struct source {
    const struct sg_cli *cli;
    struct sg_view *view;
    struct sg_failed_filter filter;
    struct sg_failed_place after_failed;
    struct sg_unsent_events events;
    const int64_t *ids;
    size_t count, given;
    struct sent {
        int64_t *ids;
        size_t count, room;
    } sent; /* the deliveries that were handed over */
};

static void note_sent(struct source *source, const struct sg_view_page *page)
{
    struct sent *sent = &source->sent;

    if (sent->count + page->count > sent->room) {
        const size_t room = 2 * sent->room + page->count;
        int64_t *grown = sg_arena_get(source->cli->arena, room, sizeof *grown);

        if (sent->count > 0)
            memcpy(grown, sent->ids, sent->count * sizeof *grown);
        sent->ids = grown;
        sent->room = room;
    }
    if (page->count > 0)
        memcpy(sent->ids + sent->count, page->ids, page->count * sizeof *page->ids);
    sent->count += page->count;
}

static bool next_word(void *owner, struct sg_view_page *page)
{
    struct source *source = owner;
    const size_t left = source->count - source->given;

    page->count = left < page->room ? left : page->room;
    if (page->count > 0)
        memcpy(page->ids, source->ids + source->given, page->count * sizeof *page->ids);
    source->given += page->count;
    note_sent(source, page);
    return true;
}

static bool cannot_be_read(const struct sg_error *err)
{
    (void)fprintf(stderr, "sgbridge: the journal cannot be read: %s\n", err->text);
    return false;
}

static bool next_failed(void *owner, struct sg_view_page *page)
{
    struct source *source = owner;
    struct sg_error err;

    if (!sg_view_failed_ids(source->view, &source->filter, &source->after_failed, page, &err))
        return cannot_be_read(&err);
    note_sent(source, page);
    return true;
}

static bool next_event(void *owner, struct sg_view_page *page)
{
    struct source *source = owner;
    struct sg_error err;

    return sg_view_unsent_events(source->view, &source->events, page, &err) || cannot_be_read(&err);
}

static bool open_view(const struct sg_settings *settings, struct source *source)
{
    struct sg_error err;

    if (sg_view_open(settings->journal, settings->state, &source->view, &err))
        return true;
    (void)fprintf(stderr, "%s: %s\n", settings->state, err.text);
    return false;
}

/* What fails anew is not sent again: the filter ends now. */
static int choose_failed(struct sg_handover *handover, struct source *source)
{
    const struct options *options = handover->cli->options;
    const int64_t now_ms = sg_clock_now_ms();
    struct sg_error err;

    if (!sg_filter_read(handover->cli, handover->settings, &options->filter, now_ms,
                        &source->filter))
        return SG_EXIT_USAGE;
    if (source->filter.until == 0 || source->filter.until > now_ms)
        source->filter.until = now_ms;
    if (!open_view(handover->settings, source))
        return SG_EXIT_UNABLE;
    handover->next = next_failed;
    return sg_view_failed_count(source->view, &source->filter, &handover->total, &err) ||
                   cannot_be_read(&err)
               ? SG_EXIT_OK
               : SG_EXIT_UNABLE;
}

/* Older events through a mapping that is newer than they are. */
static int choose_events(struct sg_handover *handover, struct source *source)
{
    const struct options *options = handover->cli->options;
    struct sg_error err;

    if (options->filter.mapping == NULL || options->filter.since == NULL)
        return sg_subcommand_misused(handover->cli,
                                     "--events wants --mapping NAME and --since TIME");
    if (!sg_filter_read(handover->cli, handover->settings, &options->filter, sg_clock_now_ms(),
                        &source->filter))
        return SG_EXIT_USAGE;
    if (!open_view(handover->settings, source))
        return SG_EXIT_UNABLE;
    source->events = (struct sg_unsent_events){.mapping = source->filter.mapping,
                                               .since = source->filter.since,
                                               .until = source->filter.until};
    if (!sg_replay_find_record(handover->cli, handover->settings, &source->events))
        return SG_EXIT_NO;
    handover->command.kind = SG_COMMAND_SEND;
    handover->command.mapping = source->filter.mapping;
    handover->next = next_event;
    return sg_view_unsent_count(source->view, &source->events, &handover->total, &err) ||
                   cannot_be_read(&err)
               ? SG_EXIT_OK
               : SG_EXIT_UNABLE;
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* In their order; one that is typed twice is meant once. */
static size_t sort_out(int64_t *ids, size_t count)
{
    size_t kept = 0;

    qsort(ids, count, sizeof *ids, by_number);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || ids[i] != ids[i - 1])
            ids[kept++] = ids[i];
    }
    return kept;
}

static int choose_words(struct sg_handover *handover, struct source *source)
{
    int64_t *ids;

    if (!sg_submit_read_ids(handover->cli, &ids, &source->count))
        return SG_EXIT_USAGE;
    source->count = sort_out(ids, source->count);
    source->ids = ids;
    handover->next = next_word;
    handover->total = (int64_t)source->count;
    return SG_EXIT_OK;
}

static int choose(struct sg_handover *handover, struct source *source)
{
    const struct sg_cli *cli = handover->cli;
    const struct options *options = cli->options;
    const bool is_filtered = sg_filter_is_given(&options->filter);

    if (cli->word_count > 0 && (is_filtered || options->all || options->events))
        return sg_subcommand_misused(cli, "say which by numbers or by a filter, not by both");
    if (cli->word_count == 0 && !is_filtered && !options->all)
        return sg_subcommand_misused(cli, "say which: numbers as `sgbridge failed` shows them, a "
                                          "filter such as --reason, or --all");
    if (cli->word_count > 0)
        return choose_words(handover, source);
    return options->events ? choose_events(handover, source) : choose_failed(handover, source);
}

/* --- what came of it --- */

struct ends {
    int64_t failed_anew, open;
};

/* What was refused is as it was before, and was told already. */
static void drop_refused(const struct sg_handover *handover, struct sent *sent)
{
    const struct sg_node *whys = handover->submitted.whys;
    int64_t *refused = sg_arena_get(handover->cli->arena, whys->count + 1, sizeof *refused);
    size_t count = 0, kept = 0;

    for (const struct sg_node *why = whys->first; why != NULL; why = why->next)
        refused[count++] = sg_answers_number(why, "delivery");
    qsort(refused, count, sizeof *refused, by_number);
    for (size_t s = 0; s < sent->count; s++) {
        if (bsearch(&sent->ids[s], refused, count, sizeof *refused, by_number) == NULL)
            sent->ids[kept++] = sent->ids[s];
    }
    sent->count = kept;
}

static void print_end(const struct sg_cli *cli, int64_t delivery, const struct sg_node *row)
{
    const struct sg_screen screen = sg_screen_of(cli->arena, stdout);
    struct sg_str reason = sg_answers_text(row, "reason"), said = sg_answers_text(row, "said");
    struct sg_buffer line = {.arena = cli->arena};
    struct sg_str head = sg_str_format(cli->arena, "delivery %lld: ", (long long)delivery);

    sg_buffer_add(&line, sg_answers_text(row, "state"));
    if (reason.length > 0)
        sg_buffer_add_format(&line, ": %.*s", SG_STR_ARG(reason));
    if (said.length > 0)
        sg_buffer_add_format(&line, ": %.*s", SG_STR_ARG(said));
    sg_screen_paragraph(&screen, sg_str_c(cli->arena, head), 2, sg_buffer_text(&line));
}

/* False when it has neither ended nor failed anew, and there is time left to wait for that. */
static bool look_at(const struct sg_handover *handover, const struct source *source,
                    struct sg_view *view, int64_t delivery, bool is_last, struct ends *ends)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new(); /* there may be many looks */
    struct sg_cli cli = *handover->cli;

    cli.arena = arena;
    struct sg_str id = sg_str_format(arena, "%lld", (long long)delivery);
    const struct sg_node *rows = sg_answers_rows(&cli, view, SG_VIEW_DELIVERY, id, DELIVERY);
    const struct sg_node *row = rows == NULL ? NULL : rows->first;

    if (row == NULL)
        return true;
    const bool is_open = sg_str_is(sg_answers_text(row, "state"), "pending");

    if (is_open && !is_last)
        return false;
    if (!cli.is_json && source->sent.count <= FEW)
        print_end(&cli, delivery, row);
    ends->failed_anew += sg_str_is(sg_answers_text(row, "state"), "failed");
    ends->open += is_open;
    return true;
}

/* Each is waited for in turn, all of them for WATCH_MS at most. */
static struct ends watch(const struct sg_handover *handover, const struct source *source)
{
    static const struct timespec pause = {.tv_nsec = WATCH_EVERY_MS * 1000000L};
    const int64_t until_ms = sg_clock_steady_ms() + WATCH_MS;
    struct source watched = {0};
    struct ends ends = {0};

    if (!open_view(handover->settings, &watched))
        return ends;
    for (size_t d = 0; d < source->sent.count;) {
        const bool is_last =
            sg_clock_steady_ms() >= until_ms || !sg_view_is_running(handover->settings->state);

        if (look_at(handover, source, watched.view, source->sent.ids[d], is_last, &ends))
            d++;
        else
            (void)nanosleep(&pause, NULL);
    }
    sg_view_close(watched.view);
    return ends;
}

/* Whether it can be known: of all that was handed over the journal says what came of it. */
static bool is_watched(const struct sg_handover *handover, const struct source *source)
{
    return source->sent.count > 0 && handover->submitted.done > 0 &&
           !handover->submitted.is_queued && !handover->is_interrupted;
}

/* Of those that are too many to be told of one by one. */
static void print_ends(const struct source *source, const struct ends *ends)
{
    if (source->sent.count <= FEW)
        return;
    if (ends->failed_anew > 0)
        (void)printf("%lld failed again: `sgbridge failed` shows them\n",
                     (long long)ends->failed_anew);
    if (ends->open > 0)
        (void)printf("%lld have not ended yet\n", (long long)ends->open);
}

static void print_sent(const struct sg_handover *handover, const struct source *source)
{
    const struct sg_submitted *submitted = &handover->submitted;

    if (handover->is_interrupted)
        (void)printf("interrupted after %lld of %lld: what is left can be asked for again\n",
                     (long long)handover->handed, (long long)handover->total);
    if (submitted->done > 0)
        (void)printf("%lld sent again\n", (long long)submitted->done);
    sg_submitted_print(handover->cli, submitted);
    if (submitted->done > 0 && source->count > 0 && source->count <= FEW &&
        handover->command.spacing_us == 0)
        sg_behind_print(handover->cli, handover->settings, source->ids, source->count, true);
    (void)fflush(stdout);
}

static void print_json(const struct sg_handover *handover, const struct ends *ends)
{
    struct sg_arena *arena = handover->cli->arena;
    struct sg_node *out = sg_submitted_json(handover->cli, &handover->submitted);

    (void)sg_node_add(out, SG_STR("failed_again"), sg_node_number(arena, ends->failed_anew));
    (void)sg_node_add(out, SG_STR("not_ended"), sg_node_number(arena, ends->open));
    sg_answers_print_json(handover->cli, out);
}

/* Gives the exit code. */
static int tell(const struct sg_handover *handover, struct source *source)
{
    const bool is_json = handover->cli->is_json;
    const int exit = sg_submitted_exit(&handover->submitted);
    struct ends ends = {0};

    if (!is_json && handover->handed == 0 && !handover->is_interrupted) {
        (void)puts("there is nothing of that kind to send");
        return SG_EXIT_NO;
    }
    if (!is_json)
        print_sent(handover, source);
    drop_refused(handover, &source->sent);
    if (is_watched(handover, source))
        ends = watch(handover, source);
    if (is_json)
        print_json(handover, &ends);
    else
        print_ends(source, &ends);
    return exit == SG_EXIT_OK && ends.failed_anew > 0 ? SG_EXIT_NO : exit;
}

/* --- the words --- */

static bool read_rate(const struct sg_cli *cli, int64_t *spacing_us)
{
    const struct options *options = cli->options;
    int64_t count, per_ms;

    if (options->rate == NULL)
        return true;
    if (!sg_units_rate(sg_str_of(options->rate), &count, &per_ms)) {
        (void)sg_subcommand_misused(cli, "--rate %s is no rate: 5/s, 600/m", options->rate);
        return false;
    }
    *spacing_us = per_ms * 1000 / count;
    return true;
}

static int send(struct sg_handover *handover, struct source *source)
{
    return sg_hand_over(handover) ? tell(handover, source) : SG_EXIT_UNABLE;
}

static int run(const struct sg_cli *cli)
{
    const struct options *options = cli->options;
    struct source source = {.cli = cli};
    struct sg_handover handover = {
        .cli = cli,
        .owner = &source,
        .command = {.kind = SG_COMMAND_REPLAY, .again = options->again, .old = options->old}};

    if (!read_rate(cli, &handover.command.spacing_us))
        return SG_EXIT_USAGE;
    handover.settings = sg_cli_settings(cli);
    if (handover.settings == NULL)
        return SG_EXIT_UNABLE;
    int exit = choose(&handover, &source);

    if (exit == SG_EXIT_OK)
        exit = options->dry_run ? sg_replay_rehearse(&handover) : send(&handover, &source);
    sg_view_close(source.view);
    return exit;
}

static const struct sg_option OPTIONS[] = {
    SG_FILTER_OPTIONS,
    SG_OPTION_FLAG(struct options, all, "all", "all that has failed"),
    SG_OPTION_FLAG(struct options, dry_run, "dry-run", "show what would be sent, and send nothing"),
    SG_OPTION_VALUE(struct options, rate, "rate", "5/s", "no faster than that"),
    SG_OPTION_FLAG(struct options, again, "again", "also what was delivered, or ended otherwise"),
    SG_OPTION_FLAG(struct options, old, "old", "though something newer was delivered since"),
    SG_OPTION_FLAG(struct options, events, "events", "what never went through --mapping"),
    {.name = NULL},
};

const struct sg_subcommand SG_SUBCOMMAND_REPLAY = {
    .name = "replay",
    .group = SG_SUBCOMMAND_ACTING,
    .brief = "sends what failed again, each once",
    .about = "Sends what failed again, by today's mappings, each once, in its ticket's order.\n"
             "Waits up to 10 s to tell what failed once more, but not so for --events.",
    .words = "[DELIVERY...]",
    .least = 0,
    .most = SG_COMMAND_DELIVERIES_MAX,
    .exits = "0 done; 1 refused, or failed again; 3 queued; 69 not asked",
    .examples = {"replay --reason 'no row for \"77\"' --rate 5/s"},
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
