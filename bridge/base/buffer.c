#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_ROOM = 128 };

void sg_buffer_grow(struct sg_buffer *buffer, size_t bytes)
{
    size_t room = buffer->room < FIRST_ROOM ? FIRST_ROOM : buffer->room * 2;

    if (room - buffer->length < bytes)
        room = buffer->length + bytes;
    if (buffer->at == NULL || !sg_arena_extend(buffer->arena, buffer->at, buffer->room, room)) {
        char *grown = sg_arena_get(buffer->arena, room, 1);

        if (buffer->at != NULL)
            memcpy(grown, buffer->at, buffer->length);
        buffer->at = grown;
    }
    buffer->room = room;
}

void sg_buffer_add(struct sg_buffer *buffer, struct sg_str text)
{
    if (text.length == 0)
        return;
    memcpy(sg_buffer_reserve(buffer, text.length), text.at, text.length);
    buffer->length += text.length;
}

void sg_buffer_add_number(struct sg_buffer *buffer, int64_t number)
{
    enum { DIGITS_MAX = 20 };
    char digits[DIGITS_MAX];
    char *from = digits + sizeof digits;
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;

    do
        *--from = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (number < 0)
        *--from = '-';
    sg_buffer_add(buffer, (struct sg_str){from, (size_t)(digits + sizeof digits - from)});
}

__attribute__((format(printf, 2, 0))) static void add_args(struct sg_buffer *buffer,
                                                           const char *format, va_list args)
{
    va_list again;

    va_copy(again, args);
    char *to = sg_buffer_reserve(buffer, 1);
    const size_t room = buffer->room - buffer->length;
    int length = vsnprintf(to, room, format, args);
    if (length < 0)
        abort(); /* only a format that is wrong fails */
    if ((size_t)length >= room)
        (void)vsnprintf(sg_buffer_reserve(buffer, (size_t)length + 1), (size_t)length + 1, format,
                        again);
    va_end(again);
    buffer->length += (size_t)length;
}

void sg_buffer_add_format(struct sg_buffer *buffer, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_args(buffer, format, args);
    va_end(args);
}

const char *sg_buffer_c(struct sg_buffer *buffer)
{
    *sg_buffer_reserve(buffer, 1) = '\0';
    return buffer->at;
}

struct sg_str sg_str_format(struct sg_arena *arena, const char *format, ...)
{
    struct sg_buffer out = {.arena = arena};
    va_list args;

    va_start(args, format);
    add_args(&out, format, args);
    va_end(args);
    return sg_buffer_text(&out);
}

struct sg_str sg_str_counted(struct sg_arena *arena, size_t count, const char *what)
{
    return sg_str_format(arena, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

struct sg_str sg_str_join_by(struct sg_arena *arena, struct sg_str a, char between, struct sg_str b)
{
    struct sg_buffer out = {.arena = arena};

    sg_buffer_add(&out, a);
    sg_buffer_add_byte(&out, between);
    sg_buffer_add(&out, b);
    return sg_buffer_text(&out);
}

struct sg_str sg_str_join(struct sg_arena *arena, struct sg_str a, struct sg_str b)
{
    struct sg_buffer out = {.arena = arena};

    sg_buffer_add(&out, a);
    sg_buffer_add(&out, b);
    return sg_buffer_text(&out);
}

struct sg_str sg_str_copy(struct sg_arena *arena, struct sg_str text)
{
    char *copy = sg_arena_get(arena, text.length, 1);

    if (text.length > 0)
        memcpy(copy, text.at, text.length);
    return (struct sg_str){copy, text.length};
}

struct sg_str sg_str_lower(struct sg_arena *arena, struct sg_str text)
{
    char *to = sg_arena_get(arena, text.length, 1);

    for (size_t i = 0; i < text.length; i++)
        to[i] = sg_char_lower(text.at[i]);
    return (struct sg_str){to, text.length};
}

const char *sg_str_c(struct sg_arena *arena, struct sg_str text)
{
    char *copy = sg_arena_get(arena, text.length + 1, 1); /* zeroed: the closing zero is there */

    if (text.length > 0)
        memcpy(copy, text.at, text.length);
    return copy;
}
