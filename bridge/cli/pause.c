/* sgbridge pause, resume: people hold deliveries back, and let them go. */
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/units.h"
#include "cli/answers.h"
#include "cli/moment.h"
#include "cli/screen.h"
#include "cli/submit.h"
#include "cli/typed.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, INDENT = 2 };

struct options {
    const char *until, *why;
};

/* `system NAME`, `mapping NAME`, `ticket KEY`, `direction FROM TO`; false after saying what is wrong. */
static bool read_scope(const struct sg_cli *cli, struct sg_command *command)
{
    int scope = SG_PAUSE_SYSTEM;

    while (scope < SG_PAUSE_SCOPES &&
           strcmp(cli->words[0], sg_pause_scope_name((enum sg_pause_scope)scope)) != 0)
        scope++;
    command->scope = (enum sg_pause_scope)scope;
    if (scope == SG_PAUSE_SCOPES) {
        (void)sg_subcommand_misused(
            cli, "%s can not be paused: a system, a mapping, a ticket or a direction can",
            cli->words[0]);
        return false;
    }
    const bool is_direction = scope == SG_PAUSE_DIRECTION;

    if (cli->word_count != (is_direction ? 3 : 2)) {
        (void)sg_subcommand_misused(cli, "%s wants %s after it", cli->words[0],
                                    is_direction ? "two systems, FROM and TO" : "one name");
        return false;
    }
    command->name = sg_str_of(cli->words[1]);
    if (is_direction)
        command->name = sg_str_format(cli->arena, "%s>%s", cli->words[1], cli->words[2]);
    return true;
}

/* A time to come: `06:00` is the next one, `2h` is in two hours. */
static bool read_until(const struct sg_cli *cli, const struct sg_settings *settings,
                       const char *word, int64_t *until)
{
    const int64_t now_ms = sg_clock_now_ms();
    struct sg_error err;
    int64_t span_ms;

    if (sg_units_duration_ms(sg_str_of(word), &span_ms)) {
        *until = now_ms + span_ms;
        return true;
    }
    if (sg_moment_read(cli->arena, settings->zone, now_ms + DAY_MS, sg_str_of(word), until, &err))
        return true;
    (void)sg_subcommand_misused(cli, "--until: %s", err.text);
    return false;
}

/* --- the pause that it replaces --- */

/* As it is now, or NULL; also before there is a journal: the pause is queued all the same. */
static struct sg_node *find_pause(const struct sg_cli *cli, const struct sg_settings *settings,
                                  const struct sg_command *command)
{
    static const char *const columns[] = {"scope", "name", "who", "#since", "#until", "why", NULL};
    const char *scope = sg_pause_scope_name(command->scope);
    struct sg_view *view = NULL;
    struct sg_error err;

    if (!sg_view_open(settings->journal, settings->state, &view, &err))
        return NULL;
    struct sg_node *rows = sg_answers_rows(cli, view, SG_VIEW_PAUSES, (struct sg_str){0}, columns);
    struct sg_node *row = rows == NULL ? NULL : rows->first;

    sg_view_close(view);
    while (row != NULL && !(sg_str_is(sg_answers_text(row, "scope"), scope) &&
                            sg_str_equal(sg_answers_text(row, "name"), command->name)))
        row = row->next;
    if (row != NULL)
        row->next = NULL;
    return row;
}

static void print_replaced(const struct sg_cli *cli, const struct sg_settings *settings,
                           const struct sg_node *pause)
{
    const struct sg_screen screen = sg_screen_of(cli->arena, stdout);
    const int64_t until = sg_answers_number(pause, "until");
    struct sg_buffer text = {.arena = cli->arena};

    sg_buffer_add_format(&text, "by %.*s", SG_STR_ARG(sg_answers_text(pause, "who")));
    if (until > 0)
        sg_buffer_add_format(&text, ", until %.*s",
                             SG_STR_ARG(sg_answers_minute(cli, settings, until)));
    sg_buffer_add_format(&text, ": %.*s", SG_STR_ARG(sg_answers_text(pause, "why")));
    sg_screen_paragraph(&screen, "this replaces the pause ", INDENT, sg_buffer_text(&text));
}

/* --- both --- */

