/* The fields that are known, and what drifts of them. */
#include <stdlib.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/units.h"
#include "mapping/outline_inner.h"
#include "tree/json.h"
#include "tree/pointer.h"

enum { FIRST_ROOM = 64 };

const struct sg_str SG_OUTLINE_TYPE_NAMES[SG_OUTLINE_TYPES] = {
    [SG_OUTLINE_TEXT] = SG_STR_INIT("text"),
    [SG_OUTLINE_NUMBER] = SG_STR_INIT("number"),
    [SG_OUTLINE_BOOLEAN] = SG_STR_INIT("boolean"),
    [SG_OUTLINE_OBJECT] = SG_STR_INIT("object"),
};

static void *grown(void *at, size_t count, size_t size)
{
    void *more = reallocarray(at, count, size);

    if (more == NULL)
        abort();
    return more;
}

/* --- the table of fields --- */

static uint64_t hash_of_name(const struct sg_outline *outline, struct sg_str name)
{
    char lower[SG_OUTLINE_POINTER_MAX];

    if (!outline->is_loose || name.length > sizeof lower)
        return sg_hash64(name);
    for (size_t i = 0; i < name.length; i++)
        lower[i] =
            (char)(name.at[i] >= 'A' && name.at[i] <= 'Z' ? name.at[i] + ('a' - 'A') : name.at[i]);
    return sg_hash64((struct sg_str){lower, name.length});
}

uint64_t sg_outline_hash_below(const struct sg_outline *outline, uint64_t above, struct sg_str name)
{
    return ((above << 7 | above >> 57) ^ hash_of_name(outline, name)) * 0x9e3779b97f4a7c15U;
}

int sg_outline_find_field(const struct sg_outline *outline, uint64_t hash)
{
    const size_t mask = outline->index_size - 1;

    for (size_t i = hash & mask; outline->index[i] != 0; i = (i + 1) & mask) {
        if (outline->fields[outline->index[i] - 1].hash == hash)
            return outline->index[i] - 1;
    }
    return SG_OUTLINE_NONE;
}

static void put_in_index(struct sg_outline *outline, int at)
{
    const size_t mask = outline->index_size - 1;
    size_t i = outline->fields[at].hash & mask;

    while (outline->index[i] != 0)
        i = (i + 1) & mask;
    outline->index[i] = at + 1;
}

static void make_room(struct sg_outline *outline)
{
    if (outline->count < outline->room)
        return;
    outline->room = outline->room == 0 ? FIRST_ROOM : 2 * outline->room;
    outline->fields = grown(outline->fields, (size_t)outline->room, sizeof *outline->fields);
    outline->index_size = 4 * (size_t)outline->room;
    free(outline->index);
    outline->index = calloc(outline->index_size, sizeof *outline->index);
    if (outline->index == NULL)
        abort();
    for (int i = 0; i < outline->count; i++)
        put_in_index(outline, i);
}

int sg_outline_add_field(struct sg_outline *outline, uint64_t hash, struct sg_str pointer,
                         int parent)
{
    make_room(outline);
    struct sg_outline_field *field = &outline->fields[outline->count];

    *field = (struct sg_outline_field){.hash = hash,
                                       .pointer = sg_str_copy(outline->arena, pointer),
                                       .parent = parent,
                                       .last = SG_OUTLINE_NONE};
    for (int d = 0; d < SG_OUTLINE_OF_COUNT; d++)
        field->drifts[d] = SG_OUTLINE_NONE;
    put_in_index(outline, outline->count);
    outline->unnamed++;
    return outline->count++;
}

struct sg_outline *sg_outline_new(bool is_loose)
{
    struct sg_outline *outline = calloc(1, sizeof *outline);

    if (outline == NULL)
        abort();
    outline->arena = sg_arena_new();
    outline->is_loose = is_loose;
    outline->more = SG_OUTLINE_NONE;
    (void)sg_outline_add_field(outline, 0, (struct sg_str){0}, SG_OUTLINE_NONE);
    return outline;
}

void sg_outline_free(struct sg_outline *outline)
{
    if (outline == NULL)
        return;
    free(outline->fields);
    free(outline->index);
    free(outline->drifts);
    sg_arena_free(outline->arena);
    free(outline);
}

/* --- drifts --- */

