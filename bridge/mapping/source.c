#include "base/buffer.h"
#include "base/suggest.h"
#include "mapping/rule_inner.h"

/* The name before the first ':', of small letters only; "" when there is none. */
static struct sg_str name_before_colon(struct sg_str text)
{
    size_t i = 0;

    while (i < text.length && ((text.at[i] >= 'a' && text.at[i] <= 'z') || text.at[i] == '_'))
        i++;
    if (i == 0 || i == text.length || text.at[i] != ':')
        return (struct sg_str){0};
    return (struct sg_str){text.at, i};
}

static bool find_scope(struct sg_str name, enum sg_scope *out)
{
    for (enum sg_scope scope = 0; scope < SG_SCOPE_COUNT; scope++) {
        if (sg_str_is(name, sg_scope_name(scope))) {
            *out = scope;
            return true;
        }
    }
    return false;
}

/* "link:, event: and record:"; `each` and `pick`, and with them `record:`, are everywhere. */
static struct sg_str list_scopes(const struct sg_rule_context *context)
{
    struct sg_buffer out = {.arena = context->arena};

    for (enum sg_scope scope = SG_SCOPE_RECORD + 1; scope < SG_SCOPE_COUNT; scope++) {
        if ((context->scopes & SG_SCOPE_BIT(scope)) != 0)
            sg_buffer_add_format(&out, "%s%s:", out.length > 0 ? ", " : "", sg_scope_name(scope));
    }
    sg_buffer_add_format(&out, "%srecord:", out.length > 0 ? " and " : "only ");
    return sg_buffer_text(&out);
}

static bool check_scope(const struct sg_rule_compiler *compiler, struct sg_str name,
                        struct sg_place at, enum sg_scope *scope)
{
    const struct sg_rule_context *context = compiler->context;

    if (!find_scope(name, scope) ||
        (*scope != SG_SCOPE_RECORD && (context->scopes & SG_SCOPE_BIT(*scope)) == 0)) {
        struct sg_str known = list_scopes(context);
        return sg_findings_add(context->findings, at, "unknown scope `%.*s:`; %s has %.*s",
                               SG_STR_ARG(name), context->where, SG_STR_ARG(known));
    }
    if (*scope == SG_SCOPE_RECORD && !compiler->is_item &&
        (context->scopes & SG_SCOPE_BIT(SG_SCOPE_RECORD)) == 0)
        return sg_findings_add(context->findings, at,
                               "`record:` is the outer thing inside `each` and `pick`; here the "
                               "thing at hand is a pointer alone");
    return true;
}

/* What is read of the thing at hand, in or out of an `each`, is read as its system's names are. */
static const struct sg_pointer *as_named(const struct sg_rule_context *context, enum sg_scope seen,
                                         const struct sg_pointer *pointer)
{
    return context->is_loose && seen == SG_SCOPE_HAND ? sg_pointer_loose(context->arena, pointer)
                                                      : pointer;
}

/* A scope, seen from outside of all `each`. */
static enum sg_scope seen_from_outside(const struct sg_rule_compiler *compiler, enum sg_scope scope)
{
    if (scope == SG_SCOPE_RECORD)
        return compiler->record_scope;
    return scope == SG_SCOPE_HAND && compiler->is_item ? compiler->base_scope : scope;
}

/* Where the source stands, seen from outside of all `each`: what shapes and checks look at. */
static void add_source(const struct sg_rule_compiler *compiler, const struct sg_source_path *path,
                       struct sg_place at, bool is_walked)
{
    struct sg_sources *sources = compiler->context->read;
    struct sg_arena *arena = compiler->context->arena;

    if (sources == NULL)
        return;

    struct sg_source *source = sg_arena_get(arena, 1, sizeof *source);
    bool is_taken = !compiler->is_asking && !is_walked;
    struct sg_error err;

    source->scope = seen_from_outside(compiler, path->scope);
    source->pointer = path->pointer;
    source->at = at;
    source->target = is_taken ? compiler->target : (struct sg_str){0};
    source->is_declassified = compiler->is_declassified;
    source->is_walked = is_walked;
    if (path->scope == SG_SCOPE_HAND && compiler->is_item) {
        struct sg_str inner = sg_pointer_text(path->pointer);
        struct sg_str whole =
            sg_str_format(arena, "%.*s%.*s", SG_STR_ARG(compiler->base_pointer), SG_STR_ARG(inner));
        if (!sg_pointer_compile(arena, whole, at, &source->pointer, &err))
            source->pointer = path->pointer; /* never: both halves are pointers */
        source->pointer = as_named(compiler->context, source->scope, source->pointer);
    }
    if (sources->last == NULL)
        sources->first = source;
    else
        sources->last->next = source;
    sources->last = source;
}

