/* sgbridge failed: what needs a person, one by one or in groups, and the command to type next. */
#include "cli/failed.h"

#include "base/clock.h"
#include "base/units.h"
#include "cli/table.h"
#include "cli/typed.h"
#include "tree/json.h"

enum { LIST_LIMIT = 20, GROUP_LIMIT = 10, LIMIT_MAX = 1000, JSON_PAGE = 500, INDENT = 8 };

/* In the order of enum sg_failed_column, and of enum sg_failed_group_column. */
static const char *const COLUMNS[] = {
    "#id",     "#failed_at", "ticket",    "source",   "record",    "record_id",
    "mapping", "target",     "reason",    "file",     "#line",     "#column",
    "pointer", "#attempts",  "#first_at", "#last_at", "#in_doubt", NULL};
static const char *const GROUP_COLUMNS[] = {"key", "mapping",   "#count",  "#first_at", "#last_at",
                                            "#id", "#in_doubt", "tickets", NULL};

/* One call of it. */
struct failed {
    const struct sg_cli *cli;
    const struct sg_failed_options *options;
    const struct sg_settings *settings;
    struct sg_view *view;
    struct sg_screen screen;
    struct sg_failed_filter filter;
    struct sg_failed_place after;
    int64_t limit; /* 0: none was given */
};

static int tell_none(const struct failed *failed)
{
    if (failed->cli->is_json)
        (void)puts("[]");
    else if (failed->after.id != 0)
        (void)puts("no more");
    else if (sg_filter_is_given(&failed->options->filter))
        (void)puts("nothing that has failed is so; all of it: sgbridge failed");
    else
        (void)puts("nothing has failed");
    return SG_EXIT_NO;
}

/* --- one by one --- */

static bool read_page(const struct failed *failed, struct sg_arena *arena,
                      const struct sg_failed_place *after, int64_t limit, struct sg_node **list)
{
    struct sg_rows rows = sg_rows_begin(arena, COLUMNS);
    const struct sg_view_reader reader = {sg_rows_add, &rows};
    struct sg_error err;

    *list = rows.list;
    return sg_view_failed(failed->view, &failed->filter, after, limit, &reader, &err) ||
           sg_answers_unreadable(&err) == SG_EXIT_OK;
}

static struct sg_failed_place place_of(const struct sg_node *row)
{
    return (struct sg_failed_place){.failed_at = sg_answers_number(row, "failed_at"),
                                    .id = sg_answers_number(row, "id")};
}

/* What is typed to go on, under the list. */
static void print_next(const struct failed *failed, const struct sg_node *last, bool are_more)
{
    struct sg_buffer same = {.arena = failed->cli->arena};

    sg_filter_add_typed(&same, &failed->options->filter);
    (void)printf("one of them   sgbridge failed %.*s\n", SG_STR_ARG(sg_answers_text(last, "id")));
    (void)printf("in groups     sgbridge failed%s --by reason\n", sg_buffer_c(&same));
    if (are_more)
        (void)printf("older ones    sgbridge failed%s --after %.*s\n", sg_buffer_c(&same),
                     SG_STR_ARG(sg_answers_text(last, "id")));
}

static void print_list(const struct failed *failed, const struct sg_node *list, int64_t count)
{
    static const struct sg_column columns[] = {{.title = "failed at"},
                                               {.title = "id", .is_right = true},
                                               {.title = "ticket", .most = 16},
                                               {.title = "mapping", .most = 16},
                                               {.title = "why", .takes_rest = true}};
    struct sg_table *table = sg_table_new(failed->cli->arena, columns, 5);

    for (const struct sg_node *row = list->first; row != NULL; row = row->next)
        sg_table_add(table,
                     (struct sg_str[]){
                         sg_answers_minute(failed->cli, failed->settings, place_of(row).failed_at),
                         sg_answers_text(row, "id"), sg_answers_text(row, "ticket"),
                         sg_answers_text(row, "mapping"), sg_answers_text(row, "reason")});
    sg_table_print(table, &failed->screen);
    (void)printf("%zu of %.*s, the newest first%s\n\n", list->count,
                 SG_STR_ARG(sg_answers_count(failed->cli->arena, count)),
                 failed->after.id == 0 ? "" : "; a later page");
}

