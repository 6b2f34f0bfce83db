#include "cli/submit.h"

#include <pwd.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/units.h"
#include "cli/answers.h"
#include "cli/screen.h"
#include "journal/spool.h"

enum { AWAIT_MS = 10000, LOOK_EVERY_MS = 50, SHOWN_MAX = 10, INDENT = 2 };

static const char *const ENTRY[] = {"#done", "#refused", "said", "#at", NULL};
static const char *const WHYS[] = {"#delivery", "why", NULL};

void sg_submitted_begin(const struct sg_cli *cli, const struct sg_settings *settings,
                        struct sg_submitted *out)
{
    *out = (struct sg_submitted){.whys = sg_node_new(cli->arena, SG_NODE_LIST),
                                 .is_running = sg_view_is_running(settings->state)};
}

struct sg_str sg_submit_who(struct sg_arena *arena)
{
    const struct passwd *user = getpwuid(geteuid());
    const char *behind = geteuid() == 0 ? getenv("SUDO_USER") : NULL;

    if (behind != NULL && behind[0] != '\0')
        return sg_str_of(behind);
    if (user != NULL)
        return sg_str_copy(arena, sg_str_of(user->pw_name));
    return sg_str_format(arena, "user %ld", (long)geteuid());
}

bool sg_submit(const struct sg_cli *cli, const struct sg_settings *settings,
               struct sg_command *command)
{
    struct sg_error err;

    command->who = sg_submit_who(cli->arena);
    command->at = sg_clock_now_ms();
    if (sg_spool_write(cli->arena, settings->state, command, &err))
        return true;
    (void)fprintf(stderr, "%s: %s; who types this must be root or the bridge's user\n",
                  err.at.file != NULL ? err.at.file : settings->state, err.text);
    return false;
}

/* --- what came of it --- */

static bool add_whys(const struct sg_cli *cli, struct sg_view *view, struct sg_str id,
                     struct sg_submitted *out)
{
    struct sg_node *whys = sg_answers_rows(cli, view, SG_VIEW_REFUSED, id, WHYS);

    if (whys == NULL)
        return false;
    for (struct sg_node *why = whys->first, *next; why != NULL; why = next) {
        next = why->next;
        why->next = NULL;
        (void)sg_node_append(out->whys, why);
    }
    return true;
}

/* One look into the journal, through a view of its own: the file may be another one each time. */
static bool look(const struct sg_cli *cli, const struct sg_settings *settings, struct sg_str id,
                 struct sg_submitted *out, bool *is_there)
{
    struct sg_view *view = NULL;
    struct sg_error err;

    *is_there = false;
    if (!sg_view_open(settings->journal, settings->state, &view, &err)) {
        (void)fprintf(stderr, "%s: %s\n", settings->state, err.text);
        return false;
    }
    const struct sg_node *rows = sg_answers_rows(cli, view, SG_VIEW_COMMAND, id, ENTRY);
    const struct sg_node *entry = rows == NULL ? NULL : rows->first;
    bool is_good = rows != NULL;

    *is_there = entry != NULL;
    if (*is_there) {
        out->done += sg_answers_number(entry, "done");
        out->refused += sg_answers_number(entry, "refused");
        if (sg_answers_text(entry, "said").length > 0)
            out->said = sg_answers_text(entry, "said");
        is_good = sg_answers_number(entry, "refused") == 0 || add_whys(cli, view, id, out);
    }
    sg_view_close(view);
    return is_good;
}

bool sg_submit_await(const struct sg_cli *cli, const struct sg_settings *settings,
                     const struct sg_command *command, struct sg_submitted *out)
{
    static const struct timespec pause = {.tv_nsec = LOOK_EVERY_MS * 1000000L};
    const int64_t until_ms = sg_clock_steady_ms() + AWAIT_MS;
    bool is_there = false;

    while (out->is_running && !is_there && sg_clock_steady_ms() < until_ms) {
        (void)nanosleep(&pause, NULL);
        if (!look(cli, settings, command->id, out, &is_there))
            return false;
        out->is_running = sg_view_is_running(settings->state);
    }
    out->is_queued |= !is_there;
    return true;
}

bool sg_submit_and_await(const struct sg_cli *cli, const struct sg_settings *settings,
                         struct sg_command *command, struct sg_submitted *out)
{
    return sg_submit(cli, settings, command) && sg_submit_await(cli, settings, command, out);
}

/* --- telling --- */

/* One sentence, or the lines of a check. */
static void print_said(struct sg_str said)
{
    const bool is_ended = said.at[said.length - 1] == '\n';

    (void)printf("%.*s%s", SG_STR_ARG(said), is_ended ? "" : "\n");
}

void sg_submitted_print(const struct sg_cli *cli, const struct sg_submitted *submitted)
{
    const struct sg_screen screen = sg_screen_of(cli->arena, stdout);
    int shown = 0;

    for (const struct sg_node *why = submitted->whys->first; why != NULL && shown < SHOWN_MAX;
         why = why->next, shown++) {
        struct sg_str head = sg_str_format(
            cli->arena, "delivery %.*s: ", SG_STR_ARG(sg_answers_text(why, "delivery")));
        sg_screen_paragraph(&screen, sg_str_c(cli->arena, head), INDENT,
                            sg_answers_text(why, "why"));
    }
    if (submitted->whys->count > SHOWN_MAX)
        (void)printf("and %zu more were refused; --json shows all\n",
                     submitted->whys->count - SHOWN_MAX);
    if (submitted->said.length > 0)
        print_said(submitted->said);
    if (submitted->is_queued)
        (void)puts(submitted->is_running
                       ? "queued: the daemon has not come to it yet"
                       : "queued: the daemon is not running; it does this when it starts");
}

struct sg_node *sg_submitted_json(const struct sg_cli *cli, const struct sg_submitted *submitted)
{
    struct sg_node *out = sg_node_new(cli->arena, SG_NODE_OBJECT);

    (void)sg_node_add(out, SG_STR("done"), sg_node_number(cli->arena, submitted->done));
    (void)sg_node_add(out, SG_STR("refused"), submitted->whys);
    (void)sg_node_add(out, SG_STR("queued"), sg_node_boolean(cli->arena, submitted->is_queued));
    (void)sg_node_add(out, SG_STR("said"), sg_node_text(cli->arena, submitted->said));
    return out;
}

int sg_submitted_exit(const struct sg_submitted *submitted)
{
    if (submitted->refused > 0)
        return SG_EXIT_NO;
    return submitted->is_queued ? SG_EXIT_QUEUED : SG_EXIT_OK;
}

bool sg_submit_read_ids(const struct sg_cli *cli, int64_t **ids, size_t *count)
{
    *ids = sg_arena_get(cli->arena, cli->word_count, sizeof **ids);
    *count = cli->word_count;
    for (size_t w = 0; w < cli->word_count; w++) {
        if (sg_units_integer(sg_str_of(cli->words[w]), &(*ids)[w]) && (*ids)[w] > 0)
            continue;
        (void)sg_subcommand_misused(cli,
                                    "%s is no delivery: they are numbers, as `sgbridge failed` "
                                    "shows them",
                                    cli->words[w]);
        return false;
    }
    return true;
}
