#include "connectors/cursor.h"

#include "base/buffer.h"
#include "base/units.h"
#include "mapping/date.h"
#include "tree/json.h"

enum { DAY_MS = 24 * 3600 * 1000, DEEP_AT_MS = 2 * 3600 * 1000, SECOND_MS = 1000 };

static const char *const KINDS[] = {"none", "time", "number", "token"};

/* --- as the journal keeps it --- */

static struct sg_str text_at(const struct sg_node *object, struct sg_str name)
{
    const struct sg_node *node = sg_node_find(object, name);

    return node == NULL ? (struct sg_str){0} : node->text;
}

static void read_time(const struct sg_cursor *cursor, const struct sg_node *object,
                      struct sg_str name, int64_t *ms)
{
    int64_t read;

    if (sg_date_parse_iso(text_at(object, name), cursor->zone, &read))
        *ms = read;
}

static void read_kept(struct sg_cursor *cursor, struct sg_str text, struct sg_arena *arena)
{
    const struct sg_node *object = NULL;
    struct sg_error err;

    if (text.length == 0 || !sg_json_read(arena, sg_str_copy(arena, text), NULL, &object, &err) ||
        !sg_str_is(text_at(object, SG_STR("by")), KINDS[cursor->spec->cursor]))
        return;
    cursor->kept = sg_cursor_position(cursor, text_at(object, SG_STR("kept")));
    read_time(cursor, object, SG_STR("deep"), &cursor->deep_ms);
    if (cursor->spec->start_kind == SG_START_NOW)
        read_time(cursor, object, SG_STR("start"), &cursor->start_ms);
}

static struct sg_str position_text(const struct sg_cursor *cursor, struct sg_position position,
                                   struct sg_arena *arena)
{
    switch (cursor->spec->cursor) {
    case SG_CURSOR_TIME:
        return sg_date_write_iso_utc(arena, position.value);
    case SG_CURSOR_NUMBER:
        return sg_node_number(arena, position.value)->text;
    case SG_CURSOR_TOKEN:
        return position.token;
    case SG_CURSOR_NONE:
        break;
    }
    return (struct sg_str){0};
}

static void add_text(struct sg_node *object, struct sg_str name, struct sg_str text,
                     struct sg_arena *arena)
{
    sg_node_add(object, name, sg_node_text(arena, text));
}

struct sg_str sg_cursor_write(const struct sg_cursor *cursor, bool is_over, struct sg_arena *arena)
{
    struct sg_node *object = sg_node_new(arena, SG_NODE_OBJECT);
    struct sg_buffer out = {.arena = arena};

    add_text(object, SG_STR("by"), sg_str_of(KINDS[cursor->spec->cursor]), arena);
    if (cursor->kept.is_set)
        add_text(object, SG_STR("kept"), position_text(cursor, cursor->kept, arena), arena);
    if (cursor->spec->cursor == SG_CURSOR_TIME) {
        int64_t deep_ms = cursor->is_deep && is_over ? cursor->began_ms : cursor->deep_ms;

        add_text(object, SG_STR("deep"), sg_date_write_iso_utc(arena, deep_ms), arena);
        if (cursor->spec->start_kind == SG_START_NOW)
            add_text(object, SG_STR("start"), sg_date_write_iso_utc(arena, cursor->start_ms),
                     arena);
    }
    sg_json_write(&out, object);
    return sg_buffer_text(&out);
}

/* --- where a pass starts --- */

/* The last time that the clocks of the zone showed 02:00. */
static int64_t last_two_o_clock(const struct sg_zone *zone, int64_t now_ms)
{
    int64_t local = now_ms + sg_zone_offset_ms(zone, now_ms);
    int64_t two = local - local % DAY_MS + DEEP_AT_MS;

    return sg_zone_to_utc(zone, two > local ? two - DAY_MS : two);
}

/* From where the first page asks: kept, less what systems may show late; never before `start`. */
static void ask_time(struct sg_cursor *cursor)
{
    int64_t back_ms = cursor->spec->overlap_ms;

    if (cursor->is_deep && back_ms < DAY_MS)
        back_ms = DAY_MS;
    cursor->asked = cursor->kept;
    cursor->asked.value -= cursor->kept.is_set ? back_ms : 0;
    if ((!cursor->asked.is_set || cursor->asked.value < cursor->start_ms) &&
        cursor->start_ms != INT64_MIN)
        cursor->asked = (struct sg_position){.is_set = true, .value = cursor->start_ms};
    if (cursor->asked.value < 0)
        cursor->asked.value = 0;
    cursor->asked.value -= cursor->asked.value % SECOND_MS; /* fractions are not asked for */
}