static int list_text(const struct failed *failed)
{
    const int64_t limit = failed->limit == 0 ? LIST_LIMIT : failed->limit;
    struct sg_node *list = NULL;
    int64_t count = 0;
    struct sg_error err;

    if (!read_page(failed, failed->cli->arena, &failed->after, limit, &list))
        return SG_EXIT_UNABLE;
    if (list->count == 0)
        return tell_none(failed);
    if (!sg_view_failed_count(failed->view, &failed->filter, &count, &err))
        return sg_answers_unreadable(&err);
    print_list(failed, list, count);
    print_next(failed, list->last, (int64_t)list->count == limit && count > limit);
    return SG_EXIT_OK;
}

/* All of them, or as many as were asked for: an array, page by page, so that little is held. */
static int list_json(const struct failed *failed)
{
    struct sg_failed_place after = failed->after;
    int64_t left = failed->limit == 0 ? INT64_MAX : failed->limit, shown = 0;
    size_t found = 1;

    while (left > 0 && found > 0) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_buffer out = {.arena = arena};
        struct sg_node *list = NULL;

        if (!read_page(failed, arena, &after, left < JSON_PAGE ? left : JSON_PAGE, &list))
            return SG_EXIT_UNABLE;
        for (const struct sg_node *row = list->first; row != NULL; row = row->next) {
            sg_buffer_add(&out, shown++ == 0 ? SG_STR("[") : SG_STR(",\n"));
            sg_json_write(&out, row);
            after = place_of(row);
        }
        (void)fputs(sg_buffer_c(&out), stdout);
        found = list->count;
        left -= (int64_t)found;
    }
    if (shown == 0)
        return tell_none(failed);
    (void)puts("]");
    return SG_EXIT_OK;
}

/* --- in groups --- */

static const struct by {
    const char *name;
    enum sg_failed_group group;
} BY[] = {{"reason", SG_FAILED_GROUP_REASON},
          {"mapping", SG_FAILED_GROUP_MAPPING},
          {"system", SG_FAILED_GROUP_SYSTEM},
          {"department", SG_FAILED_GROUP_DEPARTMENT}};

static enum sg_failed_group group_of(const char *name)
{
    size_t b = 0;

    while (!sg_str_is(sg_str_of(name), BY[b].name)) /* the option takes no other words */
        b++;
    return BY[b].group;
}

static const char *typed_time(const struct failed *failed, int64_t ms)
{
    const struct sg_str minute = sg_answers_minute(failed->cli, failed->settings, ms);

    return sg_str_c(failed->cli->arena, minute);
}

/* The filter that holds what the group holds: what was given, and its key beside it. */
static struct sg_filter_options filter_of(const struct failed *failed, enum sg_failed_group by,
                                          const struct sg_node *row)
{
    struct sg_arena *arena = failed->cli->arena;
    struct sg_filter_options filter = failed->options->filter;
    const struct sg_str text = sg_answers_text(row, "key");
    const char *key = sg_str_c(arena, text);

    switch (by) {
    case SG_FAILED_GROUP_REASON:
        filter.reason = sg_str_c(arena, sg_str_format(arena, "=%s", key));
        filter.mapping = sg_str_c(arena, sg_answers_text(row, "mapping"));
        break;
    case SG_FAILED_GROUP_MAPPING:
        filter.mapping = key;
        break;
    case SG_FAILED_GROUP_SYSTEM:
        filter.system = key;
        break;
    case SG_FAILED_GROUP_DEPARTMENT:
        filter.department = key;
        break;
    }
    return filter;
}

/* Three tickets, and a line end where there are more, as a line of text. */
static struct sg_str tickets_of(const struct failed *failed, const struct sg_node *row)
{
    const struct sg_str list = sg_answers_text(row, "tickets");
    struct sg_buffer out = {.arena = failed->cli->arena};