/* A poll's request and `always` are asked before there is any input, record or answer. */
static bool check_hand(const struct sg_rule_compiler *compiler, struct sg_str text,
                       struct sg_place at)
{
    const struct sg_rule_context *context = compiler->context;

    if (compiler->is_item || (context->scopes & SG_SCOPE_BIT(SG_SCOPE_HAND)) != 0)
        return true;
    struct sg_str known = list_scopes(context);
    return sg_findings_add(context->findings, at, "nothing is at hand for `%.*s`; %s has %.*s",
                           SG_STR_ARG(text), context->where, SG_STR_ARG(known));
}

/* `event:/referense` would be nothing for ever, and silently so where it is optional. */
static bool check_member(const struct sg_rule_context *context, const struct sg_source_path *path,
                         struct sg_place at)
{
    size_t known = 0, count = 0;
    const struct sg_str *members = sg_scope_members(path->scope, &known);
    const struct sg_str *tokens = sg_pointer_tokens(path->pointer, &count);

    if (known == 0 || count == 0)
        return true;
    for (size_t i = 0; i < known; i++) {
        if (sg_str_equal(members[i], tokens[0]))
            return true;
    }
    return sg_findings_add(context->findings, at, "`%s:` has no `%.*s`%s",
                           sg_scope_name(path->scope), SG_STR_ARG(tokens[0]),
                           sg_suggest_ending(context->arena, tokens[0], members, known));
}

static bool compile_text(const struct sg_rule_compiler *compiler, struct sg_str text,
                         struct sg_place text_at, struct sg_source_path *out)
{
    const struct sg_rule_context *context = compiler->context;
    struct sg_str name = name_before_colon(text);
    struct sg_str pointer = text;
    struct sg_error err;

    out->scope = SG_SCOPE_HAND;
    if (name.length > 0) {
        if (!check_scope(compiler, name, text_at, &out->scope))
            return false;
        pointer = sg_str_skip(text, name.length + 1);
        if (pointer.length == 0 || pointer.at[0] != '/')
            return sg_findings_add(context->findings, text_at,
                                   "after `%.*s:` stands a pointer; did you mean `%.*s:/%.*s`?",
                                   SG_STR_ARG(name), SG_STR_ARG(name), SG_STR_ARG(pointer));
    } else if (text.length > 0 && text.at[0] != '/') {
        return sg_findings_add(context->findings, text_at,
                               "`%.*s` is neither a pointer nor a rule; fixed text is {const: "
                               "%.*s}",
                               SG_STR_ARG(text), SG_STR_ARG(text));
    } else if (!check_hand(compiler, text, text_at)) {
        return false;
    }
    /* Names of headers have no case (RFC 9110, section 5.1): their scope has them in lower case. */
    if (out->scope == SG_SCOPE_HEADERS)
        pointer = sg_str_lower(context->arena, pointer);
    if (!sg_pointer_compile(context->arena, pointer, text_at, &out->pointer, &err))
        return sg_findings_add(context->findings, text_at, "`%.*s`: %s", SG_STR_ARG(text),
                               err.text);
    if (!check_member(context, out, text_at))
        return false;
    out->pointer = as_named(context, seen_from_outside(compiler, out->scope), out->pointer);
    out->text = sg_str_copy(context->arena, text);
    return true;
}

bool sg_source_compile(const struct sg_rule_compiler *compiler, const struct sg_yaml *yaml,
                       struct sg_place at, bool is_walked, struct sg_source_path *out)
{
    if (yaml->kind != SG_YAML_TEXT)
        return sg_findings_add(compiler->context->findings, yaml->at,
                               "a source is expected: /pointer or scope:/pointer");
    if (!compile_text(compiler, yaml->text, yaml->at, out))
        return false;
    add_source(compiler, out, at, is_walked);
    return true;
}

