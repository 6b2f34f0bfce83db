/* sgbridge top: the live view, anew each second until q. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "cli/answers.h"
#include "cli/moment.h"
#include "cli/screen.h"
#include "journal/view_failed.h"

enum { EVERY_MS = 1000 };

/* Of a terminal that ECMA-48 describes: another screen, no cursor; home, and clear to the end. */
#define ENTER      "\033[?1049h\033[?25l"
#define LEAVE      "\033[?25h\033[?1049l"
#define HOME       "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_REST "\033[J"

static const char *const NAME_AND_N[] = {"name", "#n", NULL};
static const char *const LANES[] = {"#lanes", "#held", "#oldest", NULL};
static const char *const CONTACTS[] = {"name",           "#ok_at",       "#bad_at", "said",
                                       "#breaker_since", "#next_try_at", NULL};
static const char *const TARGETS[] = {"name", "#n", "#oldest", NULL};
static const char *const ALARMS[] = {"name", "system", "#since", "words", NULL};
static const char *const PAUSES[] = {"scope", "name", "who", "#since", "#until", "why", NULL};

/* What is counted from one look to the next. */
struct counters {
    int64_t at_ms, taken_in, delivered;
};

struct top {
    const struct sg_cli *cli;
    const struct sg_settings *settings;
    struct sg_screen screen; /* of this frame; its arena as well */
    struct counters before, now;
    int lines, room; /* of the frame; of the terminal */
};

static volatile sig_atomic_t is_over, is_resized;

static void heed(int signal)
{
    if (signal == SIGWINCH)
        is_resized = 1;
    else
        is_over = 1;
}

/* --- one frame --- */

static void show_line(struct top *top, struct sg_str text)
{
    struct sg_arena *arena = top->screen.arena;

    if (top->lines >= top->room - 1)
        return;
    struct sg_str cut =
        sg_ruler_cut(top->screen.ruler, arena, sg_screen_clean(arena, text), top->screen.width);

    (void)printf("%.*s" CLEAR_LINE "\r\n", SG_STR_ARG(sg_screen_isolate(&top->screen, cut)));
    top->lines++;
}

#define LINE(top, ...) show_line((top), sg_str_format((top)->screen.arena, __VA_ARGS__))

static struct sg_str age(const struct top *top, int64_t since_ms)
{
    return sg_moment_age(top->screen.arena, since_ms == 0 ? 0 : sg_clock_now_ms() - since_ms);
}

static int64_t n_of(const struct sg_node *rows, const char *name)
{
    for (const struct sg_node *row = rows->first; row != NULL; row = row->next) {
        if (sg_str_is(sg_answers_text(row, "name"), name))
            return sg_answers_number(row, "n");
    }
    return 0;
}

static double rate(const struct top *top, int64_t now, int64_t before)
{
    const int64_t span_ms = top->now.at_ms - top->before.at_ms;

    return top->before.at_ms == 0 || span_ms <= 0 ? 0
                                                  : (double)(now - before) * 1000 / (double)span_ms;
}

static void show_head(struct top *top, const struct sg_node *totals, const struct sg_node *open,
                      const struct sg_node *lanes)
{
    top->before = top->now;
    top->now = (struct counters){.at_ms = sg_clock_steady_ms(),
                                 .taken_in = n_of(totals, "taken in"),
                                 .delivered = n_of(totals, "delivered")};
    LINE(top, "%.*s %s  %.*s", SG_STR_ARG(top->settings->name),
         sg_view_is_running(top->settings->state) ? "runs" : "DOES NOT RUN",
         SG_STR_ARG(sg_answers_time(top->cli, top->settings, sg_clock_now_ms())));
    LINE(top, "taken in %.1f/s, delivered %.1f/s",
         rate(top, top->now.taken_in, top->before.taken_in),
         rate(top, top->now.delivered, top->before.delivered));
    LINE(top, "open: pending %lld (held %lld), unknown %lld, failed %lld; oldest %.*s",
         (long long)n_of(open, "pending"), (long long)sg_answers_number(lanes, "held"),
         (long long)n_of(open, "unknown"), (long long)n_of(open, "failed"),
         SG_STR_ARG(age(top, sg_answers_number(lanes, "oldest"))));
    show_line(top, SG_STR(""));
}

