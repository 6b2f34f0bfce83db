/** HTML as the text that a reader would see, for systems that keep what people wrote as HTML. */
#ifndef SG_TREE_HTML_H
#define SG_TREE_HTML_H

#include "base/arena.h"
#include "base/str.h"

/**
 * The text of a piece of HTML, which need not be whole or right: `<br>` is a line end; `<p>` and
 * what else begins a line (div, li, tr, headings) stands on lines of its own; a cell is set off by a
 * space. Comments, scripts and styles are dropped, other tags too, and their content stays. White
 * space is one space, none beside a line end and none at both ends. Character references are
 * resolved where they end with a ';': HTML 4's names, and numbers as the HTML standard has them
 * (section 13.2.5.84); others stay as they stand, and so does a '<' that begins no tag. Takes and
 * gives UTF-8; never longer than `html`.
 */
struct sg_str sg_html_text(struct sg_arena *arena, struct sg_str html);

#endif