/* `${env:NAME}` or `${file:PATH}`, which stands there as it is when nothing was put in its place. */
static size_t secret_length(struct sg_str text)
{
    const char *end;

    if (!sg_str_starts(text, "${env:") && !sg_str_starts(text, "${file:"))
        return 0;
    end = memchr(text.at, '}', text.length);
    return end == NULL ? 0 : (size_t)(end - text.at) + 1;
}

bool sg_source_check_text(const struct sg_rule_compiler *compiler, const struct sg_yaml *yaml)
{
    const struct sg_rule_context *context = compiler->context;

    if (!context->is_mapping || yaml->kind != SG_YAML_TEXT)
        return true;
    for (size_t i = 0; i < yaml->text.length; i++) {
        struct sg_str rest = sg_str_skip(yaml->text, i);
        size_t length = secret_length(rest);

        if (length > 0)
            return sg_findings_add(context->findings, yaml->at,
                                   "a mapping reads no environment; `%.*s` belongs in the system "
                                   "file",
                                   (int)length, rest.at);
    }
    return true;
}

struct scan {
    const struct sg_rule_compiler *compiler;
    const struct sg_yaml *yaml;
    struct sg_buffer fixed;
    struct sg_rule_part *parts;
    size_t count;
    size_t i;
};

/* Ends the part that is being read: `source` stands after what is fixed. */
static void end_part(struct scan *scan, const struct sg_source_path *source)
{
    struct sg_arena *arena = scan->compiler->context->arena;

    scan->parts[scan->count++] =
        (struct sg_rule_part){sg_str_copy(arena, sg_buffer_text(&scan->fixed)), source};
    scan->fixed.length = 0;
}

/* From the '{' of a source to after its '}'. */
static bool scan_source(struct scan *scan)
{
    const struct sg_rule_context *context = scan->compiler->context;
    struct sg_str rest = sg_str_skip(scan->yaml->text, scan->i + 1);
    const char *end = rest.length == 0 ? NULL : memchr(rest.at, '}', rest.length);
    struct sg_source_path *source = sg_arena_get(context->arena, 1, sizeof *source);

    if (end == NULL)
        return sg_findings_add(context->findings, scan->yaml->at,
                               "`{` without `}`; a brace itself is written `{{`");
    rest.length = (size_t)(end - rest.at);
    scan->i += rest.length + 2;
    if (rest.length == 0)
        return sg_findings_add(context->findings, scan->yaml->at,
                               "`{}` names no source; braces themselves are `{{` and `}}`");
    if (!compile_text(scan->compiler, rest, scan->yaml->at, source))
        return false;
    add_source(scan->compiler, source, scan->yaml->at, false);
    end_part(scan, source);
    return true;
}

static bool scan_brace(struct scan *scan)
{
    struct sg_str rest = sg_str_skip(scan->yaml->text, scan->i);

    if (rest.length > 1 && rest.at[1] == rest.at[0]) {
        sg_buffer_add_byte(&scan->fixed, rest.at[0]);
        scan->i += 2;
        return true;
    }
    if (rest.length > 0 && rest.at[0] == '{')
        return scan_source(scan);
    return sg_findings_add(scan->compiler->context->findings, scan->yaml->at,
                           "`}` without `{`; a brace itself is written `}}`");
}

bool sg_template_compile(const struct sg_rule_compiler *compiler, const struct sg_yaml *yaml,
                         struct sg_rule *rule)
{
    struct sg_arena *arena = compiler->context->arena;
    struct scan scan = {compiler, yaml, {.arena = arena}, NULL, 0, 0};

    if (!sg_yaml_expect(yaml, SG_YAML_TEXT, compiler->context->findings) ||
        !sg_source_check_text(compiler, yaml))
        return false;
    scan.parts = sg_arena_get(arena, sg_str_count(yaml->text, '{') + 1, sizeof *scan.parts);
    while (scan.i < yaml->text.length) {
        struct sg_str rest = sg_str_skip(yaml->text, scan.i);
        size_t secret = secret_length(rest);

        if (secret > 0) {
            sg_buffer_add(&scan.fixed, (struct sg_str){rest.at, secret});
            scan.i += secret;
        } else if (rest.at[0] == '{' || rest.at[0] == '}') {
            if (!scan_brace(&scan))
                return false;
        } else {
            sg_buffer_add_byte(&scan.fixed, rest.at[0]);
            scan.i++;
        }
    }
    if (scan.fixed.length > 0)
        end_part(&scan, NULL);
    rule->parts = scan.parts;
    rule->part_count = scan.count;
    return true;
}
