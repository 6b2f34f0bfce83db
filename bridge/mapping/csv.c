#include "mapping/csv.h"

#include "base/buffer.h"
#include "tree/utf8.h"

/* Where the reader is. */
struct reader {
    struct sg_arena *arena;
    struct sg_str text;
    size_t at, line_start;
    struct sg_place place; /* its column is set when it is asked for */
    struct sg_csv_field *fields;
    size_t count, room;
};

static struct sg_place place_at(const struct reader *reader, size_t at)
{
    struct sg_place place = reader->place;

    place.column = (int)(at - reader->line_start) + 1;
    return place;
}

static bool fail_at(const struct reader *reader, size_t at, const char *why, struct sg_error *err)
{
    return sg_error_set(err, SG_ERROR_INPUT, place_at(reader, at), "%s", why);
}

static bool is_end(const struct reader *reader)
{
    return reader->at == reader->text.length;
}

/* How many bytes of line end stand at `at`. */
static size_t line_end(const struct reader *reader, size_t at)
{
    struct sg_str rest = sg_str_skip(reader->text, at);

    if (sg_str_starts(rest, "\r\n"))
        return 2;
    return sg_str_starts(rest, "\n") ? 1 : 0;
}

static void next_line(struct reader *reader, size_t start)
{
    reader->place.line++;
    reader->line_start = start;
}

static void add_field(struct reader *reader, struct sg_str text, struct sg_place at)
{
    if (reader->count == reader->room) {
        size_t room = reader->room == 0 ? 8 : reader->room * 2;
        struct sg_csv_field *grown = sg_arena_get(reader->arena, room, sizeof *grown);

        if (reader->count > 0)
            memcpy(grown, reader->fields, reader->count * sizeof *grown);
        reader->fields = grown;
        reader->room = room;
    }
    reader->fields[reader->count++] = (struct sg_csv_field){text, at};
}

static bool read_plain(struct reader *reader, struct sg_error *err)
{
    size_t start = reader->at;

    for (; !is_end(reader) && line_end(reader, reader->at) == 0; reader->at++) {
        char c = reader->text.at[reader->at];

        if (c == ',')
            break;
        if (c == '"')
            return fail_at(reader, reader->at,
                           "a quote inside a field without quotes; quote the field and double it",
                           err);
        if (c == '\r' || c == '\0')
            return fail_at(reader, reader->at, "a CR without LF, or a zero byte", err);
    }
    add_field(reader, (struct sg_str){reader->text.at + start, reader->at - start},
              place_at(reader, start));
    return true;
}

/* From the opening quote to behind the closing one. */
static bool read_quoted(struct reader *reader, struct sg_error *err)
{
    struct sg_place opened = place_at(reader, reader->at);
    struct sg_buffer joined = {.arena = reader->arena};
    size_t start = ++reader->at;

    for (; !is_end(reader); reader->at++) {
        char c = reader->text.at[reader->at];

        if (c == '\n')
            next_line(reader, reader->at + 1);
        if (c != '"')
            continue;
        struct sg_str piece = {reader->text.at + start, reader->at - start};
        reader->at++;
        if (is_end(reader) || reader->text.at[reader->at] != '"') {
            sg_buffer_add(&joined, piece);
            add_field(reader, joined.length > piece.length ? sg_buffer_text(&joined) : piece,
                      opened);
            return true;
        }
        piece.length++; /* two quotes are one: the first stays */
        sg_buffer_add(&joined, piece);
        start = reader->at + 1;
    }
    return sg_error_set(err, SG_ERROR_INPUT, opened, "this quote is not closed");
}

/* One row, and the line end after it. */
static bool read_row(struct reader *reader, struct sg_csv_row *row, struct sg_error *err)
{
    reader->fields = NULL;
    reader->count = reader->room = 0;
    for (;;) {
        bool is_quoted = !is_end(reader) && reader->text.at[reader->at] == '"';

        if (!(is_quoted ? read_quoted(reader, err) : read_plain(reader, err)))
            return false;
        if (is_end(reader) || reader->text.at[reader->at] != ',')
            break;
        reader->at++;
    }
    size_t end = line_end(reader, reader->at);
    if (end == 0 && !is_end(reader))
        return fail_at(reader, reader->at, "text after a closing quote; `,` or a line end expected",
                       err);
    reader->at += end;
    next_line(reader, reader->at);
    *row = (struct sg_csv_row){reader->fields, reader->count};
    return true;
}

static struct sg_place place_of_byte(struct sg_str text, size_t byte, const char *name)
{
    struct sg_place at = {name, 1, 1};

    for (size_t i = 0; i < byte; i++) {
        at.column++;
        if (text.at[i] == '\n')
            at = (struct sg_place){name, at.line + 1, 1};
    }
    return at;
}

bool sg_csv_read(struct sg_arena *arena, struct sg_str text, const char *name, struct sg_csv *out,
                 struct sg_error *err)
{
    struct reader reader = {.arena = arena, .text = text, .place = {name, 1, 0}};
    size_t bad = 0, count = 0;

    if (!sg_utf8_check(text, &bad))
        return sg_error_set(err, SG_ERROR_INPUT, place_of_byte(text, bad, name),
                            "a byte that is no UTF-8; save the file as UTF-8");
    if (sg_str_starts(text, "\xef\xbb\xbf"))
        reader.at = reader.line_start = 3;
    struct sg_csv_row *rows = sg_arena_get(arena, sg_str_count(text, '\n') + 1, sizeof *rows);

    while (!is_end(&reader)) {
        size_t empty = line_end(&reader, reader.at);

        reader.at += empty;
        if (empty > 0)
            next_line(&reader, reader.at);
        else if (!read_row(&reader, &rows[count++], err))
            return false;
    }
    *out = (struct sg_csv){rows, count};
    return true;
}
