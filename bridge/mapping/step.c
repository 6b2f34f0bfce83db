#include "mapping/step.h"

#include "base/hash.h"
#include "base/suggest.h"
#include "base/units.h"
#include "mapping/persian.h"
#include "tree/html.h"
#include "tree/utf8.h"
#include "tree/xml.h"

enum { NUMBER_MAX = 1000000 }; /* characters: no one may make us write more zeros than that */

/* Fills in what the transform was told; `value` is what stands behind its name. */
typedef bool compile_fn(const struct sg_transform_context *context, const struct sg_yaml *value,
                        struct sg_step *step);

/* A transform that there is. */
struct kind {
    const char *name;
    sg_step_fn *run;
    compile_fn *compile;       /* NULL: its name says all */
    sg_step_tree_fn *run_tree; /* in the place of `run` */
};

static bool run_trim(struct sg_arena *arena, const struct sg_step *step, struct sg_str in,
                     struct sg_str *out, struct sg_transform_result *result)
{
    (void)arena, (void)step, (void)result;
    *out = sg_persian_trim(in);
    return true;
}

/* The transforms that are one function of text. */
#define TEXT_STEP(name, change)                                                            \
    static bool name(struct sg_arena *arena, const struct sg_step *step, struct sg_str in, \
                     struct sg_str *out, struct sg_transform_result *result)               \
    {                                                                                      \
        (void)step, (void)result;                                                          \
        *out = change(arena, in);                                                          \
        return true;                                                                       \
    }

TEXT_STEP(run_collapse, sg_persian_collapse)
TEXT_STEP(run_clean, sg_persian_clean)
TEXT_STEP(run_lower, sg_persian_lower)
TEXT_STEP(run_upper, sg_persian_upper)
TEXT_STEP(run_digits, sg_persian_digits)
TEXT_STEP(run_persian_digits, sg_persian_persian_digits)
TEXT_STEP(run_persian_letters, sg_persian_letters)
TEXT_STEP(run_arabic_letters, sg_persian_arabic_letters)
TEXT_STEP(run_plain_text, sg_html_text)
TEXT_STEP(run_to_base64, sg_base64)

static bool fail(struct sg_transform_result *result, const char *why)
{
    return sg_error_set(&result->error, SG_ERROR_INPUT, (struct sg_place){0}, "%s", why);
}

bool sg_step_no_text(const struct sg_step *step, struct sg_transform_result *result)
{
    return sg_error_set(&result->error, SG_ERROR_INPUT, step->at,
                        "`%s` takes a text; an object is given", step->name);
}

static bool run_from_base64(struct sg_arena *arena, const struct sg_step *step, struct sg_str in,
                            struct sg_str *out, struct sg_transform_result *result)
{
    (void)step;
    if (!sg_base64_decode(arena, in, out))
        return fail(result, "this is not base64");
    return sg_utf8_check(*out, NULL) || fail(result, "the bytes in the base64 are not UTF-8");
}

static bool run_cut(struct sg_arena *arena, const struct sg_step *step, struct sg_str in,
                    struct sg_str *out, struct sg_transform_result *result)
{
    (void)arena, (void)result;
    *out = sg_persian_cut(in, step->number);
    return true;
}

static bool run_pad(struct sg_arena *arena, const struct sg_step *step, struct sg_str in,
                    struct sg_str *out, struct sg_transform_result *result)
{
    (void)result;
    *out = sg_persian_pad(arena, in, step->number);
    return true;
}

static bool compile_number(const struct sg_transform_context *context, const struct sg_yaml *value,
                           struct sg_step *step)
{
    int64_t number = 0;

    if (value->kind != SG_YAML_NUMBER || !sg_units_integer(value->text, &number) || number < 1 ||
        number > NUMBER_MAX)
        return sg_findings_add(context->findings, value->at,
                               "`%s` takes a whole number from 1 to %d", step->name, NUMBER_MAX);
    step->number = (size_t)number;
    return true;
}

static bool run_match(struct sg_arena *arena, const struct sg_step *step, struct sg_str in,
                      struct sg_str *out, struct sg_transform_result *result)
{
    bool is_found = false;
    struct sg_str found = {0};