/* What is to be typed to end the pause. */
static struct sg_str resume_typed(const struct sg_cli *cli)
{
    struct sg_buffer typed = {.arena = cli->arena};

    for (size_t w = 0; w < cli->word_count; w++)
        sg_typed_add(&typed, sg_str_of(cli->words[w]));
    return sg_buffer_text(&typed);
}

static int give(const struct sg_cli *cli, const struct sg_settings *settings,
                struct sg_command *command)
{
    const bool is_pause = command->kind == SG_COMMAND_PAUSE;
    struct sg_node *replaced = is_pause ? find_pause(cli, settings, command) : NULL;
    struct sg_submitted submitted;

    sg_submitted_begin(cli, settings, &submitted);
    if (!sg_submit_and_await(cli, settings, command, &submitted))
        return SG_EXIT_UNABLE;
    if (submitted.refused > 0)
        replaced = NULL;
    if (cli->is_json) {
        struct sg_node *out = sg_submitted_json(cli, &submitted);

        if (replaced != NULL)
            (void)sg_node_add(out, SG_STR("replaced"), replaced);
        sg_answers_print_json(cli, out);
        return sg_submitted_exit(&submitted);
    }
    if (submitted.done > 0 && is_pause)
        (void)printf("%s %.*s is paused; `sgbridge resume%.*s` lets it go\n", cli->words[0],
                     SG_STR_ARG(command->name), SG_STR_ARG(resume_typed(cli)));
    else if (submitted.done > 0)
        (void)printf("%s %.*s goes on\n", cli->words[0], SG_STR_ARG(command->name));
    if (replaced != NULL)
        print_replaced(cli, settings, replaced);
    sg_submitted_print(cli, &submitted);
    return sg_submitted_exit(&submitted);
}

static int run_pause(const struct sg_cli *cli)
{
    const struct options *options = cli->options;
    struct sg_command command = {.kind = SG_COMMAND_PAUSE};

    if (!read_scope(cli, &command))
        return SG_EXIT_USAGE;
    if (options->why == NULL || options->why[0] == '\0')
        return sg_subcommand_misused(cli, "pause wants --why TEXT, which status shows");
    const struct sg_settings *settings = sg_cli_settings(cli);

    if (settings == NULL)
        return SG_EXIT_UNABLE;
    command.why = sg_str_of(options->why);
    if (options->until != NULL && !read_until(cli, settings, options->until, &command.until))
        return SG_EXIT_USAGE;
    return give(cli, settings, &command);
}

static int run_resume(const struct sg_cli *cli)
{
    struct sg_command command = {.kind = SG_COMMAND_RESUME};

    if (!read_scope(cli, &command))
        return SG_EXIT_USAGE;
    const struct sg_settings *settings = sg_cli_settings(cli);

    return settings == NULL ? SG_EXIT_UNABLE : give(cli, settings, &command);
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct options, until, "until", "TIME", "let it go by itself then"),
    SG_OPTION_VALUE(struct options, why, "why", "TEXT", "why; shown by status"),
    {.name = NULL},
};

const struct sg_subcommand SG_SUBCOMMAND_PAUSE = {
    .name = "pause",
    .group = SG_SUBCOMMAND_ACTING,
    .brief = "holds back a system, mapping, direction or ticket",
    .about = "Holds deliveries back until resume, or a time; they keep their order, and\n"
             "nothing is lost. A paused system is not polled either: its changes are read\n"
             "afterwards.",
    .words = "system|mapping|ticket NAME, direction FROM TO",
    .least = 1,
    .most = 3,
    .exits = "0 done; 1 refused; 3 queued; 69 it could not be asked",
    .examples = {"pause system gam --until 06:00 --why maintenance",
                 "pause direction saja gam --why 'wrong codes'"},
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run_pause,
};

const struct sg_subcommand SG_SUBCOMMAND_RESUME = {
    .name = "resume",
    .group = SG_SUBCOMMAND_ACTING,
    .brief = "ends a pause",
    .about = "Lets go what a pause held back; `sgbridge status` shows what is paused.",
    .words = "system|mapping|ticket NAME, direction FROM TO",
    .least = 1,
    .most = 3,
    .exits = "0 done; 1 refused; 3 queued; 69 it could not be asked",
    .examples = {"resume system gam"},
    .has_json = true,
    .run = run_resume,
};
