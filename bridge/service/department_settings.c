#include "service/department_settings.h"

#include "base/buffer.h"
#include "base/units.h"
#include "tree/json.h"
#include "tree/pointer.h"

/* `saja.ticket`: two names, and nothing that would end a quoted name of SQLite's. */
static bool is_record(struct sg_str name)
{
    const char *dot = memchr(name.at, '.', name.length);

    return dot != NULL && dot != name.at && dot != name.at + name.length - 1 &&
           sg_str_count(name, '.') == 1 && sg_str_count(name, '"') == 0;
}

/* As a JSON path of SQLite's: `$."agency"[0]`. It has no way to write a `"` in a name. */
static bool write_path(struct sg_buffer *path, const struct sg_pointer *pointer)
{
    size_t count = 0;
    const struct sg_str *tokens = sg_pointer_tokens(pointer, &count);

    sg_buffer_add_byte(path, '$');
    for (size_t t = 0; t < count; t++) {
        int64_t index;

        if (sg_str_count(tokens[t], '"') > 0)
            return false;
        if (sg_units_integer(tokens[t], &index) && index >= 0)
            sg_buffer_add_format(path, "[%.*s]", SG_STR_ARG(tokens[t]));
        else
            sg_buffer_add_format(path, ".\"%.*s\"", SG_STR_ARG(tokens[t]));
    }
    return count > 0;
}

static bool read_one(struct sg_arena *arena, const struct sg_yaml *entry,
                     struct sg_findings *findings, struct sg_node *paths)
{
    struct sg_buffer path = {.arena = arena};
    const struct sg_pointer *pointer = NULL;
    struct sg_error err;

    if (!is_record(entry->key))
        return sg_findings_add(findings, entry->key_at,
                               "a record is expected, with its system: saja.ticket");
    if (!sg_yaml_expect(entry, SG_YAML_TEXT, findings))
        return false;
    if (!sg_pointer_compile(arena, entry->text, entry->at, &pointer, &err))
        return sg_findings_add(findings, err.at, "%s", err.text);
    if (!write_path(&path, pointer))
        return sg_findings_add(findings, entry->at,
                               "a pointer to one value is expected, and no `\"` in it");
    (void)sg_node_add(paths, sg_str_copy(arena, entry->key),
                      sg_node_text(arena, sg_buffer_text(&path)));
    return true;
}

bool sg_departments_read(struct sg_arena *arena, const struct sg_yaml *value,
                         struct sg_findings *findings, struct sg_str *out)
{
    struct sg_node *paths = sg_node_new(arena, SG_NODE_OBJECT);
    struct sg_buffer json = {.arena = arena};
    bool is_good = true;

    *out = (struct sg_str){0};
    if (value->kind == SG_YAML_TEXT && value->text.length == 0)
        return true;
    if (value->kind != SG_YAML_MAP)
        return sg_findings_add(findings, value->at,
                               "a pointer for each record is expected: {saja.ticket: /agency}");
    for (const struct sg_yaml *entry = value->first; entry != NULL; entry = entry->next)
        is_good = read_one(arena, entry, findings, paths) && is_good;
    sg_json_write(&json, paths);
    *out = sg_buffer_text(&json);
    return is_good;
}
