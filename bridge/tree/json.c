#include "tree/json.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>

#include "tree/utf8.h"

enum {
    FEW_MEMBERS = 16,  /* up to here, comparing all of them beats sorting */
    FIRST_MEMBERS = 32 /* room at the start; doubled as needed */
};

/* A name that was read, and where it stands: to find those that are repeated. */
struct member {
    struct sg_str name;
    size_t at;
};

struct reader {
    struct sg_arena *arena;
    struct sg_str text;
    size_t i; /* the byte to be read next */
    const char *file;
    struct sg_error *err;
    int depth;
    size_t nodes;
    struct member *members; /* of all the objects we are inside of, the innermost last */
    size_t member_count, member_room;
};

static bool fail(const struct reader *in, size_t at, const char *what)
{
    struct sg_place place = {in->file, 1, 1};

    for (size_t i = 0; i < at; i++) {
        place.column++;
        if (in->text.at[i] == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return sg_error_set(in->err, SG_ERROR_INPUT, place, "%s", what);
}

/* The byte at hand; 0, which no JSON has outside of texts, at the end. */
static unsigned char peek(const struct reader *in)
{
    return in->i < in->text.length ? (unsigned char)in->text.at[in->i] : 0;
}

static unsigned char skip_space(struct reader *in)
{
    unsigned char c = peek(in);

    while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
        in->i++;
        c = peek(in);
    }
    return c;
}

static struct sg_node *new_node(struct reader *in, enum sg_node_kind kind)
{
    if (++in->nodes > SG_TREE_NODES_MAX) {
        (void)fail(in, in->i, "too many values in one document");
        return NULL;
    }
    return sg_node_new(in->arena, kind);
}

/* The four digits after `\u` at `at`; false where they are not there. */
static bool read_hex4(const struct reader *in, size_t at, uint32_t *unit)
{
    uint32_t sum = 0;

    if (in->text.length - at < 6 || in->text.at[at] != '\\' || in->text.at[at + 1] != 'u')
        return false;
    for (size_t i = at + 2; i < at + 6; i++) {
        int digit = sg_char_hex(in->text.at[i]);
        if (digit < 0)
            return false;
        sum = sum << 4 | (uint32_t)digit;
    }
    *unit = sum;
    return true;
}

/* `\uXXXX`, or the two of a surrogate pair (RFC 8259, section 7). */
static bool read_code_point(struct reader *in, struct sg_buffer *out)
{
    uint32_t unit, low;

    if (!read_hex4(in, in->i, &unit))
        return fail(in, in->i, "\\u must be followed by four hexadecimal digits");
    if (unit >= 0xD800 && unit <= 0xDFFF) {
        if (unit > 0xDBFF || !read_hex4(in, in->i + 6, &low) || low < 0xDC00 || low > 0xDFFF)
            return fail(in, in->i, "a surrogate without its pair");
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        in->i += 6;
    }
    in->i += 6;
    sg_utf8_add(out, unit);
    return true;
}

static bool read_escape(struct reader *in, struct sg_buffer *out)
{
    static const char codes[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    char code = '\0';

    if (in->i + 1 < in->text.length)
        code = in->text.at[in->i + 1];
    if (code == 'u')
        return read_code_point(in, out);

    const char *known = code == '\0' ? NULL : strchr(codes, code);

    if (known == NULL)
        return fail(in, in->i, "an unknown escape in a text");
    sg_buffer_add_byte(out, bytes[known - codes]);
    in->i += 2;
    return true;
}

/* The first byte from `i` on that is a quote, a backslash or a control character; eight at once. In
 * each byte of `found` the high bit is set where it is one: the lowest such bit is never wrong.
 * `*is_ascii` is told on the way: most texts are, and then need no second look. */
static size_t find_special(struct sg_str text, size_t i, bool *is_ascii)
{
    const uint64_t ones = 0x0101010101010101U, highs = 0x80 * ones;
    uint64_t seen = 0, found = 0;

    for (; found == 0 && text.length - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, text.at + i, sizeof word);
        word = le64toh(word); /* so that the lowest byte is the first */
        uint64_t quote = word ^ '"' * ones, backslash = word ^ '\\' * ones;

        found = (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) |
                 ((word - 0x20 * ones) & ~word)) &
                highs;
        seen |= word;
    }
    if (found != 0)
        i -= sizeof(uint64_t) - (size_t)__builtin_ctzll(found) / 8;
    for (; found == 0 && i < text.length; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if (c < 0x20 || c == '"' || c == '\\')
            break;
        seen |= c;
    }
    *is_ascii = (seen & highs) == 0;
    return i;
}

