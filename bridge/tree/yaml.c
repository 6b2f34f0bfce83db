#include "tree/yaml.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <yaml.h>

#include "base/suggest.h"
#include "tree/utf8.h"

enum { SHOWN_BYTES = 40 }; /* of a value, in a message */

/* A list or a map that is being read. */
struct level {
    struct sg_yaml *node;
    struct sg_str key; /* of the map's entry whose value comes next */
    struct sg_place key_at;
    bool has_key;    /* a value comes next, and not a key */
    bool is_dropped; /* that value is read, but not kept: its key was wrong */
};

struct reader {
    struct sg_arena *arena;
    struct sg_str text;
    const char *file;
    struct sg_findings *findings;
    struct level levels[SG_TREE_DEPTH_MAX];
    size_t depth;
    struct sg_yaml *root;
    size_t characters, bytes; /* how far the text was counted through, in both measures */
    size_t line, line_start;  /* and the line there: its number, and the byte it starts at */
};

/* As far as `characters` or as `bytes`, whichever comes first: on from what was counted before, for
 * marks come nearly in order. */
static void count_to(struct reader *in, size_t characters, size_t bytes)
{
    if (in->line == 0 || characters < in->characters || bytes < in->bytes) {
        in->characters = in->bytes = in->line_start = 0;
        in->line = 1;
    }
    while (in->characters < characters && in->bytes < bytes && in->bytes < in->text.length) {
        bool breaks = in->text.at[in->bytes] == '\n';

        (void)sg_utf8_next(in->text, &in->bytes);
        in->characters++;
        if (breaks) {
            in->line++;
            in->line_start = in->bytes;
        }
    }
}

static struct sg_place place_reached(const struct reader *in)
{
    return (struct sg_place){in->file, (int)in->line, (int)(in->bytes - in->line_start) + 1};
}

/* libyaml counts characters from 0, and lines as YAML 1.1 does; editors count bytes and '\n'. */
static struct sg_place place(struct reader *in, yaml_mark_t mark)
{
    count_to(in, mark.index, SIZE_MAX);
    return place_reached(in);
}

static struct sg_place place_of_byte(struct reader *in, size_t byte)
{
    count_to(in, SIZE_MAX, byte);
    return place_reached(in);
}

static struct sg_yaml *new_value(struct reader *in, enum sg_yaml_kind kind, yaml_mark_t start)
{
    struct sg_yaml *value = sg_arena_get(in->arena, 1, sizeof *value);

    value->kind = kind;
    value->at = value->key_at = place(in, start);
    return value;
}

static struct level *innermost(struct reader *in)
{
    struct level *level = in->depth == 0 ? NULL : &in->levels[in->depth - 1];

    assert(level == NULL || level->node != NULL);
    return level;
}

/* Takes a key; one that is no text or that stood before is found, and its value dropped. */
static void take_key(struct reader *in, const struct sg_yaml *key, bool is_text)
{
    struct level *map = innermost(in);
    const struct sg_yaml *first;

    map->has_key = true;
    map->key = key->text;
    map->key_at = key->at;
    map->is_dropped = true;
    if (!is_text) {
        (void)sg_findings_add(in->findings, key->at, "a key is a text");
        return;
    }
    for (first = map->node->first; first != NULL; first = first->next) {
        if (!sg_str_equal(first->key, key->text))
            continue;
        (void)sg_findings_add(in->findings, key->at, "`%.*s` is given twice; first on line %d",
                              SG_STR_ARG(key->text), first->key_at.line);
        return;
    }
    map->is_dropped = false;
}

/* Puts what was read, or what begins, where it belongs; what is no scalar makes no key. */
static void take(struct reader *in, struct sg_yaml *value, bool makes_key)
{
    struct level *parent = innermost(in);
    bool is_dropped = false;

    if (parent == NULL) {
        in->root = value;
        return;
    }
    if (parent->node->kind == SG_YAML_MAP) {
        if (!parent->has_key) {
            take_key(in, value, makes_key);
            return;
        }
        parent->has_key = false;
        is_dropped = parent->is_dropped;
        value->key = parent->key;
        value->key_at = parent->key_at;
    }
    if (is_dropped)
        return;
    if (parent->node->last == NULL)
        parent->node->first = value;
    else
        parent->node->last->next = value;
    parent->node->last = value;
    parent->node->count++;
}

