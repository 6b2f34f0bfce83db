/* sgbridge unknown: what may have been done, and who finds out: the bridge, or a person. */
#include "base/buffer.h"
#include "base/clock.h"
#include "cli/answers.h"
#include "cli/screen.h"

enum { INDENT = 4 };

static const char *const LOOKED_UP[] = {
    "#id",       "ticket", "mapping", "target", "#sent_at", "#next_at",  "#sends", "#empty_probes",
    "#attempts", "reason", "said",    "source", "record",   "record_id", NULL};
static const char *const IN_DOUBT[] = {"#id",        "ticket", "mapping", "target", "#sent_at",
                                       "#failed_at", "reason", "said",    NULL};

struct unknown {
    const struct sg_settings *settings;
    struct sg_screen screen;
    struct sg_node *looked_up, *in_doubt;
};

static void print_head(const struct sg_node *row)
{
    (void)printf("%.*s  delivery %.*s, %.*s to %.*s\n", SG_STR_ARG(sg_answers_text(row, "ticket")),
                 SG_STR_ARG(sg_answers_text(row, "id")),
                 SG_STR_ARG(sg_answers_text(row, "mapping")),
                 SG_STR_ARG(sg_answers_text(row, "target")));
}

static void print_said(const struct unknown *unknown, const struct sg_node *row)
{
    if (sg_answers_text(row, "reason").length > 0)
        sg_screen_paragraph(&unknown->screen, "    ", INDENT, sg_answers_text(row, "reason"));
    if (sg_answers_text(row, "said").length > 0)
        sg_screen_paragraph(&unknown->screen, "    it said: ", INDENT,
                            sg_answers_text(row, "said"));
}

static void print_next(const struct sg_node *row)
{
    (void)printf("    if you know: sgbridge resolve %.*s --done ID, or --not-done\n",
                 SG_STR_ARG(sg_answers_text(row, "id")));
}

static void print_looked_up(const struct sg_cli *cli, const struct unknown *unknown,
                            const struct sg_node *row)
{
    const int64_t next_at = sg_answers_number(row, "next_at");

    print_head(row);
    (void)printf(
        "    sent %.*s, %.*s in all\n",
        SG_STR_ARG(sg_answers_time(cli, unknown->settings, sg_answers_number(row, "sent_at"))),
        SG_STR_ARG(sg_answers_text(row, "sends")));
    (void)printf("    looked up since, and not found: %.*s; next %s%.*s\n",
                 SG_STR_ARG(sg_answers_text(row, "empty_probes")),
                 next_at <= sg_clock_now_ms() ? "now" : "",
                 SG_STR_ARG(next_at <= sg_clock_now_ms()
                                ? SG_STR("")
                                : sg_answers_time(cli, unknown->settings, next_at)));
    print_said(unknown, row);
    print_next(row);
}

static void print_in_doubt(const struct sg_cli *cli, const struct unknown *unknown,
                           const struct sg_node *row)
{
    print_head(row);
    (void)printf(
        "    a person must say, since %.*s\n",
        SG_STR_ARG(sg_answers_time(cli, unknown->settings, sg_answers_number(row, "failed_at"))));
    print_said(unknown, row);
    print_next(row);
}

static void print_text(const struct sg_cli *cli, const struct unknown *unknown)
{
    for (const struct sg_node *row = unknown->looked_up->first; row != NULL; row = row->next)
        print_looked_up(cli, unknown, row);
    for (const struct sg_node *row = unknown->in_doubt->first; row != NULL; row = row->next)
        print_in_doubt(cli, unknown, row);
    (void)printf("%zu being looked up, %zu for a person to say\n", unknown->looked_up->count,
                 unknown->in_doubt->count);
}

static int run(const struct sg_cli *cli)
{
    struct unknown unknown = {.screen = sg_screen_of(cli->arena, stdout)};
    struct sg_view *view = sg_answers_open(cli, &unknown.settings);

    if (view == NULL)
        return SG_EXIT_UNABLE;
    unknown.looked_up = sg_answers_rows(cli, view, SG_VIEW_UNKNOWN, (struct sg_str){0}, LOOKED_UP);
    unknown.in_doubt = sg_answers_rows(cli, view, SG_VIEW_IN_DOUBT, (struct sg_str){0}, IN_DOUBT);
    sg_view_close(view);
    if (unknown.looked_up == NULL || unknown.in_doubt == NULL)
        return SG_EXIT_UNABLE;
    if (cli->is_json) {
        struct sg_node *out = sg_node_new(cli->arena, SG_NODE_OBJECT);

        (void)sg_node_add(out, SG_STR("looked_up"), unknown.looked_up);
        (void)sg_node_add(out, SG_STR("in_doubt"), unknown.in_doubt);
        sg_answers_print_json(cli, out);
    } else {
        print_text(cli, &unknown);
    }
    return unknown.looked_up->count + unknown.in_doubt->count > 0 ? SG_EXIT_OK : SG_EXIT_NO;
}

const struct sg_subcommand SG_SUBCOMMAND_UNKNOWN = {
    .name = "unknown",
    .group = SG_SUBCOMMAND_DAILY,
    .brief = "what may have been done and is being looked up",
    .about = "Calls whose answer was lost: since when, how often looked up, what was found;\n"
             "and those that no look-up can tell of, for a person to say.",
    .exits = "0 there are some; 1 there are none; 69 the journal cannot be read",
    .examples = {"unknown"},
    .has_json = true,
    .run = run,
};
