#include "connectors/mime.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"

/* A file on its way, as libcurl reads it. */
struct reading {
    const struct sg_scratch_span *bytes;
    int64_t at;
};

static size_t on_read(char *to, size_t size, size_t count, void *owner)
{
    struct reading *reading = owner;
    const int64_t got = sg_scratch_read(reading->bytes, reading->at, to, size * count);

    if (got < 0)
        return CURL_READFUNC_ABORT;
    reading->at += got;
    return (size_t)got;
}

/* To its begin, when libcurl sends again what a kept connection lost. */
static int on_seek(void *owner, curl_off_t offset, int origin)
{
    struct reading *reading = owner;

    if (origin != SEEK_SET)
        return CURL_SEEKFUNC_CANTSEEK;
    reading->at = offset;
    return CURL_SEEKFUNC_OK;
}

static bool add_content(struct sg_arena *arena, const struct sg_wire_part *given,
                        curl_mimepart *part)
{
    struct reading *reading = NULL;

    if (given->file == NULL || given->file->bytes.in == NULL)
        return curl_mime_data(part, sg_str_c(arena, given->text), given->text.length) == CURLE_OK;
    reading = sg_arena_get(arena, 1, sizeof *reading);
    reading->bytes = &given->file->bytes;
    return curl_mime_data_cb(part, reading->bytes->length, on_read, on_seek, NULL, reading) ==
           CURLE_OK;
}

static void add_part(struct sg_arena *arena, const struct sg_wire_part *given, curl_mimepart *part)
{
    if (part == NULL || curl_mime_name(part, sg_str_c(arena, given->name)) != CURLE_OK ||
        !add_content(arena, given, part) ||
        (given->file != NULL &&
         curl_mime_filename(part, sg_str_c(arena, given->file_name)) != CURLE_OK) ||
        (given->media_type.length > 0 &&
         curl_mime_type(part, sg_str_c(arena, given->media_type)) != CURLE_OK))
        abort(); /* only without memory */
}

curl_mime *sg_mime_new(CURL *easy, const struct sg_wire *wire, struct sg_arena *arena)
{
    curl_mime *mime = curl_mime_init(easy);

    if (mime == NULL)
        abort(); /* only without memory */
    for (size_t p = 0; p < wire->part_count; p++)
        add_part(arena, &wire->parts[p], curl_mime_addpart(mime));
    return mime;
}
