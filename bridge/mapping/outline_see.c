/* Seeing events: what of them is new, has changed or is gone. */
#include "base/buffer.h"
#include "mapping/outline_inner.h"
#include "tree/pointer.h"
#include "tree/utf8.h"

enum { DATA_DIGITS = 6 };

/* --- counting --- */

/* Of a drift that was there before. One event counts once. */
static bool count_again(struct sg_outline *outline, int at, int64_t now_ms)
{
    struct sg_outline_drift *drift = &outline->drifts[at];
    const bool begins = sg_outline_is_over(drift);

    if (!begins && drift->event == outline->events)
        return false;
    if (begins) {
        drift->drift.since = now_ms;
        drift->drift.times = 0;
        drift->news = SG_OUTLINE_FIRST;
    } else if (drift->news == SG_OUTLINE_KEPT) {
        drift->news = SG_OUTLINE_COUNTED;
    }
    drift->drift.times++;
    drift->drift.last_at = now_ms;
    drift->event = outline->events;
    return begins;
}

/* Counts the drift that stands at `*at`, or begins it there with the kind and texts of `what`. */
static bool count(struct sg_outline *outline, int *at, const struct sg_drift *what, int64_t now_ms)
{
    if (*at != SG_OUTLINE_NONE)
        return count_again(outline, *at, now_ms);
    *at = sg_outline_add_drift(outline, what);
    outline->drifts[*at].news = SG_OUTLINE_FORGOTTEN; /* it has never been */
    return count_again(outline, *at, now_ms);
}

/* --- what a value shows of itself --- */

static int type_of(const struct sg_node *value)
{
    switch (value->kind) {
    case SG_NODE_NUMBER:
        return SG_OUTLINE_NUMBER;
    case SG_NODE_BOOLEAN:
        return SG_OUTLINE_BOOLEAN;
    case SG_NODE_OBJECT:
        return SG_OUTLINE_OBJECT;
    case SG_NODE_TEXT:
    case SG_NODE_NULL:
    case SG_NODE_LIST:
        break;
    }
    return SG_OUTLINE_TEXT;
}

static bool is_digit_at(struct sg_str text, size_t at)
{
    return at < text.length && text.at[at] >= '0' && text.at[at] <= '9';
}

/* 2026-09-24, 1405/07/02, with or without what follows. */
static bool is_date_like(struct sg_str text)
{
    static const size_t digits[] = {0, 1, 2, 3, 5, 6, 8, 9};

    if (text.length < 10 || (text.at[4] != '-' && text.at[4] != '/') || text.at[7] != text.at[4])
        return false;
    for (size_t d = 0; d < sizeof digits / sizeof digits[0]; d++) {
        if (!is_digit_at(text, digits[d]))
            return false;
    }
    return true;
}

static size_t characters_of(struct sg_str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.length; count++)
        (void)sg_utf8_next(text, &i);
    return count;
}

/* How it looks, with nothing of what it says: "text of 12". */
static struct sg_str shape_of(struct sg_arena *arena, const struct sg_node *value)
{
    if (value->kind == SG_NODE_OBJECT)
        return sg_str_format(arena, "object of %zu", value->count);
    if (value->kind != SG_NODE_TEXT)
        return SG_OUTLINE_TYPE_NAMES[type_of(value)];
    if (is_date_like(value->text))
        return SG_STR("a date");
    return sg_str_format(arena, "text of %zu", characters_of(value->text));
}

static struct sg_str change_of(struct sg_arena *arena, int type, unsigned before)
{
    struct sg_buffer text = {.arena = arena};
    const char *between = ", was ";

    sg_buffer_add(&text, SG_OUTLINE_TYPE_NAMES[type]);
    for (int t = 0; t < SG_OUTLINE_TYPES; t++) {
        if ((before & 1U << t) == 0)
            continue;
        sg_buffer_add_format(&text, "%s%.*s", between, SG_STR_ARG(SG_OUTLINE_TYPE_NAMES[t]));
        between = " or ";
    }
    return sg_buffer_text(&text);
}

/* --- seeing an event --- */

struct sight {
    struct sg_outline *outline;
    int64_t now_ms;
    bool is_shown; /* by a file: nothing is counted, and nothing of it is strange */
    bool is_news;
};