static void find_properties(struct reader *in, const yaml_char_t *anchor, const yaml_char_t *tag,
                            yaml_mark_t start)
{
    if (anchor != NULL)
        (void)sg_findings_add(in->findings, place(in, start),
                              "an anchor (&) is not taken; write the value out where it is needed");
    if (tag != NULL)
        (void)sg_findings_add(in->findings, place(in, start),
                              "a tag (!) is not taken; quote a text, and leave a number plain");
}

static bool begin(struct reader *in, enum sg_yaml_kind kind, yaml_mark_t start)
{
    struct sg_yaml *value = new_value(in, kind, start);

    if (in->depth == SG_TREE_DEPTH_MAX) {
        in->root = NULL;
        return sg_findings_add(in->findings, value->at, "lists and maps go deeper than %d levels",
                               SG_TREE_DEPTH_MAX);
    }
    take(in, value, false);
    in->levels[in->depth++] = (struct level){.node = value};
    return true;
}

static size_t digits(struct sg_str text, size_t *i)
{
    size_t start = *i;

    while (*i < text.length && text.at[*i] >= '0' && text.at[*i] <= '9')
        ++*i;
    return *i - start;
}

static bool skip_one_of(struct sg_str text, size_t *i, const char *set)
{
    bool is_there = *i < text.length && text.at[*i] != '\0' && strchr(set, text.at[*i]) != NULL;

    *i += is_there;
    return is_there;
}

/* Whether the core schema takes it for a decimal number (YAML 1.2.2, section 10.3.2); and, of
 * those, whether JSON would, too (RFC 8259, section 6): not 012, +98, .5 and 5. */
static bool is_decimal(struct sg_str text, bool *is_json)
{
    size_t i = 0, fraction = 0;
    bool has_plus = sg_str_starts(text, "+");

    (void)skip_one_of(text, &i, "+-");
    bool has_zero = i < text.length && text.at[i] == '0';
    size_t whole = digits(text, &i);
    bool has_point = skip_one_of(text, &i, ".");

    if (has_point)
        fraction = digits(text, &i);
    if (whole + fraction == 0)
        return false;
    if (skip_one_of(text, &i, "eE")) {
        (void)skip_one_of(text, &i, "+-");
        if (digits(text, &i) == 0)
            return false;
    }
    if (i < text.length)
        return false;
    *is_json = !has_plus && whole > 0 && !(has_zero && whole > 1) && has_point == (fraction > 0);
    return true;
}

/* The numbers of the core schema that are not decimal. */
static bool is_other_number(struct sg_str text)
{
    static const char *const names[] = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"};
    struct sg_str unsigned_text =
        sg_str_skip(text, sg_str_starts(text, "-") || sg_str_starts(text, "+"));
    bool is_hex = sg_str_starts(text, "0x");
    size_t i = 2;

    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        if (sg_str_is(unsigned_text, names[n]))
            return true;
    }
    if (text.length < 3 || (!is_hex && !sg_str_starts(text, "0o")))
        return false;
    while (skip_one_of(text, &i, is_hex ? "0123456789abcdefABCDEF" : "01234567"))
        continue;
    return i == text.length;
}

/* What a scalar without quotes is. */
static enum sg_yaml_kind kind_of_plain(struct reader *in, struct sg_str text, struct sg_place at)
{
    bool is_json = false;

    if (text.length == 0 || sg_str_is(text, "~") || sg_str_is(text, "null"))
        return SG_YAML_NULL;
    if (sg_str_is(text, "true") || sg_str_is(text, "false"))
        return SG_YAML_BOOLEAN;
    if (!is_decimal(text, &is_json) && !is_other_number(text))
        return SG_YAML_TEXT;
    if (!is_json)
        (void)sg_findings_add(
            in->findings, at,
            "`%.*s` is a number that JSON does not know; quote it if it is a text",
            text.length > SHOWN_BYTES ? SHOWN_BYTES : (int)text.length, text.at);
    return SG_YAML_NUMBER;
}