static const struct sg_node *row_of(const struct sg_node *rows, struct sg_str name)
{
    const struct sg_node *row = rows->first;

    while (row != NULL && !sg_str_equal(sg_answers_text(row, "name"), name))
        row = row->next;
    return row;
}

static void show_systems(struct top *top, const struct sg_node *contacts,
                         const struct sg_node *targets)
{
    LINE(top, "%-12s %9s %8s %9s  %s", "system", "to it", "oldest", "answered", "breaker");
    for (const struct sg_node *row = contacts->first; row != NULL; row = row->next) {
        const struct sg_node *target = row_of(targets, sg_answers_text(row, "name"));
        const int64_t ok_at = sg_answers_number(row, "ok_at");
        const int64_t since = sg_answers_number(row, "breaker_since");

        LINE(top, "%-12.*s %9lld %8.*s %9.*s  %s%.*s", SG_STR_ARG(sg_answers_text(row, "name")),
             (long long)sg_answers_number(target, "n"),
             SG_STR_ARG(age(top, sg_answers_number(target, "oldest"))),
             SG_STR_ARG(ok_at == 0 ? SG_STR("never") : age(top, ok_at)),
             since == 0 ? "closed" : "OPEN for ",
             SG_STR_ARG(since == 0 ? SG_STR("") : age(top, since)));
        if (sg_answers_number(row, "bad_at") > ok_at)
            LINE(top, "  %.*s", SG_STR_ARG(sg_answers_text(row, "said")));
    }
    show_line(top, SG_STR(""));
}

static void show_failure(const struct sg_view_row *row, void *owner)
{
    struct top *top = owner;

    LINE(top, "last failure, %.*s ago: %.*s %.*s",
         SG_STR_ARG(age(top, sg_view_number(row, SG_FAILED_AT))),
         SG_STR_ARG(sg_view_text(row, SG_FAILED_TICKET)),
         SG_STR_ARG(sg_view_text(row, SG_FAILED_MAPPING)));
    LINE(top, "  %.*s", SG_STR_ARG(sg_view_text(row, SG_FAILED_REASON)));
}

static void show_trouble(struct top *top, const struct sg_node *alarms,
                         const struct sg_node *pauses)
{
    for (const struct sg_node *row = alarms->first; row != NULL; row = row->next)
        LINE(top, "ALARM %.*s %.*s, for %.*s: %.*s", SG_STR_ARG(sg_answers_text(row, "name")),
             SG_STR_ARG(sg_answers_text(row, "system")),
             SG_STR_ARG(age(top, sg_answers_number(row, "since"))),
             SG_STR_ARG(sg_answers_text(row, "words")));
    for (const struct sg_node *row = pauses->first; row != NULL; row = row->next)
        LINE(top, "PAUSED %.*s %.*s by %.*s: %.*s", SG_STR_ARG(sg_answers_text(row, "scope")),
             SG_STR_ARG(sg_answers_text(row, "name")), SG_STR_ARG(sg_answers_text(row, "who")),
             SG_STR_ARG(sg_answers_text(row, "why")));
}

