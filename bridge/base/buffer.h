/** Text being written: grows in its arena. */
#ifndef SG_BASE_BUFFER_H
#define SG_BASE_BUFFER_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/** `struct sg_buffer out = {.arena = arena};` is an empty one; what it holds lives in the
 * arena, and begins where any object may: structs can be put into it one after the other. */
struct sg_buffer {
    struct sg_arena *arena;
    char *at;
    size_t length, room;
};

/** Makes more room, so that there is some for `bytes` more: for sg_buffer_reserve(). */
void sg_buffer_grow(struct sg_buffer *buffer, size_t bytes);

/** Makes room for `bytes` more and gives where they go; the caller then raises `length`. */
static inline char *sg_buffer_reserve(struct sg_buffer *buffer, size_t bytes)
{
    if (buffer->at == NULL || buffer->room - buffer->length < bytes) /* NULL + 0 is undefined */
        sg_buffer_grow(buffer, bytes);
    return buffer->at + buffer->length;
}

void sg_buffer_add(struct sg_buffer *buffer, struct sg_str text);
void sg_buffer_add_format(struct sg_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** In decimal digits. */
void sg_buffer_add_number(struct sg_buffer *buffer, int64_t number);

static inline void sg_buffer_add_byte(struct sg_buffer *buffer, char byte)
{
    *sg_buffer_reserve(buffer, 1) = byte;
    buffer->length++;
}

/** What was written so far; valid until the next add. */
static inline struct sg_str sg_buffer_text(const struct sg_buffer *buffer)
{
    return (struct sg_str){buffer->at, buffer->length};
}

/** The same as a C string. */
const char *sg_buffer_c(struct sg_buffer *buffer);

/** A text printed into the arena. */
struct sg_str sg_str_format(struct sg_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** `1 error`, `2 errors`; `what` is the name of one. */
struct sg_str sg_str_counted(struct sg_arena *arena, size_t count, const char *what);

/** Both, with a byte of ASCII between: `saja.ticket`, `gam/1405-88123`. */
struct sg_str sg_str_join_by(struct sg_arena *arena, struct sg_str a, char between,
                             struct sg_str b);

/** Both, one after the other. */
struct sg_str sg_str_join(struct sg_arena *arena, struct sg_str a, struct sg_str b);

/** A copy that lives as long as the arena. */
struct sg_str sg_str_copy(struct sg_arena *arena, struct sg_str text);

/** A copy with the letters of ASCII in lower case. */
struct sg_str sg_str_lower(struct sg_arena *arena, struct sg_str text);

/** A copy with a closing zero, for a library that wants one. */
const char *sg_str_c(struct sg_arena *arena, struct sg_str text);

#endif
