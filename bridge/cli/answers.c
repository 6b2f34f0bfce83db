#include "cli/answers.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/units.h"
#include "cli/screen.h"
#include "mapping/date.h"
#include "tree/json.h"

struct sg_view *sg_answers_open(const struct sg_cli *cli, const struct sg_settings **settings)
{
    struct sg_view *view = NULL;
    struct sg_error err;

    *settings = sg_cli_settings(cli);
    if (*settings == NULL)
        return NULL;
    if (!sg_view_open((*settings)->journal, (*settings)->state, &view, &err))
        (void)fprintf(stderr, "%s: %s\n", (*settings)->state, err.text);
    return view;
}

struct sg_rows sg_rows_begin(struct sg_arena *arena, const char *const *columns)
{
    return (struct sg_rows){arena, sg_node_new(arena, SG_NODE_LIST), columns};
}

void sg_rows_add(const struct sg_view_row *row, void *owner)
{
    const struct sg_rows *rows = owner;
    struct sg_node *object = sg_node_new(rows->arena, SG_NODE_OBJECT);

    for (int c = 0; rows->columns[c] != NULL; c++) {
        const char *name = rows->columns[c];
        bool is_number = name[0] == '#';
        struct sg_node *value =
            is_number ? sg_node_number(rows->arena, sg_view_number(row, c))
                      : sg_node_text(rows->arena, sg_str_copy(rows->arena, sg_view_text(row, c)));

        (void)sg_node_add(object, sg_str_of(is_number ? name + 1 : name), value);
    }
    (void)sg_node_append(rows->list, object);
}

int sg_answers_unreadable(const struct sg_error *err)
{
    (void)fprintf(stderr, "sgbridge: the journal cannot be read: %s\n", err->text);
    return SG_EXIT_UNABLE;
}

int sg_answers_no_ticket(const struct sg_cli *cli, const char *ticket)
{
    const struct sg_str typed = sg_screen_clean(cli->arena, sg_str_of(ticket));

    (void)fprintf(stderr, "sgbridge: no ticket %.*s in the journal\n", SG_STR_ARG(typed));
    return SG_EXIT_NO;
}

struct sg_node *sg_answers_rows(const struct sg_cli *cli, struct sg_view *view,
                                enum sg_view_question question, struct sg_str of,
                                const char *const *columns)
{
    struct sg_rows rows = sg_rows_begin(cli->arena, columns);
    struct sg_error err;

    if (sg_view_ask(view, question, of, sg_rows_add, &rows, &err))
        return rows.list;
    (void)sg_answers_unreadable(&err);
    return NULL;
}

struct sg_str sg_answers_text(const struct sg_node *object, const char *member)
{
    struct sg_str text = {0};

    (void)sg_node_as_text(sg_node_find(object, sg_str_of(member)), &text);
    return text;
}

int64_t sg_answers_number(const struct sg_node *object, const char *member)
{
    int64_t number = 0;

    return sg_units_integer(sg_answers_text(object, member), &number) ? number : 0;
}

struct sg_str sg_answers_time(const struct sg_cli *cli, const struct sg_settings *settings,
                              int64_t ms)
{
    if (ms == 0)
        return SG_STR("never");
    return sg_date_write_people(cli->arena, settings->zone, ms);
}

struct sg_str sg_answers_minute(const struct sg_cli *cli, const struct sg_settings *settings,
                                int64_t ms)
{
    const struct sg_str whole = sg_date_write_people(cli->arena, settings->zone, ms);

    return ms == 0 ? SG_STR("never") : (struct sg_str){whole.at, sizeof "1405/07/02 02:10" - 1};
}

struct sg_str sg_answers_count(struct sg_arena *arena, int64_t count)
{
    const struct sg_str digits = sg_str_format(arena, "%lld", (long long)count);
    struct sg_buffer out = {.arena = arena};

    for (size_t d = 0; d < digits.length; d++) {
        if (d > 0 && (digits.length - d) % 3 == 0)
            sg_buffer_add_byte(&out, ',');
        sg_buffer_add_byte(&out, digits.at[d]);
    }
    return sg_buffer_text(&out);
}

struct sg_node *sg_answers_standing(const struct sg_cli *cli, struct sg_view *view)
{
    static const char *const columns[] = {"role", "#at", NULL};

    return sg_answers_rows(cli, view, SG_VIEW_STANDING, (struct sg_str){0}, columns);
}

void sg_answers_print_standing(const struct sg_node *standing)
{
    for (const struct sg_node *row = standing->first; row != NULL; row = row->next)
        (void)printf("view       of the journal in Kafka, %lld s old; last a %.*s\n",
                     (long long)((sg_clock_now_ms() - sg_answers_number(row, "at")) / 1000),
                     SG_STR_ARG(sg_answers_text(row, "role")));
}

void sg_answers_print_json(const struct sg_cli *cli, const struct sg_node *node)
{
    struct sg_buffer out = {.arena = cli->arena};

    sg_json_write(&out, node);
    (void)printf("%s\n", sg_buffer_c(&out));
}
