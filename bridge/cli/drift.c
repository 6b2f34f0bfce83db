/* sgbridge drift: what systems send that no file names. */
#include "cli/drift.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "cli/screen.h"
#include "mapping/outline.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

enum { INDENT = 4 };

static const char *const COLUMNS[] = {"system",  "record", "kind",     "pointer", "shows",
                                      "example", "#since", "#last_at", "#times",  NULL};

struct options {
    const char *record;
    bool is_all;
};

static struct sg_str record_of(const struct sg_cli *cli, const struct sg_node *row)
{
    return sg_str_format(cli->arena, "%.*s.%.*s", SG_STR_ARG(sg_answers_text(row, "system")),
                         SG_STR_ARG(sg_answers_text(row, "record")));
}

struct sg_node *sg_drift_rows(const struct sg_cli *cli, struct sg_view *view, const char *record,
                              bool is_ever)
{
    const int64_t from_ms = is_ever ? 0 : sg_clock_now_ms() - SG_DRIFT_SHOWN_DAYS * DAY_MS;
    struct sg_node *shown = sg_node_new(cli->arena, SG_NODE_LIST);
    const struct sg_node *all =
        sg_answers_rows(cli, view, SG_VIEW_DRIFTS, (struct sg_str){0}, COLUMNS);

    if (all == NULL)
        return NULL;
    for (const struct sg_node *row = all->first; row != NULL; row = row->next) {
        if (sg_answers_number(row, "since") >= from_ms &&
            (record == NULL || sg_str_is(record_of(cli, row), record)))
            (void)sg_node_append(shown, sg_node_share(cli->arena, row));
    }
    return shown;
}

/* In a word or two, what is the matter with the field. */
static struct sg_str matter_of(const struct sg_cli *cli, const struct sg_node *row)
{
    const struct sg_str kind = sg_answers_text(row, "kind"), shows = sg_answers_text(row, "shows");

    if (sg_str_is(kind, "field"))
        return sg_str_format(cli->arena, "new, %.*s", SG_STR_ARG(sg_answers_text(row, "example")));
    if (sg_str_is(kind, "code"))
        return sg_str_format(cli->arena, "new code %.*s", SG_STR_ARG(shows));
    if (sg_str_is(kind, "more"))
        return SG_STR("more new fields or codes than are told apart");
    return sg_str_is(kind, "gone") ? SG_STR("gone") : shows;
}

static void print_one(const struct sg_cli *cli, const struct sg_settings *settings,
                      const struct sg_screen *screen, const struct sg_node *row)
{
    const struct sg_str head = sg_str_format(cli->arena, "%.*s ", SG_STR_ARG(record_of(cli, row)));
    const struct sg_str pointer = sg_answers_text(row, "pointer");
    const struct sg_str text =
        sg_str_format(cli->arena, "%.*s%s%.*s", SG_STR_ARG(pointer), pointer.length > 0 ? ": " : "",
                      SG_STR_ARG(matter_of(cli, row)));

    sg_screen_paragraph(screen, sg_str_c(cli->arena, head), INDENT, text);
    (void)printf("    %.*s x since %.*s, last %.*s\n",
                 SG_STR_ARG(sg_answers_count(cli->arena, sg_answers_number(row, "times"))),
                 SG_STR_ARG(sg_answers_minute(cli, settings, sg_answers_number(row, "since"))),
                 SG_STR_ARG(sg_answers_minute(cli, settings, sg_answers_number(row, "last_at"))));
}

/* Records that all is still learned from: what is new in them is not told yet. */
static struct sg_node *find_learning(const struct sg_cli *cli, struct sg_view *view)
{
    static const char *const columns[] = {"system", "record", "text", NULL};
    struct sg_node *list = sg_node_new(cli->arena, SG_NODE_LIST);
    const struct sg_node *all =
        sg_answers_rows(cli, view, SG_VIEW_OUTLINES, (struct sg_str){0}, columns);

    if (all == NULL)
        return NULL;
    for (const struct sg_node *row = all->first; row != NULL; row = row->next) {
        const int64_t events = sg_outline_learned_of(sg_answers_text(row, "text"));
        struct sg_node *entry = sg_node_new(cli->arena, SG_NODE_OBJECT);

        if (events == SG_OUTLINE_LEARNS)
            continue;
        (void)sg_node_add(entry, SG_STR("record"), sg_node_text(cli->arena, record_of(cli, row)));
        (void)sg_node_add(entry, SG_STR("events"), sg_node_number(cli->arena, events));
        (void)sg_node_append(list, entry);
    }
    return list;
}

static void print_learning(const struct sg_cli *cli, const struct sg_node *learning)
{
    for (const struct sg_node *row = learning->first; row != NULL; row = row->next)
        (void)printf("%.*s is being learned: %.*s of %.*s events; what is new is told after\n",
                     SG_STR_ARG(sg_answers_text(row, "record")),
                     SG_STR_ARG(sg_answers_count(cli->arena, sg_answers_number(row, "events"))),
                     SG_STR_ARG(sg_answers_count(cli->arena, SG_OUTLINE_LEARNS)));
}

static void print_text(const struct sg_cli *cli, const struct sg_settings *settings,
                       const struct sg_node *rows, const struct sg_node *learning)
{
    const struct sg_screen screen = sg_screen_of(cli->arena, stdout);

    for (const struct sg_node *row = rows->first; row != NULL; row = row->next)
        print_one(cli, settings, &screen, row);
    if (rows->count == 0)
        (void)puts("nothing drifts");
    print_learning(cli, learning);
}

static void print_json(const struct sg_cli *cli, struct sg_node *rows, struct sg_node *learning)
{
    struct sg_node *out = sg_node_new(cli->arena, SG_NODE_OBJECT);

    (void)sg_node_add(out, SG_STR("drifts"), rows);
    (void)sg_node_add(out, SG_STR("learning"), learning);
    sg_answers_print_json(cli, out);
}

static int run(const struct sg_cli *cli)
{
    const struct options *options = cli->options;
    const struct sg_settings *settings = NULL;
    struct sg_view *view = sg_answers_open(cli, &settings);

    if (view == NULL)
        return SG_EXIT_UNABLE;
    struct sg_node *rows = sg_drift_rows(cli, view, options->record, options->is_all);
    struct sg_node *learning = find_learning(cli, view);

    sg_view_close(view);
    if (rows == NULL || learning == NULL)
        return SG_EXIT_UNABLE;
    if (cli->is_json)
        print_json(cli, rows, learning);
    else
        print_text(cli, settings, rows, learning);
    return rows->count > 0 ? SG_EXIT_OK : SG_EXIT_NO;
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct options, record, "record", "NAME", "of this record: saja.ticket"),
    SG_OPTION_FLAG(struct options, is_all, "all", "what was first seen over 30 days ago as well"),
    {0},
};

const struct sg_subcommand SG_SUBCOMMAND_DRIFT = {
    .name = "drift",
    .group = SG_SUBCOMMAND_DAILY,
    .brief = "what systems send that no file names",
    .about = "Fields that are new, of another type or gone, and codes that no table names:\n"
             "first and last seen, how often, and the shape of an example.",
    .exits = "0 something drifts; 1 nothing does; 69 the journal cannot be read",
    .examples = {"drift", "drift --record saja.ticket --json"},
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
