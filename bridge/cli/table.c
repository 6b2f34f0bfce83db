#include "cli/table.h"

#include "base/buffer.h"

enum { GAP = 2, LEAST_REST = 10 };

struct row {
    struct row *next;
    struct sg_str texts[];
};

struct sg_table {
    struct sg_arena *arena;
    const struct sg_column *columns;
    size_t count;
    struct row *first, **end;
};

struct sg_table *sg_table_new(struct sg_arena *arena, const struct sg_column *columns, size_t count)
{
    struct sg_table *table = sg_arena_get(arena, 1, sizeof *table);

    *table = (struct sg_table){.arena = arena, .columns = columns, .count = count};
    table->end = &table->first;
    return table;
}

static struct row *add(struct sg_table *table)
{
    const size_t size = sizeof(struct row) + table->count * sizeof(struct sg_str);
    struct row *row = sg_arena_get(table->arena, 1, size);

    *table->end = row;
    table->end = &row->next;
    return row;
}

void sg_table_add(struct sg_table *table, const struct sg_str *texts)
{
    struct row *row = add(table);

    for (size_t c = 0; c < table->count; c++)
        row->texts[c] = sg_str_copy(table->arena, sg_screen_clean(table->arena, texts[c]));
}

/* --- widths --- */

static struct sg_str title_of(const struct sg_column *column)
{
    return column->title == NULL ? (struct sg_str){0} : sg_str_of(column->title);
}

static int widest(const struct sg_table *table, const struct sg_screen *screen, size_t column)
{
    int most = sg_ruler_width(screen->ruler, title_of(&table->columns[column]));

    for (const struct row *row = table->first; row != NULL; row = row->next) {
        const int width = sg_ruler_width(screen->ruler, row->texts[column]);

        most = width > most ? width : most;
    }
    return most;
}

/* What is left for the column that takes the rest: all of its own where it needs less. */
static void narrow_rest(const struct sg_table *table, const struct sg_screen *screen, int *widths)
{
    int left = screen->width - GAP * ((int)table->count - 1);
    int *rest = NULL;

    for (size_t c = 0; c < table->count; c++) {
        if (table->columns[c].takes_rest)
            rest = &widths[c];
        else
            left -= widths[c];
    }
    left = left < LEAST_REST ? LEAST_REST : left;
    if (rest != NULL && *rest > left)
        *rest = left;
}

static const int *widths_of(const struct sg_table *table, const struct sg_screen *screen)
{
    int *widths = sg_arena_get(screen->arena, table->count, sizeof *widths);

    for (size_t c = 0; c < table->count; c++) {
        const int most = table->columns[c].most;

        widths[c] = widest(table, screen, c);
        if (screen->width > 0 && most > 0 && widths[c] > most)
            widths[c] = most;
    }
    if (screen->width > 0)
        narrow_rest(table, screen, widths);
    return widths;
}

/* --- printing --- */

/* Spaces are owed until a text follows them, so that no line ends with some. */
static void print_text(const struct sg_screen *screen, const struct sg_column *column, int width,
                       struct sg_str text, int *owed)
{
    text = sg_ruler_cut(screen->ruler, screen->arena, text, width);
    const int padding = width - sg_ruler_width(screen->ruler, text);

    if (text.length > 0)
        (void)fprintf(screen->out, "%*s%.*s", *owed + (column->is_right ? padding : 0), "",
                      SG_STR_ARG(sg_screen_isolate(screen, text)));
    if (text.length == 0)
        *owed += width;
    else
        *owed = column->is_right ? 0 : padding;
    *owed += GAP;
}

static void print_row(const struct sg_table *table, const struct sg_screen *screen,
                      const int *widths, const struct sg_str *texts)
{
    int owed = 0;

    for (size_t c = 0; c < table->count; c++)
        print_text(screen, &table->columns[c], widths[c], texts[c], &owed);
    (void)fputc('\n', screen->out);
}

static void print_titles(const struct sg_table *table, const struct sg_screen *screen,
                         const int *widths)
{
    struct sg_str *titles = sg_arena_get(screen->arena, table->count, sizeof *titles);
    bool is_any = false;

    for (size_t c = 0; c < table->count; c++) {
        titles[c] = title_of(&table->columns[c]);
        is_any = is_any || titles[c].length > 0;
    }
    if (is_any)
        print_row(table, screen, widths, titles);
}

void sg_table_print(const struct sg_table *table, const struct sg_screen *screen)
{
    const int *widths = widths_of(table, screen);

    print_titles(table, screen, widths);
    for (const struct row *row = table->first; row != NULL; row = row->next)
        print_row(table, screen, widths, row->texts);
}
