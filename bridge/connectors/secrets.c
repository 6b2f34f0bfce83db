#include "connectors/secrets.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/file.h"
#include "tree/utf8.h"

enum { SECRET_MAX_BYTES = 64 * 1024 };

/* One `${…}`: where it begins and how long it is, with its closing brace. */
struct reference {
    size_t start, length;
    bool is_file;
    struct sg_str name;
};

static bool reference_at(struct sg_str text, size_t i, struct reference *out)
{
    const struct sg_str rest = sg_str_skip(text, i);
    const bool is_file = sg_str_starts(rest, "${file:");
    const size_t head = is_file ? sizeof "${file:" - 1 : sizeof "${env:" - 1;
    const char *end;

    if (!is_file && !sg_str_starts(rest, "${env:"))
        return false;
    end = memchr(rest.at, '}', rest.length);
    if (end == NULL || end == rest.at + head)
        return false;
    *out = (struct reference){
        .start = i,
        .length = (size_t)(end - rest.at) + 1,
        .is_file = is_file,
        .name = {rest.at + head, (size_t)(end - rest.at) - head},
    };
    return true;
}

static bool find_reference(struct sg_str text, size_t from, struct reference *out)
{
    for (size_t i = from; i < text.length; i++)
        if (text.at[i] == '$' && reference_at(text, i, out))
            return true;
    return false;
}

bool sg_secrets_is_reference(struct sg_str text)
{
    struct reference whole;

    return reference_at(text, 0, &whole) && whole.length == text.length;
}

bool sg_secrets_has_reference(struct sg_str text)
{
    struct reference any;

    return find_reference(text, 0, &any);
}

static struct sg_str without_line_end(struct sg_str text)
{
    if (text.length == 0 || text.at[text.length - 1] != '\n')
        return text;
    text.length--;
    if (text.length > 0 && text.at[text.length - 1] == '\r')
        text.length--;
    return text;
}

static bool read_reference(struct sg_arena *arena, const struct reference *reference,
                           struct sg_place at, struct sg_str *out, struct sg_findings *findings)
{
    const char *name = sg_str_c(arena, reference->name);
    const char *kind = reference->is_file ? "file" : "env";
    struct sg_error err;

    if (reference->is_file) {
        if (!sg_file_read(arena, name, SECRET_MAX_BYTES, out, &err))
            return sg_findings_add(findings, at, "${file:%s}: %s", name, err.text);
        *out = without_line_end(*out);
    } else {
        const char *value = getenv(name); /* set before any thread is started, and not changed */

        if (value == NULL)
            return sg_findings_add(findings, at, "${env:%s} is not set", name);
        *out = sg_str_copy(arena, sg_str_of(value));
    }
    if (out->length == 0)
        return sg_findings_add(findings, at, "${%s:%s} is empty", kind, name);
    if (!sg_utf8_check(*out, NULL) || memchr(out->at, '\0', out->length) != NULL)
        return sg_findings_add(findings, at, "${%s:%s} is no text in UTF-8", kind, name);
    return true;
}

static void add_value(struct sg_buffer *out, struct sg_str value, bool in_template)
{
    for (size_t i = 0; i < value.length; i++) {
        const char c = value.at[i];

        if (in_template && (c == '{' || c == '}'))
            sg_buffer_add_byte(out, c);
        sg_buffer_add_byte(out, c);
    }
}

/* `${evn:NAME}` or one without its brace would be sent as it stands. */
static bool check_rest(struct sg_str text, struct sg_place at, struct sg_findings *findings)
{
    for (size_t i = 0; i + 1 < text.length; i++)
        if (text.at[i] == '$' && text.at[i + 1] == '{')
            return sg_findings_add(findings, at,
                                   "what begins with `${` is neither ${env:NAME} nor ${file:PATH}");
    return true;
}

static bool expand(const struct sg_secrets *secrets, struct sg_buffer *to, struct sg_str text,
                   struct sg_place at, bool in_template, struct sg_findings *findings)
{
    struct reference reference;
    size_t done = 0;
    bool is_good = true;

    while (find_reference(text, done, &reference)) {
        struct sg_str value = {text.at + reference.start, reference.length};

        is_good &=
            check_rest((struct sg_str){text.at + done, reference.start - done}, at, findings);
        sg_buffer_add(to, (struct sg_str){text.at + done, reference.start - done});
        if (secrets->is_read && !read_reference(to->arena, &reference, at, &value, findings))
            is_good = false;
        add_value(to, value, in_template);
        done = reference.start + reference.length;
    }
    is_good &= check_rest(sg_str_skip(text, done), at, findings);
    sg_buffer_add(to, sg_str_skip(text, done));
    return is_good;
}

bool sg_secrets_expand(const struct sg_secrets *secrets, struct sg_arena *arena, struct sg_str text,
                       struct sg_place at, struct sg_str *out, struct sg_findings *findings)
{
    struct sg_buffer to = {.arena = arena};

    if (!expand(secrets, &to, text, at, false, findings))
        return false;
    *out = sg_buffer_text(&to);
    return true;
}

bool sg_secrets_expand_template(const struct sg_secrets *secrets, struct sg_arena *arena,
                                struct sg_str text, struct sg_place at, struct sg_str *out,
                                struct sg_findings *findings)
{
    struct sg_buffer to = {.arena = arena};

    if (!expand(secrets, &to, text, at, true, findings))
        return false;
    *out = sg_buffer_text(&to);
    return true;
}
