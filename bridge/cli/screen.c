#include "cli/screen.h"

#include <stdlib.h>
#include <sys/ioctl.h>

#include <unicode/uchar.h>

#include "base/buffer.h"
#include "base/units.h"
#include "tree/utf8.h"

#define FSI "\u2068"
#define PDI "\u2069"

enum { USUAL_WIDTH = 80, USUAL_HEIGHT = 24, LEAST_WIDTH = 20, REPLACEMENT = 0xFFFD };

static int terminal_width(int fd)
{
    struct winsize size;
    int64_t columns;

    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *given = getenv("COLUMNS"); /* a serial line does not know its size */
    if (given != NULL && sg_units_integer(sg_str_of(given), &columns) && columns > 0 &&
        columns <= UINT16_MAX)
        return (int)columns;
    return USUAL_WIDTH;
}

int sg_screen_height(FILE *out)
{
    struct winsize size;

    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row
                                                                         : USUAL_HEIGHT;
}

struct sg_screen sg_screen_of(struct sg_arena *arena, FILE *out)
{
    struct sg_screen screen = {.arena = arena, .out = out, .ruler = sg_ruler_new(arena)};
    const int fd = fileno(out);

    if (fd >= 0 && isatty(fd) == 1)
        screen.width = terminal_width(fd);
    if (screen.width > 0 && screen.width < LEAST_WIDTH)
        screen.width = LEAST_WIDTH;
    return screen;
}

/* --- text --- */

static bool is_plain(struct sg_str text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] < ' ' || text.at[i] > '~')
            return false;
    }
    return true;
}

/* U+202A to U+202E, U+2066 to U+2069 (UAX #9, 2.1 to 2.4). */
static bool turns_the_line(UChar32 c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static void add_clean(struct sg_buffer *out, UChar32 c)
{
    const uint32_t line_ends = U_GC_ZL_MASK | U_GC_ZP_MASK;

    if (c == '\t' || c == '\n' || c == '\r' || (U_GET_GC_MASK(c) & line_ends) != 0)
        sg_buffer_add_byte(out, ' ');
    else if (u_charType(c) == U_CONTROL_CHAR)
        sg_utf8_add(out, REPLACEMENT);
    else if (!turns_the_line(c))
        sg_utf8_add(out, (uint32_t)c);
}

struct sg_str sg_screen_clean(struct sg_arena *arena, struct sg_str text)
{
    struct sg_buffer out = {.arena = arena};
    size_t i = 0;

    if (is_plain(text))
        return text;
    while (i < text.length) {
        if (sg_utf8_length(sg_str_skip(text, i)) > 0) {
            add_clean(&out, (UChar32)sg_utf8_next(text, &i));
        } else {
            sg_utf8_add(&out, REPLACEMENT);
            i++;
        }
    }
    return sg_buffer_text(&out);
}

static bool has_right_to_left(struct sg_str text)
{
    size_t i = 0;

    while (i < text.length) {
        const UCharDirection direction = u_charDirection((UChar32)sg_utf8_next(text, &i));

        if (direction == U_RIGHT_TO_LEFT || direction == U_RIGHT_TO_LEFT_ARABIC ||
            direction == U_ARABIC_NUMBER)
            return true;
    }
    return false;
}

struct sg_str sg_screen_isolate(const struct sg_screen *screen, struct sg_str text)
{
    if (screen->width == 0 || !has_right_to_left(text))
        return text;
    return sg_str_format(screen->arena, FSI "%.*s" PDI, SG_STR_ARG(text));
}

/* --- paragraphs --- */

static struct sg_str skip_spaces(struct sg_str text)
{
    while (text.length > 0 && text.at[0] == ' ')
        text = sg_str_skip(text, 1);
    return text;
}

/* How many bytes of `text` go on one line: whole words, and one at least. */
static size_t line_length(const struct sg_screen *screen, struct sg_str text, int columns)
{
    size_t best = 0;

    if (screen->width == 0)
        return text.length;
    for (size_t end = 1; end <= text.length; end++) {
        if (end < text.length && text.at[end] != ' ')
            continue;
        if (best > 0 && sg_ruler_width(screen->ruler, (struct sg_str){text.at, end}) > columns)
            break;
        best = end;
    }
    return best;
}

/* The text from `column` on, where the line stands. */
static void print_words(const struct sg_screen *screen, int column, int indent, struct sg_str text)
{
    text = skip_spaces(sg_screen_clean(screen->arena, text));
    while (text.length > 0) {
        const struct sg_str line = {text.at, line_length(screen, text, screen->width - column)};

        (void)fprintf(screen->out, "%.*s", SG_STR_ARG(sg_screen_isolate(screen, line)));
        text = skip_spaces(sg_str_skip(text, line.length));
        if (text.length > 0)
            (void)fprintf(screen->out, "\n%*s", indent, "");
        column = indent;
    }
    (void)fputc('\n', screen->out);
}

void sg_screen_paragraph(const struct sg_screen *screen, const char *head, int indent,
                         struct sg_str text)
{
    (void)fputs(head, screen->out);
    print_words(screen, sg_str_width(sg_str_of(head)), indent, text);
}

void sg_screen_print_pair(const struct sg_screen *screen, const struct sg_screen_pair *pair)
{
    const struct sg_str label = sg_screen_clean(screen->arena, pair->label);
    const int end = pair->indent + sg_ruler_width(screen->ruler, label);
    const int column = pair->text.length == 0 ? end : end < pair->column ? pair->column : end + 1;

    (void)fprintf(screen->out, "%*s%.*s%*s", pair->indent, "",
                  SG_STR_ARG(sg_screen_isolate(screen, label)), column - end, "");
    print_words(screen, column, pair->indent + 2, pair->text);
}