    (void)arena;
    if (!sg_regex_find(step->regex, in, &is_found, &found, &result->error))
        return false;
    *out = is_found ? found : (struct sg_str){0};
    return true;
}

static bool run_replace(struct sg_arena *arena, const struct sg_step *step, struct sg_str in,
                        struct sg_str *out, struct sg_transform_result *result)
{
    return sg_regex_replace(arena, step->regex, in, step->text, out, &result->error);
}

/* A finding of what a module below said. */
static bool add_error(const struct sg_transform_context *context, const struct sg_error *err)
{
    return sg_findings_add(context->findings, err->at, "%s", err->text);
}

static bool compile_match(const struct sg_transform_context *context, const struct sg_yaml *value,
                          struct sg_step *step)
{
    struct sg_error err;

    if (!sg_yaml_expect(value, SG_YAML_TEXT, context->findings))
        return false;
    return sg_regex_compile(context->arena, value->text, value->at, &step->regex, &err) ||
           add_error(context, &err);
}

/* The value of a key that must be there. */
static const struct sg_yaml *need(const struct sg_transform_context *context,
                                  const struct sg_yaml *map, const char *key, const char *why,
                                  const struct sg_step *step)
{
    const struct sg_yaml *value = sg_yaml_find(map, key);

    if (value == NULL)
        (void)sg_findings_add(context->findings, step->at, "`%s` needs `%s`: %s", step->name, key,
                              why);
    return value;
}

static bool compile_replace(const struct sg_transform_context *context, const struct sg_yaml *value,
                            struct sg_step *step)
{
    static const struct sg_str known[] = {{"pattern", 7}, {"by", 2}};

    if (!sg_yaml_expect(value, SG_YAML_MAP, context->findings))
        return false;
    bool is_right = sg_yaml_check_keys(value, known, 2, context->findings);
    const struct sg_yaml *pattern =
        need(context, value, "pattern", "the regular expression to replace", step);
    const struct sg_yaml *by = need(context, value, "by", "what to write; it may be \"\"", step);

    if (pattern == NULL || by == NULL || !is_right)
        return false;
    if (!sg_yaml_expect(by, SG_YAML_TEXT, context->findings))
        return false;
    step->text = sg_str_copy(context->arena, by->text);
    return compile_match(context, pattern, step);
}

static bool compile_split(const struct sg_transform_context *context, const struct sg_yaml *value,
                          struct sg_step *step)
{
    if (!sg_yaml_expect(value, SG_YAML_TEXT, context->findings))
        return false;
    if (value->text.length == 0)
        return sg_findings_add(context->findings, value->at,
                               "`split` takes the text that stands between the parts; it is empty");
    step->text = sg_str_copy(context->arena, value->text);
    return true;
}

static bool compile_to_xml(const struct sg_transform_context *context, const struct sg_yaml *value,
                           struct sg_step *step)
{
    if (!sg_yaml_expect(value, SG_YAML_TEXT, context->findings))
        return false;
    if (!sg_xml_is_name(value->text))
        return sg_findings_add(context->findings, value->at,
                               "`to_xml` takes the name of the root element, without a prefix");
    step->text = sg_str_copy(context->arena, value->text);
    return true;
}

static bool run_date(struct sg_arena *arena, const struct sg_step *step, struct sg_str in,
                     struct sg_str *out, struct sg_transform_result *result)
{
    int64_t utc_ms = 0;

    return sg_date_read(step->from, step->read_zone, in, &utc_ms, &result->error) &&
           sg_date_write(arena, step->to, step->write_zone, utc_ms, out, &result->error);
}

static bool compile_format(const struct sg_transform_context *context, const struct sg_yaml *yaml,
                           const struct sg_date_format **out)
{
    static const struct sg_yaml iso = {.kind = SG_YAML_TEXT, .text = {"iso", 3}};
    const struct sg_yaml *format = yaml != NULL ? yaml : &iso;
    struct sg_error err;

    if (!sg_yaml_expect(format, SG_YAML_TEXT, context->findings))
        return false;
    return sg_date_format_compile(context->arena, format->text, format->at, out, &err) ||
           add_error(context, &err);
}