/* Moves to the first byte that ends a text, is an escape, or is wrong. */
static void skip_plain(struct reader *in)
{
    bool is_ascii;
    size_t end = find_special(in->text, in->i, &is_ascii), bad = 0;

    if (is_ascii || sg_utf8_check((struct sg_str){in->text.at + in->i, end - in->i}, &bad))
        in->i = end;
    else
        in->i += bad;
}

/* Why a text stopped where it did, though not by a quote or an escape. */
static bool fail_in_text(const struct reader *in)
{
    if (in->i == in->text.length)
        return fail(in, in->i, "the document ends inside a text");
    if (peek(in) < 0x20)
        return fail(in, in->i, "a control character in a text; it must be escaped");
    return fail(in, in->i, "bytes that are no UTF-8");
}

/* From the opening quote to the closing one. */
static bool read_text(struct reader *in, struct sg_str *out)
{
    struct sg_buffer unescaped = {.arena = in->arena};
    size_t start = ++in->i;

    skip_plain(in);
    while (peek(in) == '\\') {
        sg_buffer_add(&unescaped, (struct sg_str){in->text.at + start, in->i - start});
        if (!read_escape(in, &unescaped))
            return false;
        start = in->i;
        skip_plain(in);
    }
    if (peek(in) != '"')
        return fail_in_text(in);
    *out = (struct sg_str){in->text.at + start, in->i++ - start};
    if (unescaped.length > 0) {
        sg_buffer_add(&unescaped, *out);
        *out = sg_buffer_text(&unescaped);
    }
    return true;
}

static bool skip_digits(struct reader *in)
{
    size_t start = in->i;

    while (peek(in) >= '0' && peek(in) <= '9')
        in->i++;
    return in->i > start;
}

/* Section 6; the digits stay as they are. */
static bool read_number(struct reader *in, struct sg_node **out)
{
    size_t start = in->i;

    in->i += peek(in) == '-';
    if (peek(in) == '0')
        in->i++;
    else if (!skip_digits(in))
        return fail(in, in->i, "a digit is expected after '-'");
    if (peek(in) == '.') {
        in->i++;
        if (!skip_digits(in))
            return fail(in, in->i, "a digit is expected after '.'");
    }
    if (peek(in) == 'e' || peek(in) == 'E') {
        in->i++;
        in->i += peek(in) == '+' || peek(in) == '-';
        if (!skip_digits(in))
            return fail(in, in->i, "a digit is expected in the exponent");
    }
    if (peek(in) >= '0' && peek(in) <= '9')
        return fail(in, start, "a number with a leading zero");
    if ((*out = new_node(in, SG_NODE_NUMBER)) == NULL)
        return false;
    (*out)->text = (struct sg_str){in->text.at + start, in->i - start};
    return true;
}

static bool read_literal(struct reader *in, struct sg_str word, enum sg_node_kind kind,
                         struct sg_node **out)
{
    struct sg_str here = {in->text.at + in->i, in->text.length - in->i};

    if (here.length < word.length || memcmp(here.at, word.at, word.length) != 0)
        return fail(in, in->i, "neither a value nor null, true or false");
    if ((*out = new_node(in, kind)) == NULL)
        return false;
    if (kind == SG_NODE_BOOLEAN)
        (*out)->text = word;
    in->i += word.length;
    return true;
}

static void note_member(struct reader *in, struct member member)
{
    if (in->member_count == in->member_room) {
        size_t room = in->member_room == 0 ? FIRST_MEMBERS : in->member_room * 2;
        struct member *grown = sg_arena_get(in->arena, room, sizeof *grown);

        if (in->member_count > 0)
            memcpy(grown, in->members, in->member_count * sizeof *grown);
        in->members = grown;
        in->member_room = room;
    }
    in->members[in->member_count++] = member;
}

static int by_name(const void *a, const void *b)
{
    const struct member *left = a, *right = b;
    int order = sg_str_compare(left->name, right->name);

    return order != 0 ? order : left->at < right->at ? -1 : left->at > right->at;
}