static void take_scalar(struct reader *in, const yaml_event_t *event)
{
    const yaml_scalar_style_t style = event->data.scalar.style;
    const struct sg_str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    const struct level *parent = innermost(in);
    struct sg_yaml *value = new_value(in, SG_YAML_TEXT, event->start_mark);
    bool is_plain = style == YAML_PLAIN_SCALAR_STYLE;
    bool is_key = parent != NULL && parent->node->kind == SG_YAML_MAP && !parent->has_key;

    find_properties(in, event->data.scalar.anchor, event->data.scalar.tag, event->start_mark);
    value->text = sg_str_copy(in->arena, text);
    value->is_block_text = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    if (is_plain && !is_key)
        value->kind = kind_of_plain(in, value->text, value->at);
    take(in, value, !is_plain || value->text.length > 0);
}

/* One event; false at the end of what is read, or where reading cannot go on. */
static bool take_event(struct reader *in, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_STREAM_END_EVENT:
        return false;
    case YAML_DOCUMENT_START_EVENT:
        if (in->root != NULL)
            return sg_findings_add(in->findings, place(in, event->start_mark),
                                   "a second document; a file holds one");
        return true;
    case YAML_SCALAR_EVENT:
        take_scalar(in, event);
        return true;
    case YAML_ALIAS_EVENT:
        (void)sg_findings_add(in->findings, place(in, event->start_mark),
                              "an alias (*) is not taken; write the value out, or quote a text");
        take(in, new_value(in, SG_YAML_NULL, event->start_mark), true);
        return true;
    case YAML_SEQUENCE_START_EVENT:
        find_properties(in, event->data.sequence_start.anchor, event->data.sequence_start.tag,
                        event->start_mark);
        return begin(in, SG_YAML_LIST, event->start_mark);
    case YAML_MAPPING_START_EVENT:
        find_properties(in, event->data.mapping_start.anchor, event->data.mapping_start.tag,
                        event->start_mark);
        return begin(in, SG_YAML_MAP, event->start_mark);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        in->depth--;
        return true;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return true;
    }
    return true;
}

/* What libyaml finds, and what most likely is the matter. */
static const struct problem {
    const char *found;
    const char *inside; /* its context; NULL: whichever */
    const char *meant;  /* with a context, ends with what begins elsewhere */
} PROBLEMS[] = {
    {"found character that cannot start any token", NULL,
     "a tab, or a character that needs quotes; indent by spaces"},
    {"found a tab character that violates indentation", NULL, "a tab; indent by spaces"},
    {"mapping values are not allowed in this context", NULL,
     "a `:` does not stand here; quote the text, or begin the map on a line of its own"},
    {"did not find expected key", "while parsing a block mapping",
     "this line is not indented as the others of the map"},
    {"did not find expected '-' indicator", "while parsing a block collection",
     "this line is not indented as the others of the list"},
    {"did not find expected ',' or '}'", "while parsing a flow mapping",
     "`,` or `}` is expected here; look for a quote or a brace that is not closed in the map"},
    {"did not find expected ',' or ']'", "while parsing a flow sequence",
     "`,` or `]` is expected here; look for a quote or a bracket that is not closed in the list"},
    {"found unexpected end of stream", "while scanning a quoted scalar",
     "the file ends inside the quoted text"},
};

static const struct problem *known_problem(const yaml_parser_t *parser)
{
    for (size_t i = 0; i < sizeof PROBLEMS / sizeof PROBLEMS[0]; i++) {
        const struct problem *known = &PROBLEMS[i];

        if (strcmp(parser->problem, known->found) == 0 &&
            (known->inside == NULL ||
             (parser->context != NULL && strcmp(parser->context, known->inside) == 0)))
            return known;
    }
    return NULL;
}

/* Names no content. A forbidden byte has an offset, and no mark. */
static void find_problem(struct reader *in, const yaml_parser_t *parser)
{
    if (parser->error == YAML_MEMORY_ERROR)
        abort();
    if (parser->error == YAML_READER_ERROR) {
        (void)sg_findings_add(in->findings, place_of_byte(in, parser->problem_offset), "%s",
                              parser->problem);
        return;
    }
    const struct problem *known = known_problem(parser);
    struct sg_place at = place(in, parser->problem_mark);
    int begun = parser->context == NULL ? 0 : place(in, parser->context_mark).line;

    if (known != NULL && known->inside == NULL)
        (void)sg_findings_add(in->findings, at, "%s", known->meant);
    else if (known != NULL)
        (void)sg_findings_add(in->findings, at, "%s that begins on line %d", known->meant, begun);
    else if (parser->context == NULL)
        (void)sg_findings_add(in->findings, at, "%s", parser->problem);
    else
        (void)sg_findings_add(in->findings, at, "%s %s that begins on line %d", parser->problem,
                              parser->context, begun);
}

