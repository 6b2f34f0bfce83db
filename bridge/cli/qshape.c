/* sgbridge qshape: how old what is open is, as Postfix shows its queue: where it grows, and since when. */
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "cli/answers.h"
#include "cli/table.h"

static const char *const SPANS[SG_VIEW_AGES] = {"5",   "10",  "20",  "40",   "80",
                                                "160", "320", "640", "1280", "1280+"};

struct options {
    const char *by;
};

/* One row, in the order in which they came. */
struct shape {
    struct sg_str name;
    int64_t total, ages[SG_VIEW_AGES];
    struct shape *next;
};

struct shapes {
    struct sg_arena *arena;
    struct shape all, *first, **end;
};

static struct shape *shape_of(struct shapes *shapes, struct sg_str name)
{
    for (struct shape *shape = shapes->first; shape != NULL; shape = shape->next) {
        if (sg_str_equal(shape->name, name))
            return shape;
    }
    struct shape *shape = sg_arena_get(shapes->arena, 1, sizeof *shape);

    *shape = (struct shape){.name = sg_str_copy(shapes->arena, name)};
    *shapes->end = shape;
    shapes->end = &shape->next;
    return shape;
}

static void add(const struct sg_view_row *row, void *owner)
{
    struct shapes *shapes = owner;
    struct shape *shape = shape_of(shapes, sg_view_text(row, 0));
    const int64_t age = sg_view_number(row, 1), n = sg_view_number(row, 2);

    shape->ages[age] += n;
    shape->total += n;
    shapes->all.ages[age] += n;
    shapes->all.total += n;
}

/* --- showing --- */

static void add_row(struct sg_arena *arena, struct sg_table *table, const struct shape *shape)
{
    struct sg_str texts[SG_VIEW_AGES + 2] = {shape->name.length > 0 ? shape->name
                                                                    : SG_STR("(none)"),
                                             sg_str_format(arena, "%lld", (long long)shape->total)};

    for (size_t a = 0; a < SG_VIEW_AGES; a++)
        texts[a + 2] = sg_str_format(arena, "%lld", (long long)shape->ages[a]);
    sg_table_add(table, texts);
}

static void print_text(const struct sg_cli *cli, const struct shapes *shapes)
{
    struct sg_column columns[SG_VIEW_AGES + 2] = {{.title = "minutes", .most = 24},
                                                  {.title = "T", .is_right = true}};
    const struct sg_screen screen = sg_screen_of(cli->arena, stdout);

    for (size_t a = 0; a < SG_VIEW_AGES; a++)
        columns[a + 2] = (struct sg_column){.title = SPANS[a], .is_right = true};
    struct sg_table *table = sg_table_new(cli->arena, columns, SG_VIEW_AGES + 2);

    add_row(cli->arena, table, &shapes->all);
    for (const struct shape *shape = shapes->first; shape != NULL; shape = shape->next)
        add_row(cli->arena, table, shape);
    sg_table_print(table, &screen);
}

static struct sg_node *json_of(const struct sg_cli *cli, const struct shape *shape)
{
    struct sg_node *out = sg_node_new(cli->arena, SG_NODE_OBJECT);

    (void)sg_node_add(out, SG_STR("name"), sg_node_text(cli->arena, shape->name));
    (void)sg_node_add(out, SG_STR("total"), sg_node_number(cli->arena, shape->total));
    for (size_t a = 0; a < SG_VIEW_AGES; a++)
        (void)sg_node_add(out, sg_str_of(SPANS[a]), sg_node_number(cli->arena, shape->ages[a]));
    return out;
}

static void print_json(const struct sg_cli *cli, const struct shapes *shapes)
{
    struct sg_node *list = sg_node_new(cli->arena, SG_NODE_LIST);

    for (const struct shape *shape = shapes->first; shape != NULL; shape = shape->next)
        (void)sg_node_append(list, json_of(cli, shape));
    sg_answers_print_json(cli, list);
}

/* --- asking --- */

static enum sg_view_ages_by by_of(const struct options *options)
{
    if (options->by != NULL && strcmp(options->by, "mapping") == 0)
        return SG_AGES_BY_MAPPING;
    if (options->by != NULL && strcmp(options->by, "department") == 0)
        return SG_AGES_BY_DEPARTMENT;
    return SG_AGES_BY_TARGET;
}

static int run(const struct sg_cli *cli)
{
    const enum sg_view_ages_by by = by_of(cli->options);
    struct shapes shapes = {.arena = cli->arena, .all.name = SG_STR("TOTAL")};
    const struct sg_view_reader reader = {add, &shapes};
    const struct sg_settings *settings = NULL;
    struct sg_view *view = sg_answers_open(cli, &settings);
    struct sg_error err;

    if (view == NULL)
        return SG_EXIT_UNABLE;
    shapes.end = &shapes.first;
    const bool is_good =
        sg_view_ages(view, by, settings->departments, sg_clock_now_ms(), &reader, &err);

    sg_view_close(view);
    if (!is_good) {
        (void)fprintf(stderr, "sgbridge: the journal cannot be read: %s\n", err.text);
        return SG_EXIT_UNABLE;
    }
    if (by == SG_AGES_BY_DEPARTMENT && settings->departments.length == 0)
        (void)fputs("sgbridge: the settings do not say where a record names its department: set "
                    "`department: {saja.ticket: /…}`\n",
                    stderr);
    if (cli->is_json)
        print_json(cli, &shapes);
    else
        print_text(cli, &shapes);
    return SG_EXIT_OK;
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct options, by, "by", "target|mapping|department",
                    "what the rows are; target"),
    {.name = NULL},
};

const struct sg_subcommand SG_SUBCOMMAND_QSHAPE = {
    .name = "qshape",
    .group = SG_SUBCOMMAND_DAILY,
    .brief = "what is open, by how old it is",
    .about = "Open deliveries by target, mapping or department, and by age: each column has\n"
             "those younger than so many minutes, as Postfix's qshape shows its queue.",
    .exits = "0 shown; 69 the journal cannot be read",
    .examples = {"qshape --by mapping"},
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
