/* sgbridge replay: sends deliveries again, each once, at a rate that the target bears. */
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/units.h"
#include "cli/answers.h"
#include "cli/behind.h"
#include "cli/screen.h"
#include "cli/submit.h"

enum {
    AHEAD_MS =
        3000, /* at a rate, so much is handed over before its time: an interruption ends soon */
    FEW = 20, /* so few are watched until they have ended */
    WATCH_MS = 10000,
    WATCH_EVERY_MS = 100,
    TELL_EVERY_MS = 10000, /* a line of progress where there is no terminal */
    BAR = 30,
    US_OF_S = 1000000,
};

static const char *const DELIVERY[] = {"state", "reason", "said", NULL};

struct options {
    const char *rate;
    bool again, old;
};

/* A replay under way. */
struct replay {
    const struct sg_cli *cli;
    const struct sg_settings *settings;
    const int64_t *ids;
    size_t count, handed;
    int64_t spacing_us;
    int64_t began_ms, told_ms; /* on the steady clock */
    struct sg_str after;       /* the command before, whose pace the next one goes on with */
    bool has_terminal;
    int64_t failed_anew; /* of those that were watched */
    struct sg_submitted submitted;
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal)
{
    (void)signal;
    is_interrupted = 1;
}

/* --- progress --- */

static int64_t planned_ms(const struct replay *replay, size_t handed)
{
    return (int64_t)handed * replay->spacing_us / 1000;
}

static void print_bar(const struct replay *replay)
{
    const int64_t left_ms = planned_ms(replay, replay->count - replay->handed);
    struct sg_str end = sg_answers_time(replay->cli, replay->settings, sg_clock_now_ms() + left_ms);
    const size_t full = BAR * replay->handed / replay->count;

    (void)printf("\r[%.*s%*s] %zu of %zu, to %.*s ", (int)full, "##############################",
                 (int)(BAR - full), "", replay->handed, replay->count, SG_STR_ARG(end));
    (void)fflush(stdout);
}

static void tell(struct replay *replay)
{
    const int64_t now_ms = sg_clock_steady_ms();

    if (replay->cli->is_json || replay->spacing_us == 0)
        return;
    if (replay->has_terminal) {
        print_bar(replay);
    } else if (now_ms >= replay->told_ms + TELL_EVERY_MS) {
        replay->told_ms = now_ms;
        (void)printf("%zu of %zu\n", replay->handed, replay->count);
        (void)fflush(stdout);
    }
}

/* Until what is handed over is no farther ahead of its time than it may be. */
static void keep_pace(struct replay *replay)
{
    static const struct timespec pause = {.tv_nsec = WATCH_EVERY_MS * 1000000L};
    const int64_t until_ms = replay->began_ms + planned_ms(replay, replay->handed) - AHEAD_MS;

    tell(replay);
    while (!is_interrupted && replay->submitted.is_running && sg_clock_steady_ms() < until_ms) {
        (void)nanosleep(&pause, NULL);
        tell(replay);
    }
}

/* --- handing over --- */

/* At a rate: what is due within a second. */
static size_t next_count(const struct replay *replay)
{
    size_t most = SG_COMMAND_DELIVERIES_MAX;
    const size_t left = replay->count - replay->handed;

    if (replay->spacing_us > 0 && US_OF_S / replay->spacing_us < (int64_t)most)
        most = US_OF_S / replay->spacing_us > 0 ? (size_t)(US_OF_S / replay->spacing_us) : 1;
    return left < most ? left : most;
}

static bool hand_over(struct replay *replay)
{
    const struct options *options = replay->cli->options;
    struct sg_command command = {.kind = SG_COMMAND_REPLAY,
                                 .deliveries = replay->ids + replay->handed,
                                 .count = next_count(replay),
                                 .again = options->again,
                                 .old = options->old,
                                 .spacing_us = replay->spacing_us,
                                 .after = replay->after};

    if (!sg_submit_and_await(replay->cli, replay->settings, &command, &replay->submitted))
        return false;
    replay->after = command.id;
    replay->handed += command.count;
    return true;
}

static bool hand_all_over(struct replay *replay)
{
    const struct sigaction on_interrupt = {.sa_handler = interrupt};

    (void)sigaction(SIGINT, &on_interrupt, NULL);
    replay->began_ms = replay->told_ms = sg_clock_steady_ms();
    while (replay->handed < replay->count && !is_interrupted) {
        if (!hand_over(replay))
            return false;
        keep_pace(replay);
    }
    if (replay->has_terminal && replay->spacing_us > 0 && !replay->cli->is_json)
        (void)putchar('\n');
    return true;
}

/* --- what came of a few --- */