int sg_outline_add_drift(struct sg_outline *outline, const struct sg_drift *drift)
{
    struct sg_arena *arena = outline->arena;

    if (outline->drift_count == outline->drift_room) {
        outline->drift_room = outline->drift_room == 0 ? 8 : 2 * outline->drift_room;
        outline->drifts =
            grown(outline->drifts, (size_t)outline->drift_room, sizeof *outline->drifts);
    }
    struct sg_outline_drift *added = &outline->drifts[outline->drift_count];

    *added = (struct sg_outline_drift){.drift = *drift, .news = SG_OUTLINE_KEPT};
    added->drift.system = sg_str_copy(arena, drift->system);
    added->drift.record = sg_str_copy(arena, drift->record);
    added->drift.pointer = sg_str_copy(arena, drift->pointer);
    added->drift.shows = sg_str_copy(arena, drift->shows);
    added->drift.example = sg_str_copy(arena, drift->example);
    return outline->drift_count++;
}

bool sg_outline_is_over(const struct sg_outline_drift *drift)
{
    return drift->news == SG_OUTLINE_OVER || drift->news == SG_OUTLINE_FORGOTTEN;
}

bool sg_outline_end_drift(struct sg_outline *outline, int at)
{
    if (at == SG_OUTLINE_NONE || sg_outline_is_over(&outline->drifts[at]))
        return false;
    outline->drifts[at].news = SG_OUTLINE_OVER;
    return true;
}

struct sg_outline_drift *sg_outline_drifts(struct sg_outline *outline, size_t *count)
{
    *count = (size_t)outline->drift_count;
    return outline->drifts;
}

/* --- what was known before --- */

static bool fail_unreadable(struct sg_error *err)
{
    return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0}, "is no outline of a record");
}

/* The way to a field, as far as it is known: what it is in, and the hash of its names. */
struct place {
    int parent;
    uint64_t hash;
};

/* False when the text is no pointer. */
static bool place_of(struct sg_outline *outline, struct sg_arena *arena, struct sg_str text,
                     struct place *out)
{
    const struct sg_pointer *pointer = NULL;
    struct sg_error err;
    size_t count = 0;

    if (!sg_pointer_compile(arena, text, (struct sg_place){0}, &pointer, &err))
        return false;
    const struct sg_str *names = sg_pointer_tokens(pointer, &count);

    *out = (struct place){.parent = SG_OUTLINE_NONE};
    for (size_t n = 0; n < count; n++) {
        const int above = sg_outline_find_field(outline, out->hash);

        out->parent = above != SG_OUTLINE_NONE ? above : out->parent;
        out->hash = sg_outline_hash_below(outline, out->hash, names[n]);
    }
    return true;
}

/* The field at a pointer as it was kept; NONE when the text is none. */
static int keep_field(struct sg_outline *outline, struct sg_str pointer)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct place place;

    if (!place_of(outline, arena, pointer, &place))
        return SG_OUTLINE_NONE;
    const int at = sg_outline_find_field(outline, place.hash);

    return at != SG_OUTLINE_NONE ? at
                                 : sg_outline_add_field(outline, place.hash, pointer, place.parent);
}

static unsigned types_of(const struct sg_node *names)
{
    unsigned types = 0;

    for (const struct sg_node *name = names->first; name != NULL; name = name->next) {
        for (int t = 0; t < SG_OUTLINE_TYPES; t++)
            types |= sg_str_equal(name->text, SG_OUTLINE_TYPE_NAMES[t]) ? 1U << t : 0;
    }
    return types;
}

/* ["/status",998,["text"]] */
static bool read_field(struct sg_outline *outline, const struct sg_node *entry)
{
    int64_t times = 0;

    if (entry->kind != SG_NODE_LIST || entry->count != 3 ||
        !sg_units_integer(entry->first->next->text, &times))
        return false;
    const int at = keep_field(outline, entry->first->text);

    if (at == SG_OUTLINE_NONE)
        return false;
    outline->fields[at].types = types_of(entry->last);
    outline->fields[at].times = times;
    outline->fields[at].last = outline->events;
    return true;
}

/* Whether it is one, as far as its two members go. */
static bool open_text(struct sg_arena *arena, struct sg_str text, int64_t *events,
                      const struct sg_node **fields, struct sg_error *err)
{
    const struct sg_node *root = NULL;

    if (!sg_json_read(arena, text, NULL, &root, err))
        return false;
    const struct sg_node *learned = sg_node_find(root, SG_STR("events"));

    *fields = sg_node_find(root, SG_STR("fields"));
    return (learned != NULL && *fields != NULL && sg_units_integer(learned->text, events)) ||
           fail_unreadable(err);
}

int64_t sg_outline_learned_of(struct sg_str text)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_node *fields = NULL;
    struct sg_error err;
    int64_t events = 0;

    return open_text(arena, text, &events, &fields, &err) ? events : 0;
}

bool sg_outline_read(struct sg_outline *outline, struct sg_str text, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_node *fields = NULL;

    if (!open_text(arena, text, &outline->events, &fields, err))
        return false;
    for (const struct sg_node *entry = fields->first; entry != NULL; entry = entry->next) {
        if (!read_field(outline, entry))
            return fail_unreadable(err);
    }
    return true;
}