static void read_events(struct reader *in)
{
    yaml_parser_t parser;
    yaml_event_t event;
    bool goes_on = true;

    if (yaml_parser_initialize(&parser) == 0)
        abort(); /* no memory */
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)in->text.at, in->text.length);
    while (goes_on) {
        if (yaml_parser_parse(&parser, &event) == 0) {
            find_problem(in, &parser);
            in->root = NULL;
            break;
        }
        goes_on = take_event(in, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

struct sg_yaml *sg_yaml_read(struct sg_arena *arena, struct sg_str text, const char *name,
                             struct sg_findings *findings)
{
    struct reader in = {.arena = arena, .text = text, .file = name, .findings = findings};
    const size_t errors = sg_findings_errors(findings);
    size_t bad;

    if (sg_str_starts(text, "\xEF\xBB\xBF"))
        in.text = sg_str_skip(text, 3);
    if (in.text.length == 0) { /* its address may be NULL, which libyaml does not take */
        (void)sg_findings_add(findings, (struct sg_place){name, 1, 1}, "the file is empty");
        return NULL;
    }
    if (!sg_utf8_check(in.text, &bad)) {
        in.text.length = bad;
        (void)sg_findings_add(findings, place_of_byte(&in, bad),
                              "bytes that are no UTF-8; save the file as UTF-8");
        return NULL;
    }
    read_events(&in);
    if (in.root == NULL && sg_findings_errors(findings) == errors)
        (void)sg_findings_add(findings, (struct sg_place){name, 1, 1}, "the file is empty");
    return in.root;
}

const struct sg_yaml *sg_yaml_find(const struct sg_yaml *map, const char *key)
{
    if (map == NULL || map->kind != SG_YAML_MAP)
        return NULL;
    for (const struct sg_yaml *entry = map->first; entry != NULL; entry = entry->next) {
        if (sg_str_is(entry->key, key))
            return entry;
    }
    return NULL;
}

static enum sg_node_kind node_kind(enum sg_yaml_kind kind)
{
    switch (kind) {
    case SG_YAML_NULL:
        return SG_NODE_NULL;
    case SG_YAML_BOOLEAN:
        return SG_NODE_BOOLEAN;
    case SG_YAML_NUMBER:
        return SG_NODE_NUMBER;
    case SG_YAML_TEXT:
        return SG_NODE_TEXT;
    case SG_YAML_LIST:
        return SG_NODE_LIST;
    case SG_YAML_MAP:
        return SG_NODE_OBJECT;
    }
    return SG_NODE_NULL;
}

struct sg_node *sg_yaml_to_node(struct sg_arena *arena, const struct sg_yaml *yaml)
{
    struct sg_node *node = sg_node_new(arena, node_kind(yaml->kind));

    if (yaml->kind != SG_YAML_NULL)
        node->text = yaml->text;
    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next)
        (void)sg_node_add(node, entry->key, sg_yaml_to_node(arena, entry));
    return node;
}

bool sg_yaml_check_keys(const struct sg_yaml *map, const struct sg_str *known, size_t count,
                        struct sg_findings *findings)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    bool all_known = true;

    for (const struct sg_yaml *entry = map->first; entry != NULL; entry = entry->next) {
        size_t k = 0;

        while (k < count && !sg_str_equal(entry->key, known[k]))
            k++;
        if (k < count)
            continue;
        all_known =
            sg_findings_add(findings, entry->key_at, "unknown key `%.*s`%s", SG_STR_ARG(entry->key),
                            sg_suggest_ending(arena, entry->key, known, count));
    }
    return all_known;
}

bool sg_yaml_expect(const struct sg_yaml *yaml, enum sg_yaml_kind kind,
                    struct sg_findings *findings)
{
    static const char *const names[] = {
        [SG_YAML_NULL] = "null",       [SG_YAML_BOOLEAN] = "true or false",
        [SG_YAML_NUMBER] = "a number", [SG_YAML_TEXT] = "a text",
        [SG_YAML_LIST] = "a list",     [SG_YAML_MAP] = "a map",
    };

    if (yaml->kind == kind)
        return true;
    return sg_findings_add(findings, yaml->at, "%s is expected", names[kind]);
}