/* The names from the root, the last one first. */
struct way {
    const struct way *up;
    struct sg_str name;
};

static void write_way(struct sg_buffer *out, const struct way *way)
{
    if (way == NULL)
        return;
    write_way(out, way->up);
    sg_pointer_add_token(out, way->name);
}

/* Such a name is one of many, and may tell who somebody is. '@' begins the name of an attribute. */
static bool is_data(struct sg_str name)
{
    size_t digits = 0;

    for (size_t i = 0; i < name.length; i++) {
        const unsigned char byte = (unsigned char)name.at[i];
        const unsigned char before = i == 0 ? 0 : (unsigned char)name.at[i - 1];

        if (byte == '@' && i > 0)
            return true;
        digits += byte >= '0' && byte <= '9';
        digits += before == 0xdb && byte >= 0xb0 && byte <= 0xb9; /* Persian */
        digits += before == 0xd9 && byte >= 0xa0 && byte <= 0xa9; /* Arabic */
    }
    return digits >= DATA_DIGITS;
}

static bool is_learning(const struct sg_outline *outline)
{
    return outline->events <= SG_OUTLINE_LEARNS;
}

static void count_more(struct sight *sight)
{
    const struct sg_drift what = {.kind = SG_DRIFT_MORE};

    if (!sight->is_shown)
        sight->is_news |= count(sight->outline, &sight->outline->more, &what, sight->now_ms);
}

/* A field that was never met; SG_OUTLINE_NONE when it cannot be told apart. */
static int meet(struct sight *sight, const struct way *way, uint64_t hash, int parent,
                const struct sg_node *value)
{
    struct sg_outline *outline = sight->outline;
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_buffer pointer = {.arena = arena};

    write_way(&pointer, way);
    if (!sight->is_shown &&
        (outline->unnamed >= SG_OUTLINE_FIELDS_MAX || pointer.length > SG_OUTLINE_POINTER_MAX)) {
        count_more(sight);
        return SG_OUTLINE_NONE;
    }
    const int at = sg_outline_add_field(outline, hash, sg_buffer_text(&pointer), parent);
    struct sg_outline_field *field = &outline->fields[at];

    field->is_strange = !sight->is_shown && !is_learning(outline);
    if (field->is_strange) {
        const struct sg_drift what = {
            .kind = SG_DRIFT_FIELD, .pointer = field->pointer, .example = shape_of(arena, value)};

        sight->is_news |= count(outline, &field->drifts[SG_OUTLINE_OF_FIELD], &what, sight->now_ms);
    }
    return at;
}

static void see_type(struct sight *sight, struct sg_outline_field *field,
                     const struct sg_node *value)
{
    struct sg_outline *outline = sight->outline;
    const int type = type_of(value);

    if ((field->types & 1U << type) != 0)
        return;
    if (field->types == 0 || is_learning(outline)) {
        field->types |= 1U << type;
        outline->changes++;
        return;
    }
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_drift what = {.kind = SG_DRIFT_TYPE,
                                  .pointer = field->pointer,
                                  .shows = change_of(arena, type, field->types)};

    sight->is_news |=
        count(outline, &field->drifts[SG_OUTLINE_OF_TYPE + type], &what, sight->now_ms);
}

static void see_field(struct sight *sight, struct sg_outline_field *field,
                      const struct sg_node *value)
{
    struct sg_outline *outline = sight->outline;

    if (field->is_strange) {
        sight->is_news |= count_again(outline, field->drifts[SG_OUTLINE_OF_FIELD], sight->now_ms);
        return;
    }
    if (field->last != outline->events && is_learning(outline)) {
        field->times++;
        outline->changes++;
    }
    field->last = outline->events;
    sight->is_news |= sg_outline_end_drift(outline, field->drifts[SG_OUTLINE_OF_GONE]);
    see_type(sight, field, value);
}

static void see_members(struct sight *sight, const struct way *way, int parent,
                        const struct sg_node *object);