    for (size_t i = 0; i < list.length; i++) {
        if (list.at[i] != '\n')
            sg_buffer_add_byte(&out, list.at[i]);
        else
            sg_buffer_add(&out, i + 1 == list.length ? SG_STR(", …") : SG_STR(", "));
    }
    return sg_buffer_text(&out);
}

static struct sg_str name_of(enum sg_failed_group by, const struct sg_node *row)
{
    const struct sg_str key = sg_answers_text(row, "key");

    if (key.length == 0)
        return by == SG_FAILED_GROUP_DEPARTMENT ? SG_STR("no department is named")
                                                : SG_STR("no reason is known");
    return key;
}

/* What ends it: those that may have been done are looked at one by one. */
static void print_typed(const struct failed *failed, enum sg_failed_group by,
                        const struct sg_node *row)
{
    struct sg_buffer typed = {.arena = failed->cli->arena};
    const struct sg_filter_options filter = filter_of(failed, by, row);

    (void)printf("  look        sgbridge failed %.*s\n", SG_STR_ARG(sg_answers_text(row, "id")));
    if (sg_answers_number(row, "in_doubt") == sg_answers_number(row, "count")) {
        (void)puts("  then        sgbridge unknown");
        return;
    }
    if (sg_answers_text(row, "key").length == 0)
        return; /* no filter holds what has no name */
    sg_filter_add_typed(&typed, &filter);
    (void)printf("  send again  sgbridge replay%s\n", sg_buffer_c(&typed));
}

static void print_group(const struct failed *failed, enum sg_failed_group by,
                        const struct sg_node *row)
{
    struct sg_arena *arena = failed->cli->arena;
    const struct sg_str count = sg_answers_count(arena, sg_answers_number(row, "count"));
    const struct sg_str mapping = sg_answers_text(row, "mapping");
    const struct sg_str tickets = tickets_of(failed, row);
    struct sg_buffer facts = {.arena = arena};

    sg_screen_paragraph(&failed->screen,
                        sg_str_c(arena, sg_str_format(arena, "%.*s x ", SG_STR_ARG(count))), INDENT,
                        name_of(by, row));
    sg_buffer_add_format(&facts, "since %s",
                         typed_time(failed, sg_answers_number(row, "first_at")));
    if (mapping.length > 0)
        sg_buffer_add_format(&facts, ", mapping %.*s", SG_STR_ARG(mapping));
    if (tickets.length > 0)
        sg_buffer_add_format(&facts, ", tickets %.*s", SG_STR_ARG(tickets));
    sg_screen_paragraph(&failed->screen, "  ", INDENT, sg_buffer_text(&facts));
    print_typed(failed, by, row);
}

static int list_groups(const struct failed *failed)
{
    const enum sg_failed_group by = group_of(failed->options->by);
    const int64_t limit = failed->limit == 0 ? GROUP_LIMIT : failed->limit;
    struct sg_rows rows = sg_rows_begin(failed->cli->arena, GROUP_COLUMNS);
    const struct sg_view_reader reader = {sg_rows_add, &rows};
    struct sg_error err;
    int64_t shown = 0;

    if (!sg_view_failed_groups(failed->view, &failed->filter, by, limit + 1, &reader, &err))
        return sg_answers_unreadable(&err);
    if (rows.list->count == 0)
        return tell_none(failed);
    if (failed->cli->is_json) {
        sg_answers_print_json(failed->cli, rows.list);
        return SG_EXIT_OK;
    }
    for (const struct sg_node *row = rows.list->first; row != NULL && shown < limit;
         row = row->next, shown++)
        print_group(failed, by, row);
    if ((int64_t)rows.list->count > limit)
        (void)printf("and more groups: --limit %lld\n", (long long)limit * 2);
    return SG_EXIT_OK;
}

/* --- the words --- */

static int read_number(const struct failed *failed, const char *name, const char *word,
                       int64_t most, int64_t *out)
{
    if (word == NULL || (sg_units_integer(sg_str_of(word), out) && *out > 0 && *out <= most))
        return SG_EXIT_OK;
    return sg_subcommand_misused(failed->cli, "--%s takes a number, at most %lld, and not %s", name,
                                 (long long)most, word);
}

