#include <assert.h>
#include <stdint.h>

#include "mapping/rule.h"
#include "tree/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Compiled and run over {a: value}, as a path where `is_path`; false when either is refused. */
static bool take(struct sg_arena *arena, struct sg_str template, struct sg_str value, bool is_path,
                 struct sg_str *out)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_node *record = sg_node_new(arena, SG_NODE_OBJECT);
    struct sg_sources read = {0};
    const struct sg_rule_context context = {
        .arena = arena,
        .findings = findings,
        .scopes = SG_SCOPE_BIT(SG_SCOPE_HAND),
        .where = "a template",
        .read = &read,
    };
    const struct sg_yaml yaml = {.kind = SG_YAML_TEXT, .text = template, .at = {"fuzz", 1, 1}};
    struct sg_rule_run run = {.arena = arena};
    const struct sg_rule *rule = NULL;

    (void)sg_node_add(record, SG_STR("a"), sg_node_text(arena, value));
    run.scopes.at[SG_SCOPE_HAND] = record;
    if (!sg_rule_compile_template(&context, &yaml, is_path, &rule)) {
        assert(sg_findings_errors(findings) > 0 && rule == NULL);
        return false;
    }
    bool is_right = sg_rule_run_text(rule, &run, out);

    assert(is_right || (run.problems != NULL && run.problems->text.length > 0));
    return is_right;
}

static struct sg_str double_braces(struct sg_arena *arena, struct sg_str text)
{
    struct sg_buffer out = {.arena = arena};

    for (size_t i = 0; i < text.length; i++) {
        sg_buffer_add_byte(&out, text.at[i]);
        if (text.at[i] == '{' || text.at[i] == '}')
            sg_buffer_add_byte(&out, text.at[i]);
    }
    return sg_buffer_text(&out);
}

static bool is_encoded(struct sg_str text)
{
    for (size_t i = 0; i < text.length; i++) {
        const char c = text.at[i];
        const bool is_unreserved = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                                   (c >= 'a' && c <= 'z') || memchr("-._~%", c, 5) != NULL;

        if (!is_unreserved)
            return false;
    }
    return true;
}

/* The first line is a template, the rest what is put into it. What is put into a path is no part of
 * its structure; and any text whose braces are doubled stands for itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_str all = {(const char *)data, size};
    const char *end = size > 0 ? memchr(all.at, '\n', size) : NULL;
    const struct sg_str template = {all.at, end != NULL ? (size_t)(end - all.at) : size};
    const struct sg_str value = sg_str_skip(all, template.length + 1);
    struct sg_str out = {0}, path = {0};

    if (!sg_utf8_check(all, NULL))
        return 0;
    if (take(arena, template, value, false, &out) && take(arena, template, value, true, &path))
        assert(sg_utf8_check(out, NULL) && path.length >= out.length);
    if (take(arena, SG_STR("{/a}"), value, true, &path))
        assert(is_encoded(path));
    if (take(arena, double_braces(arena, template), value, false, &out))
        assert(sg_str_equal(out, template));
    return 0;
}