/* Lists are gone through: as deep as a document may be. */
static void see_value(struct sight *sight, const struct way *way, uint64_t hash, int parent,
                      const struct sg_node *value)
{
    struct sg_outline *outline = sight->outline;

    if (value->kind == SG_NODE_LIST) {
        for (const struct sg_node *entry = value->first; entry != NULL; entry = entry->next)
            see_value(sight, way, hash, parent, entry);
        return;
    }
    if (sg_node_is_nothing(value))
        return;
    int at = sg_outline_find_field(outline, hash);

    if (at == SG_OUTLINE_NONE)
        at = meet(sight, way, hash, parent, value);
    if (at == SG_OUTLINE_NONE)
        return;
    if (sight->is_shown)
        sg_outline_show_field(outline, &outline->fields[at]);
    else
        see_field(sight, &outline->fields[at], value);
    if (!outline->fields[at].is_strange && !outline->fields[at].is_whole)
        see_members(sight, way, at, value);
}

static void see_members(struct sight *sight, const struct way *way, int parent,
                        const struct sg_node *object)
{
    const struct sg_outline *outline = sight->outline;
    const uint64_t above = outline->fields[parent].hash;

    if (object->kind != SG_NODE_OBJECT)
        return;
    for (const struct sg_node *member = object->first; member != NULL; member = member->next) {
        const bool is_many = is_data(member->name);
        const struct way to = {way, is_many ? SG_STR("*") : member->name};

        see_value(sight, &to, sg_outline_hash_below(outline, above, to.name), parent, member);
    }
}

/* --- what is gone --- */

static bool is_gone(const struct sg_outline *outline, int at)
{
    const struct sg_outline_field *field = &outline->fields[at];

    return field->times >= SG_OUTLINE_NEARLY_ALL &&
           outline->events - field->last >= SG_OUTLINE_GONE;
}

/* What is in a thing that is gone is not told of as well. */
static bool miss(struct sg_outline *outline, int64_t now_ms)
{
    bool is_news = false;

    for (int i = 1; i < outline->count; i++) {
        struct sg_outline_field *field = &outline->fields[i];
        const struct sg_drift what = {.kind = SG_DRIFT_GONE, .pointer = field->pointer};

        if (!is_gone(outline, i) || is_gone(outline, field->parent))
            continue;
        is_news |= count(outline, &field->drifts[SG_OUTLINE_OF_GONE], &what, now_ms);
        outline->drifts[field->drifts[SG_OUTLINE_OF_GONE]].drift.times =
            outline->events - field->last;
    }
    return is_news;
}

bool sg_outline_see(struct sg_outline *outline, const struct sg_node *record, int64_t now_ms)
{
    struct sight sight = {.outline = outline, .now_ms = now_ms};

    if (outline->events < SG_OUTLINE_LEARNS)
        outline->changes++;
    outline->events++;
    see_value(&sight, NULL, 0, SG_OUTLINE_NONE, record);
    if (!is_learning(outline) && outline->events % SG_OUTLINE_GONE == 0)
        sight.is_news |= miss(outline, now_ms);
    return sight.is_news;
}

void sg_outline_show(struct sg_outline *outline, const struct sg_node *record)
{
    struct sight sight = {.outline = outline, .is_shown = true};

    see_value(&sight, NULL, 0, SG_OUTLINE_NONE, record);
}

static int find_code(const struct sg_outline *outline, struct sg_str pointer, struct sg_str code)
{
    for (int d = 0; d < outline->drift_count; d++) {
        const struct sg_drift *drift = &outline->drifts[d].drift;

        if (drift->kind == SG_DRIFT_CODE && sg_str_equal(drift->shows, code) &&
            sg_str_equal(drift->pointer, pointer))
            return d;
    }
    return SG_OUTLINE_NONE;
}

bool sg_outline_see_code(struct sg_outline *outline, struct sg_str pointer, struct sg_str code,
                         int64_t now_ms)
{
    const struct sg_drift what = {.kind = SG_DRIFT_CODE, .pointer = pointer, .shows = code};
    struct sight sight = {.outline = outline, .now_ms = now_ms};
    int at = find_code(outline, pointer, code);

    if (at == SG_OUTLINE_NONE && outline->code_count == SG_OUTLINE_CODES_MAX) {
        count_more(&sight);
        return sight.is_news;
    }
    if (at == SG_OUTLINE_NONE)
        outline->code_count++;
    else
        outline->drifts[at].event = SG_OUTLINE_NONE; /* it is told of once for each event */
    return count(outline, &at, &what, now_ms);
}
