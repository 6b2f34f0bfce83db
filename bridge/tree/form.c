#include "tree/form.h"

#include "tree/utf8.h"

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void sg_form_encode(struct sg_buffer *out, struct sg_str text)
{
    static const char digits[] = "0123456789ABCDEF";

    char *to = sg_buffer_reserve(out, 3 * text.length);

    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if (c < 0x80 && is_unreserved(text.at[i])) {
            *to++ = text.at[i];
            continue;
        }
        *to++ = '%';
        *to++ = digits[c >> 4];
        *to++ = digits[c & 15];
    }
    out->length = (size_t)(to - out->at);
}

static bool write_text(struct sg_buffer *out, struct sg_str text, const struct sg_charset *charset,
                       struct sg_error *err)
{
    struct sg_str bytes;

    if (!sg_charset_encode(charset, out->arena, text, SG_CHARSET_REFUSED, &bytes, err))
        return false;
    sg_form_encode(out, bytes);
    return true;
}

static bool write_pair(struct sg_buffer *out, struct sg_str name, const struct sg_node *value,
                       const struct sg_charset *charset, struct sg_error *err)
{
    struct sg_str text = {0};

    if (value->kind != SG_NODE_NULL && !sg_node_as_text(value, &text))
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0},
                            "a form takes texts and lists of texts; `%.*s` is more than that",
                            SG_STR_ARG(name));
    if (!write_text(out, name, charset, err))
        return false;
    sg_buffer_add_byte(out, '=');
    return write_text(out, text, charset, err);
}

bool sg_form_write(struct sg_buffer *out, const struct sg_node *object,
                   const struct sg_charset *charset, struct sg_error *err)
{
    const size_t start = out->length;

    if (object->kind != SG_NODE_OBJECT)
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0}, "a form is an object");
    for (const struct sg_node *member = object->first; member != NULL; member = member->next) {
        const bool is_list = member->kind == SG_NODE_LIST;
        const struct sg_node *value = is_list ? member->first : member;

        for (; value != NULL; value = is_list ? value->next : NULL) {
            if (out->length > start)
                sg_buffer_add_byte(out, '&');
            if (!write_pair(out, member->name, value, charset, err))
                return false;
        }
    }
    return true;
}

/* The byte that `%XX` at `i` stands for; -1 where it is not whole. */
static int encoded_byte(struct sg_str raw, size_t i)
{
    int high, low;

    if (raw.length - i < 3)
        return -1;
    high = sg_char_hex(raw.at[i + 1]);
    low = sg_char_hex(raw.at[i + 2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* What of reading is the same for all of a form. */
struct reading {
    struct sg_arena *arena;
    const struct sg_charset *charset;
    struct sg_error *err;
};

/* A name or a value, which stands from `start` on in the form. */
static bool decode(const struct reading *in, struct sg_str raw, size_t start, struct sg_str *out)
{
    struct sg_place at = {NULL, 1, (int)start + 1};
    char *to = sg_arena_get(in->arena, raw.length, 1); /* decoding only shortens */
    size_t length = 0;

    for (size_t i = 0; i < raw.length; i++) {
        if (raw.at[i] != '%') {
            to[length] = raw.at[i];
            if (to[length] == '+')
                to[length] = ' ';
            length++;
            continue;
        }
        int byte = encoded_byte(raw, i);

        if (byte < 0) {
            at.column += (int)i;
            return sg_error_set(in->err, SG_ERROR_INPUT, at,
                                "'%%' must be followed by two hexadecimal digits");
        }
        to[length++] = (char)byte;
        i += 2;
    }
    *out = sg_charset_decode(in->charset, in->arena, (struct sg_str){to, length});
    if (!sg_utf8_check(*out, NULL))
        return sg_error_set(in->err, SG_ERROR_INPUT, at, "bytes that are no UTF-8");
    return true;
}

static size_t find_byte(struct sg_str text, size_t from, size_t end, char byte)
{
    while (from < end && text.at[from] != byte)
        from++;
    return from;
}

bool sg_form_read(struct sg_arena *arena, struct sg_str text, const struct sg_charset *charset,
                  const struct sg_node **out, struct sg_error *err)
{
    const struct reading in = {arena, charset, err};
    struct sg_node *object = sg_node_new(arena, SG_NODE_OBJECT);
    size_t end;

    for (size_t start = 0; start < text.length; start = end + 1) {
        struct sg_str name = {0}, value = {0};

        end = find_byte(text, start, text.length, '&');
        size_t equals = find_byte(text, start, end, '=');
        size_t value_start = equals < end ? equals + 1 : end;

        if (start == end)
            continue;
        if (object->count == SG_TREE_NODES_MAX)
            return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0},
                                "too many values in one form");
        if (!decode(&in, (struct sg_str){text.at + start, equals - start}, start, &name) ||
            !decode(&in, (struct sg_str){text.at + value_start, end - value_start}, value_start,
                    &value))
            return false;
        (void)sg_node_add(object, name, sg_node_text(arena, value));
    }
    sg_node_group(arena, object);
    *out = object;
    return true;
}
