/** What the reading commands share: the journal opened, its rows as a tree, a tree shown. */
#ifndef SG_CLI_ANSWERS_H
#define SG_CLI_ANSWERS_H

#include "cli/cli.h"
#include "journal/view.h"
#include "tree/node.h"

/** Settings and journal, or NULL after saying why not. */
struct sg_view *sg_answers_open(const struct sg_cli *cli, const struct sg_settings **settings);

/**
 * All rows of an answer as a list of objects; NULL after saying why not. `columns` names each column,
 * NULL ends them; one that starts with "#" is a number.
 */
struct sg_node *sg_answers_rows(const struct sg_cli *cli, struct sg_view *view,
                                enum sg_view_question question, struct sg_str of,
                                const char *const *columns);

/** Rows on their way into `list`, as objects of these columns, in `arena`: the owner of sg_rows_add(). */
struct sg_rows {
    struct sg_arena *arena;
    struct sg_node *list;
    const char *const *columns;
};
struct sg_rows sg_rows_begin(struct sg_arena *arena, const char *const *columns);
void sg_rows_add(const struct sg_view_row *row, void *owner);

/** Says on standard error that the journal cannot be read; gives SG_EXIT_UNABLE. */
int sg_answers_unreadable(const struct sg_error *err);

/** Says on standard error that there is no such ticket, as it was typed; gives SG_EXIT_NO. */
int sg_answers_no_ticket(const struct sg_cli *cli, const char *ticket);

/** A member's text, "" when it is missing; and as a number, 0 when it is. */
struct sg_str sg_answers_text(const struct sg_node *object, const char *member);
int64_t sg_answers_number(const struct sg_node *object, const char *member);

/** A time for people, or "never" for 0. */
struct sg_str sg_answers_time(const struct sg_cli *cli, const struct sg_settings *settings,
                              int64_t ms);

/** The same, short, for tables: `1405/07/02 02:10`. */
struct sg_str sg_answers_minute(const struct sg_cli *cli, const struct sg_settings *settings,
                                int64_t ms);

/** A count for people: `1,204`. */
struct sg_str sg_answers_count(struct sg_arena *arena, int64_t count);

/**
 * Where the journal itself is elsewhere: how old the view is that was read, and what this instance
 * was; a list of one row, or of none. NULL after saying why not.
 */
struct sg_node *sg_answers_standing(const struct sg_cli *cli, struct sg_view *view);
void sg_answers_print_standing(const struct sg_node *standing);

/** One line of JSON on standard output. */
void sg_answers_print_json(const struct sg_cli *cli, const struct sg_node *node);

#endif
