/** A table on the terminal: columns that stand aligned whatever letters are in them. */
#ifndef SG_CLI_TABLE_H
#define SG_CLI_TABLE_H

#include "cli/screen.h"

struct sg_column {
    const char *title; /* of ASCII; a table whose titles are all NULL has no line of titles */
    bool is_right;     /* its texts end at one column: numbers */
    bool takes_rest;   /* has what the others leave of the screen's width; one column at most */
    int most;          /* columns of the screen that it takes at most; 0: as its widest text */
};

struct sg_table;

/** An empty one, in `arena`; `columns` are borrowed. */
struct sg_table *sg_table_new(struct sg_arena *arena, const struct sg_column *columns,
                              size_t count);

/** Adds a row: a text for each column, which it keeps a copy of. Foreign words may come as they are. */
void sg_table_add(struct sg_table *table, const struct sg_str *texts);

/**
 * Prints all rows, in the order in which they came, two spaces between columns and none at the end
 * of a line. On a terminal what is longer than its column is cut, with a `…` at its end; elsewhere
 * nothing is (screen.h). Where even 10 columns are not left, the column that takes the rest has 10.
 */
void sg_table_print(const struct sg_table *table, const struct sg_screen *screen);

#endif