static bool compile_zone(const struct sg_transform_context *context, const struct sg_yaml *zone,
                         struct sg_step *step)
{
    struct sg_error err;

    step->read_zone = context->source_zone;
    step->write_zone = context->target_zone;
    if (zone == NULL)
        return true;
    if (!sg_yaml_expect(zone, SG_YAML_TEXT, context->findings))
        return false;
    if (!sg_zone_open(context->arena, zone->text, zone->at, &step->read_zone, &err))
        return add_error(context, &err);
    step->write_zone = step->read_zone;
    return true;
}

static bool compile_date(const struct sg_transform_context *context, const struct sg_yaml *value,
                         struct sg_step *step)
{
    static const struct sg_str known[] = {{"from", 4}, {"to", 2}, {"zone", 4}};

    if (!sg_yaml_expect(value, SG_YAML_MAP, context->findings))
        return false;
    bool is_right = sg_yaml_check_keys(value, known, 3, context->findings);
    const struct sg_yaml *from = need(context, value, "from", "a date is never guessed", step);

    if (!compile_zone(context, sg_yaml_find(value, "zone"), step))
        is_right = false;
    if (!compile_format(context, sg_yaml_find(value, "to"), &step->to))
        is_right = false;
    if (from == NULL || !compile_format(context, from, &step->from))
        return false;
    if (!sg_date_format_is_whole(step->from))
        return sg_findings_add(context->findings, from->at,
                               "a date cannot be read without %%Y, %%m and %%d");
    return is_right;
}

bool sg_step_look_up(struct sg_arena *arena, const struct sg_step *step, const struct sg_str *keys,
                     size_t count, struct sg_str *out, struct sg_transform_result *result)
{
    size_t wanted = sg_lookup_keys(step->lookup);
    struct sg_lookup_result found = {0};

    if (count != wanted)
        return sg_error_set(&result->error, SG_ERROR_INPUT, step->at,
                            "%zu values expected for %.*s; %zu given", wanted,
                            SG_STR_ARG(sg_lookup_key_names(arena, step->lookup)), count);
    if (!sg_lookup_find(arena, step->lookup, keys, &found, &result->error))
        return false;
    result->is_ignored = found.is_ignored;
    result->reason = found.reason;
    if (found.unnamed.length > 0)
        result->unnamed = found.unnamed;
    *out = found.text;
    return !found.is_ignored;
}

static bool run_lookup(struct sg_arena *arena, const struct sg_step *step, struct sg_str in,
                       struct sg_str *out, struct sg_transform_result *result)
{
    return sg_step_look_up(arena, step, &in, 1, out, result);
}

static bool compile_word(const struct sg_transform_context *context, const struct sg_yaml *yaml,
                         struct sg_lookup_word *word)
{
    *word = (struct sg_lookup_word){yaml->text, yaml->at};
    return sg_yaml_expect(yaml, SG_YAML_TEXT, context->findings);
}

/* `by` is one column or a list of them. */
static bool compile_by(const struct sg_transform_context *context, const struct sg_yaml *by,
                       struct sg_lookup_order *order)
{
    bool is_list = by->kind == SG_YAML_LIST, is_right = true;
    struct sg_lookup_word *words = sg_arena_get(context->arena, by->count + 1, sizeof *words);

    if (is_list && by->count == 0)
        return sg_findings_add(context->findings, by->at, "a key column is expected");
    for (const struct sg_yaml *word = is_list ? by->first : by; word != NULL;
         word = is_list ? word->next : NULL) {
        if (!compile_word(context, word, &words[order->by_count++]))
            is_right = false;
    }
    order->by = words;
    return is_right;
}

static bool compile_lookup_map(const struct sg_transform_context *context,
                               const struct sg_yaml *map, const struct sg_step *step,
                               struct sg_lookup_order *order)
{
    static const struct sg_str known[] = {{"table", 5}, {"by", 2}, {"give", 4}};

    if (!sg_yaml_expect(map, SG_YAML_MAP, context->findings))
        return false;
    bool is_right = sg_yaml_check_keys(map, known, 3, context->findings);
    const struct sg_yaml *table = need(context, map, "table", "the name of a look-up table", step);
    const struct sg_yaml *by = sg_yaml_find(map, "by"), *give = sg_yaml_find(map, "give");