static void print_end(const struct replay *replay, int64_t delivery, const struct sg_node *row)
{
    const struct sg_screen screen = sg_screen_of(replay->cli->arena, stdout);
    struct sg_str reason = sg_answers_text(row, "reason"), said = sg_answers_text(row, "said");
    struct sg_str state = sg_answers_text(row, "state");
    struct sg_buffer line = {.arena = replay->cli->arena};

    sg_buffer_add_format(&line, "%.*s%s%.*s%s%.*s", SG_STR_ARG(state),
                         reason.length > 0 ? ": " : "", SG_STR_ARG(reason),
                         said.length > 0 ? ": " : "", SG_STR_ARG(said));
    sg_screen_paragraph(
        &screen,
        sg_str_c(replay->cli->arena,
                 sg_str_format(replay->cli->arena, "delivery %lld: ", (long long)delivery)),
        2, sg_buffer_text(&line));
}

/* True when it has ended, or failed anew, which is counted. */
static bool look_at(struct replay *replay, struct sg_view *view, int64_t delivery, bool is_last)
{
    struct sg_str id = sg_str_format(replay->cli->arena, "%lld", (long long)delivery);
    const struct sg_node *rows = sg_answers_rows(replay->cli, view, SG_VIEW_DELIVERY, id, DELIVERY);
    const struct sg_node *row = rows == NULL ? NULL : rows->first;

    if (row == NULL)
        return true;
    if (!is_last && sg_str_is(sg_answers_text(row, "state"), "pending"))
        return false;
    print_end(replay, delivery, row);
    replay->failed_anew += sg_str_is(sg_answers_text(row, "state"), "failed");
    return true;
}

/* Each is waited for in turn, all of them for WATCH_MS at most. */
static void watch(struct replay *replay)
{
    static const struct timespec pause = {.tv_nsec = WATCH_EVERY_MS * 1000000L};
    const int64_t until_ms = sg_clock_steady_ms() + WATCH_MS;
    struct sg_view *view = NULL;
    struct sg_error err;

    if (!sg_view_open(replay->settings->journal, replay->settings->state, &view, &err))
        return; /* that it was handed over has been said */
    for (size_t d = 0; d < replay->count && !is_interrupted;) {
        if (look_at(replay, view, replay->ids[d], sg_clock_steady_ms() >= until_ms))
            d++;
        else
            (void)nanosleep(&pause, NULL);
    }
    sg_view_close(view);
}

static void print(struct replay *replay)
{
    const struct sg_submitted *submitted = &replay->submitted;

    if (is_interrupted)
        (void)printf("interrupted after %zu of %zu: what is left can be asked for again\n",
                     replay->handed, replay->count);
    if (submitted->done > 0)
        (void)printf("%lld sent again\n", (long long)submitted->done);
    sg_submitted_print(replay->cli, submitted);
    if (submitted->done > 0 && replay->count <= FEW && replay->spacing_us == 0) {
        sg_behind_print(replay->cli, replay->settings, replay->ids, replay->count);
        watch(replay);
    }
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

static int run(const struct sg_cli *cli)
{
    struct replay replay = {.cli = cli, .has_terminal = isatty(STDOUT_FILENO) != 0};
    int64_t *ids;

    if (!read_rate(cli, &replay.spacing_us) || !sg_submit_read_ids(cli, &ids, &replay.count))
        return SG_EXIT_USAGE;
    replay.ids = ids;
    replay.settings = sg_cli_settings(cli);
    if (replay.settings == NULL)
        return SG_EXIT_UNABLE;
    sg_submitted_begin(cli, replay.settings, &replay.submitted);
    if (!hand_all_over(&replay))
        return SG_EXIT_UNABLE;
    if (cli->is_json)
        sg_answers_print_json(cli, sg_submitted_json(cli, &replay.submitted));
    else
        print(&replay);
    const int exit = sg_submitted_exit(&replay.submitted);

    return exit == SG_EXIT_OK && replay.failed_anew > 0 ? SG_EXIT_NO : exit;
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct options, rate, "rate", "5/s", "no faster than that"),
    SG_OPTION_FLAG(struct options, again, "again", "also what was delivered, or ended otherwise"),
    SG_OPTION_FLAG(struct options, old, "old", "though something newer was delivered since"),
    {.name = NULL},
};

const struct sg_subcommand SG_SUBCOMMAND_REPLAY = {
    .name = "replay",
    .group = SG_SUBCOMMAND_ACTING,
    .brief = "sends what failed again, each once",
    .about = "Sends deliveries again, through today's mappings; each keeps its place in its\n"
             "ticket's order. What was asked for twice, or interrupted, is done once.",
    .words = "DELIVERY...",
    .least = 1,
    .most = SG_COMMAND_DELIVERIES_MAX,
    .exits = "0 done; 1 refused, or failed again; 3 queued; 69 it could not be asked",
    .examples = {"replay 17"},
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
