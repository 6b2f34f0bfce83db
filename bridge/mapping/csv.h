/** CSV (RFC 4180, UTF-8): every field with its place. */
#ifndef SG_MAPPING_CSV_H
#define SG_MAPPING_CSV_H

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

struct sg_csv_field {
    struct sg_str text;
    struct sg_place at; /* of its first byte, or of the quote before it */
};

struct sg_csv_row {
    const struct sg_csv_field *fields;
    size_t count;
};

struct sg_csv {
    const struct sg_csv_row *rows; /* the header row is one like any other */
    size_t count;
};

/**
 * Reads all of it; lines end with LF or CRLF, an empty line is no row, a BOM is passed over. Fields
 * without doubled quotes borrow from `text`. `name` is the file in every place; borrowed for ever.
 * Fails with SG_ERROR_INPUT at line and column: no UTF-8, a quote inside a field without quotes,
 * text after a closing quote, a quote that is not closed, a CR or a zero byte outside quotes.
 */
SG_MUST_USE bool sg_csv_read(struct sg_arena *arena, struct sg_str text, const char *name,
                             struct sg_csv *out, struct sg_error *err);

#endif
