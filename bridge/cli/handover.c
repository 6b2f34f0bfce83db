#include "cli/handover.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "cli/answers.h"

enum {
    AHEAD_MS = 3000,
    LOOK_EVERY_MS = 100,
    TELL_EVERY_MS = 10000, /* where there is no terminal */
    BAR = 30,
    US_OF_MS = 1000,
    US_OF_S = 1000000,
};

/* How it goes, on the steady clock. */
struct progress {
    struct sg_handover *of;
    int64_t began_ms, told_ms;
    bool has_terminal;
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal)
{
    (void)signal;
    is_interrupted = 1;
}

static int64_t planned_ms(const struct sg_handover *handover, int64_t count)
{
    return count * handover->command.spacing_us / US_OF_MS;
}

static void print_bar(const struct sg_handover *handover)
{
    static const char full[] = "##############################";
    const int64_t total = handover->total > handover->handed ? handover->total : handover->handed;
    const int64_t left_ms = planned_ms(handover, total - handover->handed);
    struct sg_str end =
        sg_answers_time(handover->cli, handover->settings, sg_clock_now_ms() + left_ms);
    const int filled = total == 0 ? BAR : (int)(BAR * handover->handed / total);

    (void)printf("\r[%.*s%*s] %lld of %lld, to %.*s ", filled, full, BAR - filled, "",
                 (long long)handover->handed, (long long)total,
                 (int)(end.length < 19 ? end.length : 19), end.at); /* the date people read */
    (void)fflush(stdout);
}

static void tell(struct progress *progress)
{
    const struct sg_handover *handover = progress->of;
    const int64_t now_ms = sg_clock_steady_ms();

    if (handover->cli->is_json || handover->command.spacing_us == 0)
        return;
    if (progress->has_terminal) {
        print_bar(handover);
    } else if (now_ms >= progress->told_ms + TELL_EVERY_MS) {
        progress->told_ms = now_ms;
        (void)printf("%lld of %lld\n", (long long)handover->handed, (long long)handover->total);
        (void)fflush(stdout);
    }
}

/* Until what is handed over is no farther ahead of its time than it may be. */
static void keep_pace(struct progress *progress)
{
    static const struct timespec pause = {.tv_nsec = LOOK_EVERY_MS * 1000000L};
    const struct sg_handover *handover = progress->of;
    const int64_t until_ms = progress->began_ms + planned_ms(handover, handover->handed) - AHEAD_MS;

    tell(progress);
    while (!is_interrupted && handover->submitted.is_running && sg_clock_steady_ms() < until_ms) {
        (void)nanosleep(&pause, NULL);
        tell(progress);
    }
}

/* At a rate: what is due within a second. */
static size_t room_of(const struct sg_handover *handover)
{
    const int64_t spacing_us = handover->command.spacing_us;

    if (spacing_us == 0 || US_OF_S / spacing_us >= SG_COMMAND_DELIVERIES_MAX)
        return SG_COMMAND_DELIVERIES_MAX;
    return US_OF_S / spacing_us > 0 ? (size_t)(US_OF_S / spacing_us) : 1;
}

/* One command; `*is_over` when there was nothing left. */
static bool hand_some_over(struct sg_handover *handover, bool *is_over)
{
    int64_t ids[SG_COMMAND_DELIVERIES_MAX];
    struct sg_view_page page = {.ids = ids, .room = room_of(handover)};
    struct sg_command command = handover->command;

    if (!handover->next(handover->owner, &page))
        return false;
    *is_over = page.count == 0;
    if (*is_over)
        return true;
    command.deliveries = ids;
    command.count = page.count;
    if (!sg_submit_and_await(handover->cli, handover->settings, &command, &handover->submitted))
        return false;
    handover->command.after = command.id;
    handover->handed += (int64_t)command.count;
    return true;
}

bool sg_hand_over(struct sg_handover *handover)
{
    const struct sigaction on_interrupt = {.sa_handler = interrupt};
    struct sigaction before;
    struct progress progress = {.of = handover,
                                .began_ms = sg_clock_steady_ms(),
                                .told_ms = sg_clock_steady_ms(),
                                .has_terminal = isatty(STDOUT_FILENO) != 0};
    bool is_over = false;

    sg_submitted_begin(handover->cli, handover->settings, &handover->submitted);
    (void)sigaction(SIGINT, &on_interrupt, &before);
    while (!is_over && !is_interrupted) {
        if (!hand_some_over(handover, &is_over))
            return false;
        if (!is_over)
            keep_pace(&progress);
    }
    if (progress.has_terminal && handover->command.spacing_us > 0 && !handover->cli->is_json)
        (void)putchar('\n');
    (void)sigaction(SIGINT, &before, NULL);
    handover->is_interrupted = is_interrupted != 0;
    return true;
}
