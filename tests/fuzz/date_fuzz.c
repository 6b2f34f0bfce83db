#include "mapping/date.h"

#include <assert.h>
#include <stdint.h>

#include "tree/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read must be read again from what is written of it. */
static void read_again(struct sg_arena *arena, const struct sg_zone *zone, int64_t utc_ms)
{
    struct sg_error err;
    const struct sg_date_format *iso = NULL;
    struct sg_str written;
    int64_t again = 0;

    if (!sg_date_format_compile(arena, SG_STR("iso"), (struct sg_place){0}, &iso, &err))
        assert(false);
    if (sg_date_write(arena, iso, zone, utc_ms, &written, &err)) {
        bool is_read = sg_date_parse_iso(written, zone, &again);
        assert(is_read && again == utc_ms);
    }
}

/* The first line is a format, the rest a text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_place at = {.file = "fuzz"};
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t length = end != NULL ? (size_t)(end - data) : size;
    const struct sg_str all = {(const char *)data, size};
    const struct sg_date_format *format = NULL;
    const struct sg_zone *zone = NULL;
    struct sg_error err = {0};
    int64_t utc_ms = 0;

    if (!sg_utf8_check(all, NULL) || !sg_zone_open(arena, SG_STR("UTC"), at, &zone, &err))
        return 0;
    if (!sg_date_format_compile(arena, (struct sg_str){all.at, length}, at, &format, &err)) {
        assert(err.kind == SG_ERROR_INPUT && format == NULL);
        return 0;
    }
    if (!sg_date_format_is_whole(format))
        return 0;
    if (sg_date_read(format, zone, sg_str_skip(all, length + 1), &utc_ms, &err))
        read_again(arena, zone, utc_ms);
    else
        assert(err.kind == SG_ERROR_INPUT);
    return 0;
}
