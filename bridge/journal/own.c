#include "journal/own.h"

#include <stdlib.h>

#include "base/buffer.h"

/* Written as netstrings, two a change: "3:1.2,5:shape,". Shapes are bytes, and so need a length. */

static bool read_part(struct sg_str *rest, struct sg_str *part)
{
    size_t length = 0, i = 0;

    for (; i < rest->length && rest->at[i] >= '0' && rest->at[i] <= '9'; i++) {
        if (length > rest->length)
            return false;
        length = 10 * length + (size_t)(rest->at[i] - '0');
    }
    if (i == 0 || i == rest->length || rest->at[i] != ':')
        return false;
    struct sg_str after = sg_str_skip(*rest, i + 1);
    if (after.length <= length || after.at[length] != ',')
        return false;
    *part = (struct sg_str){after.at, length};
    *rest = sg_str_skip(after, length + 1);
    return true;
}

size_t sg_own_read(struct sg_str kept, struct sg_own_change changes[SG_OWN_MAX])
{
    size_t count = 0;

    while (count < SG_OWN_MAX && read_part(&kept, &changes[count].version) &&
           read_part(&kept, &changes[count].shows))
        count++;
    return count;
}

static void write_part(struct sg_buffer *out, struct sg_str part)
{
    sg_buffer_add_number(out, (int64_t)part.length);
    sg_buffer_add_byte(out, ':');
    sg_buffer_add(out, part);
    sg_buffer_add_byte(out, ',');
}

struct sg_str sg_own_add(struct sg_arena *arena, struct sg_str kept,
                         const struct sg_own_change *change)
{
    struct sg_own_change changes[SG_OWN_MAX];
    struct sg_buffer out = {.arena = arena};
    size_t count = sg_own_read(kept, changes);

    for (size_t c = count == SG_OWN_MAX ? 1 : 0; c < count; c++) {
        write_part(&out, changes[c].version);
        write_part(&out, changes[c].shows);
    }
    write_part(&out, change->version);
    write_part(&out, change->shows);
    return sg_buffer_text(&out);
}

static struct sg_str blob(sqlite3_value *value)
{
    const void *bytes = sqlite3_value_blob(value);

    return (struct sg_str){bytes, (size_t)sqlite3_value_bytes(value)};
}

static void own_add(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_own_change change = {blob(values[1]), blob(values[2])};
    struct sg_str kept = sg_own_add(arena, blob(values[0]), &change);

    (void)count;
    sqlite3_result_blob64(context, kept.at, kept.length, SQLITE_TRANSIENT);
}

void sg_own_register(sqlite3 *db)
{
    if (sqlite3_create_function(db, "own_add", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, own_add,
                                NULL, NULL) != SQLITE_OK)
        abort(); /* only without memory */
}