static void begin_time(struct sg_cursor *cursor, struct sg_str text, struct sg_arena *arena)
{
    int64_t now_ms = cursor->began_ms;

    cursor->limit_ms = now_ms;
    cursor->deep_ms = now_ms; /* the first pass reads all there is */
    cursor->start_ms = cursor->spec->start_kind == SG_START_ALL   ? INT64_MIN
                       : cursor->spec->start_kind == SG_START_NOW ? now_ms
                                                                  : cursor->spec->start;
    read_kept(cursor, text, arena);
    if (cursor->kept.is_set && cursor->kept.value > now_ms)
        cursor->kept.value = now_ms; /* a clock was set back */
    cursor->is_deep =
        cursor->kept.is_set && cursor->deep_ms < last_two_o_clock(cursor->zone, now_ms);
    ask_time(cursor);
}

void sg_cursor_begin(struct sg_cursor *cursor, const struct sg_system *system,
                     const struct sg_poll_spec *spec, struct sg_str text, int64_t now_ms,
                     struct sg_arena *arena)
{
    *cursor = (struct sg_cursor){.spec = spec, .zone = system->zone, .began_ms = now_ms};
    switch (spec->cursor) {
    case SG_CURSOR_TIME:
        begin_time(cursor, text, arena);
        break;
    case SG_CURSOR_NUMBER:
        read_kept(cursor, text, arena);
        cursor->asked = cursor->kept;
        if (!cursor->kept.is_set && spec->start_kind == SG_START_AT)
            cursor->asked = (struct sg_position){.is_set = true, .value = spec->start};
        break;
    case SG_CURSOR_TOKEN:
        read_kept(cursor, text, arena);
        cursor->asked = cursor->kept;
        break;
    case SG_CURSOR_NONE:
        break;
    }
}

/* --- on the way --- */

void sg_cursor_limit(struct sg_cursor *cursor, int64_t date_ms)
{
    if (date_ms > 0 && date_ms < cursor->limit_ms)
        cursor->limit_ms = date_ms;
}

struct sg_position sg_cursor_position(const struct sg_cursor *cursor, struct sg_str text)
{
    struct sg_position position = {0};

    switch (cursor->spec->cursor) {
    case SG_CURSOR_TIME:
        /* what lies before 1970 is some system's way to say "no time" */
        position.is_set =
            sg_date_parse_iso(text, cursor->zone, &position.value) && position.value >= 0;
        break;
    case SG_CURSOR_NUMBER:
        position.is_set = sg_units_integer(text, &position.value);
        break;
    case SG_CURSOR_TOKEN:
        position.is_set = text.length > 0;
        position.token = text;
        break;
    case SG_CURSOR_NONE:
        break;
    }
    return position;
}

bool sg_cursor_is_further(const struct sg_cursor *cursor, struct sg_position a,
                          struct sg_position b)
{
    if (!a.is_set || !b.is_set)
        return b.is_set;
    if (cursor->spec->cursor == SG_CURSOR_TOKEN)
        return !sg_str_equal(a.token, b.token);
    return b.value > a.value;
}

struct sg_position sg_cursor_take(struct sg_cursor *cursor, struct sg_position seen)
{
    if (cursor->spec->cursor == SG_CURSOR_TIME && seen.value > cursor->limit_ms)
        seen.value = cursor->limit_ms;
    if (sg_cursor_is_further(cursor, cursor->kept, seen))
        cursor->kept = seen;
    return seen;
}

const struct sg_node *sg_cursor_tree(const struct sg_cursor *cursor, struct sg_arena *arena)
{
    struct sg_node *object = sg_node_new(arena, SG_NODE_OBJECT);

    if (cursor->asked.is_set)
        add_text(object, sg_str_of(KINDS[cursor->spec->cursor]),
                 position_text(cursor, cursor->asked, arena), arena);
    return object;
}