    if (table == NULL || !compile_word(context, table, &order->table))
        is_right = false;
    if (by != NULL && !compile_by(context, by, order))
        is_right = false;
    if (give != NULL && !compile_word(context, give, &order->give))
        is_right = false;
    return is_right;
}

static bool compile_lookup(const struct sg_transform_context *context, const struct sg_yaml *value,
                           struct sg_step *step)
{
    struct sg_lookup_order order = {0};
    bool is_right = value->kind == SG_YAML_TEXT ? compile_word(context, value, &order.table)
                                                : compile_lookup_map(context, value, step, &order);

    if (!is_right)
        return false;
    if (context->lookups == NULL)
        return sg_findings_add(context->findings, order.table.at, "there are no look-up tables");
    step->lookup = sg_lookup_compile(context->lookups, &order, context->findings);
    return step->lookup != NULL;
}

static const struct kind KINDS[] = {
    {"trim", run_trim, NULL, NULL},
    {"collapse", run_collapse, NULL, NULL},
    {"clean", run_clean, NULL, NULL},
    {"plain_text", run_plain_text, NULL, NULL},
    {"lower", run_lower, NULL, NULL},
    {"upper", run_upper, NULL, NULL},
    {"cut", run_cut, compile_number, NULL},
    {"pad", run_pad, compile_number, NULL},
    {"digits", run_digits, NULL, NULL},
    {"persian_digits", run_persian_digits, NULL, NULL},
    {"persian_letters", run_persian_letters, NULL, NULL},
    {"arabic_letters", run_arabic_letters, NULL, NULL},
    {"match", run_match, compile_match, NULL},
    {"replace", run_replace, compile_replace, NULL},
    {"date", run_date, compile_date, NULL},
    {"lookup", run_lookup, compile_lookup, NULL},
    {"split", NULL, compile_split, sg_step_split},
    {"to_json", NULL, NULL, sg_step_to_json},
    {"to_xml", NULL, compile_to_xml, sg_step_to_xml},
    {"to_base64", run_to_base64, NULL, NULL},
    {"from_base64", run_from_base64, NULL, NULL},
};

enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static const struct kind *find_kind(struct sg_str name)
{
    for (size_t k = 0; k < KIND_COUNT; k++) {
        if (sg_str_is(name, KINDS[k].name))
            return &KINDS[k];
    }
    return NULL;
}

static bool unknown(const struct sg_transform_context *context, struct sg_str name,
                    struct sg_place at)
{
    struct sg_str names[KIND_COUNT];

    for (size_t k = 0; k < KIND_COUNT; k++)
        names[k] = sg_str_of(KINDS[k].name);
    return sg_findings_add(context->findings, at, "unknown transform `%.*s`%s", SG_STR_ARG(name),
                           sg_suggest_ending(context->arena, name, names, KIND_COUNT));
}

bool sg_step_compile(const struct sg_transform_context *context, const struct sg_yaml *yaml,
                     struct sg_step *out)
{
    const struct sg_yaml *told = yaml->kind == SG_YAML_MAP && yaml->count == 1 ? yaml->first : NULL;

    if (told == NULL && yaml->kind != SG_YAML_TEXT)
        return sg_findings_add(context->findings, yaml->at,
                               "a transform is a name, or an object with one name as its key");
    struct sg_str name = told != NULL ? told->key : yaml->text;
    struct sg_place at = told != NULL ? told->key_at : yaml->at;
    const struct kind *kind = find_kind(name);

    if (kind == NULL)
        return unknown(context, name, at);
    if (kind->compile == NULL && told != NULL)
        return sg_findings_add(context->findings, at, "`%s` takes no value; write its name alone",
                               kind->name);
    if (kind->compile != NULL && told == NULL)
        return sg_findings_add(context->findings, at, "`%s` needs a value: {%s: …}", kind->name,
                               kind->name);
    *out = (struct sg_step){
        .name = kind->name, .at = at, .run = kind->run, .run_tree = kind->run_tree};
    return kind->compile == NULL || kind->compile(context, told, out);
}