static void write_field(struct sg_buffer *out, const struct sg_outline_field *field)
{
    const char *between = "";

    sg_buffer_add_byte(out, '[');
    sg_json_write_text(out, field->pointer);
    sg_buffer_add_byte(out, ',');
    sg_buffer_add_number(out, field->times);
    sg_buffer_add(out, SG_STR(",["));
    for (int t = 0; t < SG_OUTLINE_TYPES; t++) {
        if ((field->types & 1U << t) == 0)
            continue;
        sg_buffer_add_format(out, "%s\"%.*s\"", between, SG_STR_ARG(SG_OUTLINE_TYPE_NAMES[t]));
        between = ",";
    }
    sg_buffer_add(out, SG_STR("]]"));
}

struct sg_str sg_outline_write(struct sg_arena *arena, const struct sg_outline *outline)
{
    struct sg_buffer out = {.arena = arena};
    const char *between = "";

    sg_buffer_add(&out, SG_STR("{\"events\":"));
    sg_buffer_add_number(&out,
                         outline->events < SG_OUTLINE_LEARNS ? outline->events : SG_OUTLINE_LEARNS);
    sg_buffer_add(&out, SG_STR(",\"fields\":["));
    for (int i = 0; i < outline->count; i++) {
        if (outline->fields[i].types == 0)
            continue;
        sg_buffer_add(&out, sg_str_of(between));
        write_field(&out, &outline->fields[i]);
        between = ",";
    }
    sg_buffer_add(&out, SG_STR("]}"));
    return sg_buffer_text(&out);
}

int64_t sg_outline_changes(const struct sg_outline *outline)
{
    return outline->changes;
}

/* Where among a field's drifts one of this kind stands. */
static int slot_of(const struct sg_drift *drift)
{
    if (drift->kind != SG_DRIFT_TYPE)
        return drift->kind == SG_DRIFT_FIELD ? SG_OUTLINE_OF_FIELD : SG_OUTLINE_OF_GONE;
    for (int t = 0; t < SG_OUTLINE_TYPES; t++) {
        const struct sg_str name = SG_OUTLINE_TYPE_NAMES[t];

        if (drift->shows.length >= name.length &&
            memcmp(drift->shows.at, name.at, name.length) == 0)
            return SG_OUTLINE_OF_TYPE + t;
    }
    return SG_OUTLINE_OF_TYPE;
}

void sg_outline_recall(struct sg_outline *outline, const struct sg_drift *drift)
{
    const int at = sg_outline_add_drift(outline, drift);

    outline->drifts[at].event = SG_OUTLINE_NONE;
    if (drift->kind == SG_DRIFT_MORE)
        outline->more = at;
    outline->code_count += drift->kind == SG_DRIFT_CODE;
    if (drift->kind == SG_DRIFT_MORE || drift->kind == SG_DRIFT_CODE)
        return;
    const int field = keep_field(outline, drift->pointer);

    if (field == SG_OUTLINE_NONE)
        return;
    outline->fields[field].drifts[slot_of(drift)] = at;
    outline->fields[field].is_strange |= drift->kind == SG_DRIFT_FIELD;
}

/* --- what files say --- */

void sg_outline_show_field(struct sg_outline *outline, struct sg_outline_field *field)
{
    outline->unnamed -= !field->is_named;
    field->is_named = true;
    field->is_strange = false;
    (void)sg_outline_end_drift(outline, field->drifts[SG_OUTLINE_OF_FIELD]);
}

void sg_outline_name(struct sg_outline *outline, struct sg_str pointer)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_buffer way = {.arena = arena};
    const struct sg_pointer *compiled = NULL;
    struct sg_error err;
    size_t count = 0;
    int at = 0;

    if (!sg_pointer_compile(arena, pointer, (struct sg_place){0}, &compiled, &err))
        return; /* files with such pointers are refused */
    const struct sg_str *names = sg_pointer_tokens(compiled, &count);

    for (size_t n = 0; n < count; n++) {
        size_t index;

        if (sg_pointer_is_index(names[n], &index))
            continue; /* a list is no step on the way */
        const uint64_t hash = sg_outline_hash_below(outline, outline->fields[at].hash, names[n]);
        const int parent = at;

        sg_pointer_add_token(&way, names[n]);
        at = sg_outline_find_field(outline, hash);
        if (at == SG_OUTLINE_NONE)
            at = sg_outline_add_field(outline, hash, sg_buffer_text(&way), parent);
        sg_outline_show_field(outline, &outline->fields[at]);
    }
    outline->fields[at].is_whole = true;
}
