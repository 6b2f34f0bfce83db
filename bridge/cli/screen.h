/**
 * Where answers are shown, and foreign words made fit for it. What a system said may hold anything;
 * nothing of it may move the cursor, colour the terminal or turn the line around.
 *
 * On a terminal lines keep to its width, and text with letters from right to left stands in an
 * isolate (FSI … PDI, UAX #9), so that its neighbours keep their places. Anything else (a pipe, a
 * file: scripts, grep, less) gets the same columns, but nothing is cut or wrapped, for grep wants a
 * thing on its line and nobody can ask for the rest; and no isolates are added, for they would be in
 * the way of what compares the text.
 */
#ifndef SG_CLI_SCREEN_H
#define SG_CLI_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/ruler.h"

struct sg_screen {
    struct sg_arena *arena;
    FILE *out;
    struct sg_ruler *ruler;
    int width; /* columns of the terminal: as it says, else $COLUMNS, else 80; 0: it is none */
};

/** Of `out`, for as long as `arena` lives. */
struct sg_screen sg_screen_of(struct sg_arena *arena, FILE *out);

/** The lines that a terminal shows; 24 where that is not known. */
int sg_screen_height(FILE *out);

/**
 * `text`, fit for one line: tabs and line ends become spaces, other control characters and bytes
 * that are no UTF-8 U+FFFD; what embeds, overrides or isolates a direction is dropped, for
 * unbalanced it reaches beyond the text. ZWNJ, ZWJ and the marks LRM, RLM, ALM stay.
 */
struct sg_str sg_screen_clean(struct sg_arena *arena, struct sg_str text);

/** A clean text in its isolate, where this screen needs one. Takes no more columns. */
struct sg_str sg_screen_isolate(const struct sg_screen *screen, struct sg_str text);

/**
 * `head`, of ASCII, and after it `text`, cleaned: on a terminal as many words a line as its width
 * holds, the further lines standing in by `indent`. A word longer than a line stays whole.
 */
void sg_screen_paragraph(const struct sg_screen *screen, const char *head, int indent,
                         struct sg_str text);

/** A label, and what belongs to it beside it. */
struct sg_screen_pair {
    int indent;          /* before the label */
    struct sg_str label; /* cleaned, and whole however wide it is */
    int column; /* where the text begins when the label leaves room; further lines at 2 more
                            than `indent` */
    struct sg_str text;
};
void sg_screen_print_pair(const struct sg_screen *screen, const struct sg_screen_pair *pair);

#endif
