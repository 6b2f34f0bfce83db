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
                                enum sg_view_question question, struct sg_str ticket,
                                const char *const *columns);

/** A member's text, "" when it is missing; and as a number, 0 when it is. */
struct sg_str sg_answers_text(const struct sg_node *object, const char *member);
int64_t sg_answers_number(const struct sg_node *object, const char *member);

/** A time for people, or "never" for 0. */
struct sg_str sg_answers_time(const struct sg_cli *cli, const struct sg_settings *settings,
                              int64_t ms);

/**
 * Where the journal itself is elsewhere: how old the view is that was read, and what this instance
 * was; a list of one row, or of none. NULL after saying why not.
 */
struct sg_node *sg_answers_standing(const struct sg_cli *cli, struct sg_view *view);
void sg_answers_print_standing(const struct sg_node *standing);

/** One line of JSON on standard output. */
void sg_answers_print_json(const struct sg_cli *cli, const struct sg_node *node);

#endif