/* Of few members: the first that stood before. */
static const struct member *repeated_of_few(const struct member *members, size_t count)
{
    for (size_t m = 1; m < count; m++) {
        for (size_t before = 0; before < m; before++) {
            if (sg_str_equal(members[m].name, members[before].name))
                return &members[m];
        }
    }
    return NULL;
}

/* Of many: the same. Sorting costs n log n whatever the names, where hashes can be made to meet. */
static const struct member *repeated_of_many(struct member *members, size_t count)
{
    const struct member *found = NULL;

    qsort(members, count, sizeof *members, by_name);
    for (size_t m = 1; m < count; m++) {
        if (sg_str_equal(members[m].name, members[m - 1].name) &&
            (found == NULL || members[m].at < found->at))
            found = &members[m];
    }
    return found;
}

/* At the end of an object, whose members were noted from `first` on: they are forgotten. */
static bool end_object(struct reader *in, size_t first)
{
    const size_t count = in->member_count - first;
    const struct member *repeated = NULL;

    if (count > FEW_MEMBERS)
        repeated = repeated_of_many(&in->members[first], count);
    else if (count > 1)
        repeated = repeated_of_few(&in->members[first], count);

    if (repeated != NULL)
        return fail(in, repeated->at, "a member is given twice in one object");
    in->member_count = first;
    return true;
}

static bool read_value(struct reader *in, struct sg_node **out);

/* After a value: true at a comma, which is passed; `*ended` at `close`, which is passed as well. */
static bool read_separator(struct reader *in, char close, bool *ended)
{
    unsigned char c = skip_space(in);

    *ended = c == (unsigned char)close;
    if (c != ',' && !*ended)
        return fail(in, in->i, close == ']' ? "',' or ']' is expected" : "',' or '}' is expected");
    in->i++;
    return true;
}

static bool read_list(struct reader *in, struct sg_node *list)
{
    struct sg_node *child = NULL;
    bool ended = skip_space(in) == ']';

    in->i += ended;
    while (!ended) {
        if (!read_value(in, &child) || !read_separator(in, ']', &ended))
            return false;
        (void)sg_node_append(list, child);
    }
    return true;
}

static bool read_member(struct reader *in, struct sg_node *object)
{
    struct sg_str name = {0};
    struct sg_node *child = NULL;
    size_t at;

    if (skip_space(in) != '"')
        return fail(in, in->i, "the name of a member is expected, in quotes");
    at = in->i;
    if (!read_text(in, &name))
        return false;
    note_member(in, (struct member){name, at});
    if (skip_space(in) != ':')
        return fail(in, in->i, "':' is expected after a member's name");
    in->i++;
    if (!read_value(in, &child))
        return false;
    (void)sg_node_add(object, name, child);
    return true;
}

static bool read_object(struct reader *in, struct sg_node *object)
{
    size_t first = in->member_count;
    bool ended = skip_space(in) == '}';

    in->i += ended;
    while (!ended) {
        if (!read_member(in, object) || !read_separator(in, '}', &ended))
            return false;
    }
    return end_object(in, first);
}

static bool read_container(struct reader *in, enum sg_node_kind kind, struct sg_node **out)
{
    if (in->depth == SG_TREE_DEPTH_MAX)
        return fail(in, in->i, "lists and objects go deeper than 64 levels");
    if ((*out = new_node(in, kind)) == NULL)
        return false;
    in->i++;
    in->depth++;
    if (!(kind == SG_NODE_LIST ? read_list(in, *out) : read_object(in, *out)))
        return false;
    in->depth--;
    return true;
}

static bool read_value(struct reader *in, struct sg_node **out)
{
    switch (skip_space(in)) {
    case '"':
        if ((*out = new_node(in, SG_NODE_TEXT)) == NULL)
            return false;
        return read_text(in, &(*out)->text);
    case '{':
        return read_container(in, SG_NODE_OBJECT, out);
    case '[':
        return read_container(in, SG_NODE_LIST, out);
    case 't':
        return read_literal(in, SG_STR("true"), SG_NODE_BOOLEAN, out);
    case 'f':
        return read_literal(in, SG_STR("false"), SG_NODE_BOOLEAN, out);
    case 'n':
        return read_literal(in, SG_STR("null"), SG_NODE_NULL, out);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return read_number(in, out);
    default:
        return fail(in, in->i,
                    in->i == in->text.length ? "the document ends where a value is expected"
                                             : "neither a value nor null, true or false");
    }
}