static int read_words(struct failed *failed)
{
    const struct sg_failed_options *options = failed->options;

    if ((options->unmask || options->why != NULL) && failed->cli->word_count == 0)
        return sg_subcommand_misused(failed->cli, "--unmask and --why are of one delivery");
    if (options->by != NULL && options->after != NULL)
        return sg_subcommand_misused(failed->cli, "--after is of the list, and --by of groups");
    if (failed->cli->word_count == 1 &&
        (sg_filter_is_given(&options->filter) || options->by != NULL || options->after != NULL))
        return sg_subcommand_misused(failed->cli, "a delivery is named, or a filter is given");
    if (read_number(failed, "limit", options->limit, LIMIT_MAX, &failed->limit) != SG_EXIT_OK ||
        read_number(failed, "after", options->after, INT64_MAX, &failed->after.id) != SG_EXIT_OK ||
        !sg_filter_read(failed->cli, failed->settings, &options->filter, sg_clock_now_ms(),
                        &failed->filter))
        return SG_EXIT_USAGE;
    if (options->by != NULL && group_of(options->by) == SG_FAILED_GROUP_DEPARTMENT &&
        failed->settings->departments.length == 0)
        return sg_subcommand_misused(failed->cli, SG_FILTER_NO_DEPARTMENT);
    return SG_EXIT_OK;
}

static int answer(struct failed *failed)
{
    bool is_there = true;
    struct sg_error err;

    if (failed->cli->word_count == 1)
        return sg_failed_show(failed->cli, failed->settings, failed->view);
    if (failed->options->by != NULL)
        return list_groups(failed);
    if (failed->after.id != 0 &&
        !sg_view_failed_find(failed->view, failed->after.id, &failed->after, &is_there, &err))
        return sg_answers_unreadable(&err);
    if (!is_there) {
        (void)fprintf(stderr, "sgbridge: delivery %s is not failed any more; begin the list anew\n",
                      failed->options->after);
        return SG_EXIT_NO;
    }
    return failed->cli->is_json ? list_json(failed) : list_text(failed);
}

static int run(const struct sg_cli *cli)
{
    struct failed failed = {.cli = cli,
                            .options = cli->options,
                            .settings = sg_cli_settings(cli),
                            .screen = sg_screen_of(cli->arena, stdout)};
    struct sg_error err;
    int code;

    if (failed.settings == NULL)
        return SG_EXIT_UNABLE;
    code = read_words(&failed);
    if (code != SG_EXIT_OK)
        return code;
    if (!sg_view_open(failed.settings->journal, failed.settings->state, &failed.view, &err)) {
        (void)fprintf(stderr, "%s: %s\n", failed.settings->state, err.text);
        return SG_EXIT_UNABLE;
    }
    code = answer(&failed);
    sg_view_close(failed.view);
    return code;
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct sg_failed_options, by, "by", "reason|mapping|system|department",
                    "in groups, and what to type"),
    SG_FILTER_OPTIONS,
    SG_OPTION_VALUE(struct sg_failed_options, after, "after", "ID", "older ones than this"),
    SG_OPTION_VALUE(struct sg_failed_options, limit, "limit", "N", "so many; 20, of groups 10"),
    SG_OPTION_FLAG(struct sg_failed_options, unmask, "unmask", "the record as it is; asks why"),
    SG_OPTION_VALUE(struct sg_failed_options, why, "why", "TEXT", "why, where nobody can be asked"),
    {.name = NULL},
};

const struct sg_subcommand SG_SUBCOMMAND_FAILED = {
    .name = "failed",
    .group = SG_SUBCOMMAND_DAILY,
    .brief = "what failed, why, and what to type next",
    .about = "What failed: a list, groups, or one delivery with all that is known of it.",
    .words = "[DELIVERY]",
    .most = 1,
    .exits = "0 found; 1 nothing found; 69 the journal cannot be read",
    .examples = {"failed --by reason", "failed 4711"},
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct sg_failed_options),
    .run = run,
};