/* False after the terminal is as it was, and it was said what cannot be read. */
static bool show(struct top *top, struct sg_view *view)
{
    static const struct sg_failed_filter any = {0};
    static const struct sg_failed_place newest = {0};
    const struct sg_view_reader reader = {show_failure, top};
    const struct sg_str all = {0};
    struct sg_cli cli = *top->cli;
    struct sg_error err;

    cli.arena = top->screen.arena;
    const struct sg_node *totals = sg_answers_rows(&cli, view, SG_VIEW_TOTALS, all, NAME_AND_N);
    const struct sg_node *open = sg_answers_rows(&cli, view, SG_VIEW_OPEN, all, NAME_AND_N);
    const struct sg_node *lanes = sg_answers_rows(&cli, view, SG_VIEW_LANES, all, LANES);
    const struct sg_node *contacts = sg_answers_rows(&cli, view, SG_VIEW_CONTACTS, all, CONTACTS);
    const struct sg_node *targets = sg_answers_rows(&cli, view, SG_VIEW_TARGETS, all, TARGETS);
    const struct sg_node *alarms = sg_answers_rows(&cli, view, SG_VIEW_ALARMS, all, ALARMS);
    const struct sg_node *pauses = sg_answers_rows(&cli, view, SG_VIEW_PAUSES, all, PAUSES);

    if (totals == NULL || open == NULL || lanes == NULL || contacts == NULL || targets == NULL ||
        alarms == NULL || pauses == NULL)
        return false;
    (void)fputs(HOME, stdout);
    show_head(top, totals, open, lanes->first);
    show_systems(top, contacts, targets);
    show_trouble(top, alarms, pauses);
    if (!sg_view_failed(view, &any, &newest, 1, &reader, &err))
        return false;
    (void)printf(CLEAR_REST "q: the end");
    (void)fflush(stdout);
    return true;
}

/* A frame of its own memory, through a view of its own: the journal's file may be another one. */
static bool draw(struct top *top)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_view *view = NULL;
    struct sg_error err;

    top->screen = sg_screen_of(arena, stdout);
    top->lines = 0;
    top->room = sg_screen_height(stdout);
    if (!sg_view_open(top->settings->journal, top->settings->state, &view, &err)) {
        (void)fprintf(stderr, "%s: %s\n", top->settings->state, err.text);
        return false;
    }
    const bool is_good = show(top, view);

    sg_view_close(view);
    return is_good;
}

/* --- the terminal --- */

/* Whether somebody typed q, within a second or until a resize. */
static bool is_quit(void)
{
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    char key = 0;

    is_resized = 0;
    if (poll(&keys, 1, EVERY_MS) <= 0)
        return false; /* a second went by, or a signal came */
    return read(STDIN_FILENO, &key, 1) <= 0 || key == 'q' || key == 'Q';
}

static bool watch(struct top *top)
{
    bool is_good = true;

    while (!is_over && is_good) {
        is_good = draw(top);
        if (is_good && is_quit())
            break;
    }
    return is_good;
}

static void take_signals(void)
{
    const struct sigaction action = {.sa_handler = heed};

    (void)sigaction(SIGWINCH, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static int run(const struct sg_cli *cli)
{
    struct top top = {.cli = cli, .settings = sg_cli_settings(cli)};
    struct termios before, keys;

    if (top.settings == NULL)
        return SG_EXIT_UNABLE;
    if (isatty(STDOUT_FILENO) == 0 || tcgetattr(STDIN_FILENO, &before) != 0) {
        (void)fputs("sgbridge: top wants a terminal; `sgbridge status` does not\n", stderr);
        return SG_EXIT_UNABLE;
    }
    take_signals();
    keys = before;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &keys);
    (void)fputs(ENTER, stdout);
    const bool is_good = watch(&top);

    (void)fputs(LEAVE, stdout);
    (void)fflush(stdout);
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
    return is_good ? SG_EXIT_OK : SG_EXIT_UNABLE;
}

const struct sg_subcommand SG_SUBCOMMAND_TOP = {
    .name = "top",
    .group = SG_SUBCOMMAND_DAILY,
    .brief = "the live view, until q",
    .about = "What happens now, anew each second: rates, what is open and how old it is, each\n"
             "system with its breaker, alarms, pauses, the last failure. q ends it.",
    .exits = "0 ended; 69 no terminal, or the journal cannot be read",
    .run = run,
};