bool sg_json_read(struct sg_arena *arena, struct sg_str text, const char *name,
                  const struct sg_node **out, struct sg_error *err)
{
    struct reader in = {.arena = arena, .text = text, .file = name, .err = err};
    struct sg_node *root = NULL;

    if (sg_str_starts(text, "\xEF\xBB\xBF"))
        in.text = sg_str_skip(text, 3);
    if (!read_value(&in, &root))
        return false;
    (void)skip_space(&in);
    if (in.i < in.text.length)
        return fail(&in, in.i, "something follows the end of the document");
    *out = root;
    return true;
}

/* How a byte is escaped; NULL where it stands as it is. */
static const char *escaped(unsigned char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

/* With quotes around it; nothing in it is escaped. */
static void write_plain(struct sg_buffer *out, struct sg_str text)
{
    char *to = sg_buffer_reserve(out, text.length + 2);

    *to++ = '"';
    if (text.length > 0)
        memcpy(to, text.at, text.length);
    to[text.length] = '"';
    out->length += text.length + 2;
}

/* From `first` on, the first byte that is escaped. */
static void write_escaped(struct sg_buffer *out, struct sg_str text, size_t first)
{
    size_t start = 0;
    bool is_ascii;

    sg_buffer_add_byte(out, '"');
    for (size_t i = first; i < text.length; i = find_special(text, i + 1, &is_ascii)) {
        unsigned char c = (unsigned char)text.at[i];
        const char *short_form = escaped(c);

        sg_buffer_add(out, (struct sg_str){text.at + start, i - start});
        start = i + 1;
        if (short_form != NULL)
            sg_buffer_add(out, sg_str_of(short_form));
        else
            sg_buffer_add_format(out, "\\u%04x", c);
    }
    sg_buffer_add(out, sg_str_skip(text, start));
    sg_buffer_add_byte(out, '"');
}

void sg_json_write_text(struct sg_buffer *out, struct sg_str text)
{
    bool is_ascii;
    size_t first = find_special(text, 0, &is_ascii);

    if (first == text.length)
        write_plain(out, text);
    else
        write_escaped(out, text, first);
}

enum { ON_ONE_LINE = -1 }; /* as a level of indentation: none */

static void break_line(struct sg_buffer *out, int level)
{
    if (level == ON_ONE_LINE)
        return;
    sg_buffer_add_byte(out, '\n');
    for (int i = 0; i < level; i++)
        sg_buffer_add(out, SG_STR("  "));
}

static void write_node(struct sg_buffer *out, const struct sg_node *node, int level);

static void write_entries(struct sg_buffer *out, const struct sg_node *node, int level)
{
    const bool is_object = node->kind == SG_NODE_OBJECT;
    const int inner = level == ON_ONE_LINE ? ON_ONE_LINE : level + 1;

    sg_buffer_add_byte(out, is_object ? '{' : '[');
    for (const struct sg_node *entry = node->first; entry != NULL; entry = entry->next) {
        if (entry != node->first)
            sg_buffer_add_byte(out, ',');
        break_line(out, inner);
        if (is_object) {
            sg_json_write_text(out, entry->name);
            sg_buffer_add(out, level == ON_ONE_LINE ? SG_STR(":") : SG_STR(": "));
        }
        write_node(out, entry, inner);
    }
    if (node->first != NULL)
        break_line(out, level);
    sg_buffer_add_byte(out, is_object ? '}' : ']');
}

static void write_node(struct sg_buffer *out, const struct sg_node *node, int level)
{
    switch (node->kind) {
    case SG_NODE_NULL:
        sg_buffer_add(out, SG_STR("null"));
        break;
    case SG_NODE_BOOLEAN:
    case SG_NODE_NUMBER:
        sg_buffer_add(out, node->text);
        break;
    case SG_NODE_TEXT:
        sg_json_write_text(out, node->text);
        break;
    case SG_NODE_LIST:
    case SG_NODE_OBJECT:
        write_entries(out, node, level);
        break;
    }
}

void sg_json_write(struct sg_buffer *out, const struct sg_node *node)
{
    write_node(out, node, ON_ONE_LINE);
}

void sg_json_write_pretty(struct sg_buffer *out, const struct sg_node *node)
{
    write_node(out, node, 0);
}
