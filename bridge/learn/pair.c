/* A mapping from two records about the same thing: where a value of one stands in the other. */
#include <stdlib.h>

#include "learn/draft.h"
#include "learn/fields.h"
#include "learn/hints.h"
#include "learn/parts.h"
#include "learn/times.h"
#include "mapping/input.h"
#include "mapping/persian.h"
#include "mapping/shown.h"
#include "tree/pointer.h"

enum {
    CHANCE_BYTES = 2, /* values up to this long are equal by chance, but where the names are, too */
};

/* --- what may have been done to a text --- */

typedef struct sg_str text_fn(struct sg_arena *arena, struct sg_str text);

static struct sg_str trim(struct sg_arena *arena, struct sg_str text)
{
    (void)arena;
    return sg_persian_trim(text);
}

/* The simplest that makes two texts equal is taken. */
static const struct chain {
    const char *with; /* as a mapping says it; NULL: nothing */
    text_fn *steps[3];
} CHAINS[] = {
    {NULL, {NULL}},
    {"trim", {trim}},
    {"digits", {sg_persian_digits}},
    {"persian_digits", {sg_persian_persian_digits}},
    {"persian_letters", {sg_persian_letters}},
    {"arabic_letters", {sg_persian_arabic_letters}},
    {"lower", {sg_persian_lower}},
    {"upper", {sg_persian_upper}},
    {"[clean, trim]", {sg_persian_clean, trim}},
    {"[persian_letters, trim]", {sg_persian_letters, trim}},
    {"[arabic_letters, trim]", {sg_persian_arabic_letters, trim}},
    {"[clean, persian_letters, trim]", {sg_persian_clean, sg_persian_letters, trim}},
    {"[clean, arabic_letters, trim]", {sg_persian_clean, sg_persian_arabic_letters, trim}},
};
enum { CHAIN_COUNT = sizeof CHAINS / sizeof CHAINS[0], STEPS_MAX = 3 };

/* --- what is known of both --- */

/* A value of the record after a chain, or a name: sorted, to be looked up. */
struct key {
    struct sg_str text;
    size_t chain; /* of names: 0 */
    const struct sg_learn_field *field;
    size_t order;
};

struct keys {
    struct key *at;
    size_t count;
};

struct pair {
    struct sg_arena *arena;
    const struct sg_learn_mapping *it;
    struct sg_learn_tree from, to;
    struct sg_learn_fields fields; /* of the record */
    const struct sg_learn_forms *forms;
    struct keys values, names;
    struct sg_node *given, *expect; /* of the test */
    size_t words;                   /* invented so far */
    size_t targets;
    struct sg_buffer out, unset;
};

/* What a target's rule takes. */
struct source {
    const struct sg_learn_field *field, *other; /* `other` fits as well; NULL: none does */
    size_t chain;
    const struct sg_learn_form *from, *to; /* a time in other forms; NULL: a text */
    struct sg_str expected;
};

static int by_text(const void *a, const void *b)
{
    const struct key *left = a, *right = b;
    const int order = sg_str_compare(left->text, right->text);

    if (order != 0)
        return order;
    if (left->chain != right->chain)
        return left->chain < right->chain ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

static void sort(struct keys *keys)
{
    if (keys->count > 0)
        qsort(keys->at, keys->count, sizeof *keys->at, by_text);
}

/* Where the keys of that text begin; `count` where there are none. */
static size_t find_key(const struct keys *keys, struct sg_str text)
{
    size_t low = 0, high = keys->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sg_str_compare(keys->at[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < keys->count && sg_str_equal(keys->at[low].text, text) ? low : keys->count;
}

/* `@Code` and `code` are one name. */
static struct sg_str plain_name(struct sg_arena *arena, struct sg_str name)
{
    return sg_learn_snake(arena, sg_str_starts(name, "@") ? sg_str_skip(name, 1) : name);
}

static struct sg_str after_chain(const struct pair *pair, size_t chain, struct sg_str text)
{
    for (size_t s = 0; s < STEPS_MAX && CHAINS[chain].steps[s] != NULL; s++)
        text = CHAINS[chain].steps[s](pair->arena, text);
    return text;
}

static void index_fields(struct pair *pair)
{
    struct sg_arena *arena = pair->arena;
    const struct sg_learn_fields *fields = &pair->fields;

    pair->values.at = sg_arena_get(arena, fields->count * CHAIN_COUNT, sizeof *pair->values.at);
    pair->names.at = sg_arena_get(arena, fields->count, sizeof *pair->names.at);
    for (size_t f = 0; f < fields->count; f++) {
        const struct sg_learn_field *field = fields->at[f];

        if (field->count == 0)
            continue;
        pair->names.at[pair->names.count++] =
            (struct key){plain_name(arena, field->name), 0, field, f};
        for (size_t c = 0; c < CHAIN_COUNT; c++) {
            const struct sg_str text = after_chain(pair, c, field->values[0]);

            pair->values.at[pair->values.count++] = (struct key){text, c, field, f};
        }
    }
    sort(&pair->values);
    sort(&pair->names);
}

/* --- looking for a target's source --- */

static struct sg_str last_token(const struct sg_field *target)
{
    size_t count = 0;
    const struct sg_str *tokens = sg_pointer_tokens(target->pointer, &count);

    return count == 0 ? (struct sg_str){0} : tokens[count - 1];
}

static bool has_name_of(const struct pair *pair, const struct sg_learn_field *field,
                        const struct sg_field *target)
{
    return sg_str_equal(plain_name(pair->arena, field->name),
                        plain_name(pair->arena, last_token(target)));
}

/* Takes another candidate: the one that is called like the target goes before the others. */
static void offer(const struct pair *pair, const struct sg_field *target, struct source *source,
                  const struct source *candidate)
{
    if (source->field == NULL) {
        *source = *candidate;
    } else if (candidate->field != source->field) {
        const struct sg_learn_field *first = source->field;

        if (has_name_of(pair, candidate->field, target) && !has_name_of(pair, first, target)) {
            *source = *candidate;
            source->other = first;
        } else if (source->other == NULL) {
            source->other = candidate->field;
        }
    }
}

static void find_text(const struct pair *pair, const struct sg_field *target, struct sg_str value,
                      struct source *source)
{
    size_t k = find_key(&pair->values, value);
    const size_t chain = k == pair->values.count ? 0 : pair->values.at[k].chain;

    for (; k < pair->values.count && sg_str_equal(pair->values.at[k].text, value) &&
           pair->values.at[k].chain == chain;
         k++)
        offer(
            pair, target, source,
            &(struct source){.field = pair->values.at[k].field, .chain = chain, .expected = value});
}

/* Whether a time of the record, in the target's form, is the target's value. */
static bool is_same_time(const struct pair *pair, const struct sg_learn_field *field,
                         const struct sg_learn_form *to, struct sg_str value, struct source *out)
{
    int64_t from_ms, to_ms;
    struct sg_str written;
    struct sg_error err;

    if (!sg_learn_form_reads(field->form, pair->it->from_zone, field->values[0], &from_ms) ||
        !sg_learn_form_reads(to, pair->it->to_zone, value, &to_ms) ||
        !sg_date_write(pair->arena, to->format, pair->it->to_zone, from_ms, &written, &err) ||
        (from_ms != to_ms && !sg_str_equal(written, value)))
        return false;
    *out = (struct source){.field = field, .from = field->form, .to = to, .expected = written};
    return true;
}

static void find_time(const struct pair *pair, const struct sg_field *target, struct sg_str value,
                      struct source *source)
{
    const bool is_named_so =
        sg_learn_is_hinted(pair->arena, SG_LEARN_HINT_TIME, last_token(target));
    const struct sg_learn_form *to;
    int64_t to_ms;

    for (size_t n = 0; source->field == NULL && (to = sg_learn_form(pair->forms, n)) != NULL; n++) {
        if ((to->is_number && !is_named_so) ||
            !sg_learn_form_reads(to, pair->it->to_zone, value, &to_ms))
            continue;
        for (size_t f = 0; f < pair->fields.count; f++) {
            struct source candidate;

            if (pair->fields.at[f]->form != NULL &&
                is_same_time(pair, pair->fields.at[f], to, value, &candidate))
                offer(pair, target, source, &candidate);
        }
    }
}

/* --- writing --- */

/* At one of the record's internal places, or below it. */
static bool is_internal(const struct pair *pair, const struct sg_learn_field *field)
{
    for (size_t i = 0; i < pair->it->internal_count; i++) {
        const struct sg_str pointer = pair->it->internal[i];

        if (field->pointer.length >= pointer.length &&
            sg_str_equal((struct sg_str){field->pointer.at, pointer.length}, pointer) &&
            (field->pointer.length == pointer.length || field->pointer.at[pointer.length] == '/'))
            return true;
    }
    return false;
}

static void put(const struct pair *pair, struct sg_str pointer, struct sg_node *root,
                struct sg_node *value)
{
    const struct sg_pointer *compiled;
    struct sg_error err;

    if (sg_pointer_compile(pair->arena, pointer, (struct sg_place){0}, &compiled, &err))
        sg_pointer_put(pair->arena, compiled, root, value);
}

static struct sg_node *typed(const struct pair *pair, const struct sg_field *target,
                             struct sg_str text)
{
    struct sg_node *node = sg_node_text(pair->arena, text);

    if (target->type == SG_FIELD_NUMBER || target->type == SG_FIELD_INTEGER)
        node->kind = SG_NODE_NUMBER;
    if (target->type == SG_FIELD_BOOLEAN)
        return sg_node_boolean(pair->arena, sg_str_is(text, "true") || sg_str_is(text, "1"));
    return node;
}

static bool is_digits(struct sg_str text)
{
    size_t i = 0;

    while (i < text.length && text.at[i] >= '0' && text.at[i] <= '9')
        i++;
    return i == text.length;
}

/* What the test gives for a field: what was captured where that is a code, a date or a number, and
 * invented words or digits for all else; the same for each target that takes it. */
static struct sg_str given_of(struct pair *pair, const struct source *source)
{
    const struct sg_str raw = source->field->values[0];
    const struct sg_pointer *pointer;
    const struct sg_node *there = NULL;
    struct sg_error err;
    struct sg_str text;

    if (source->to != NULL || sg_shown_of(raw).text[0] == '"')
        return raw;
    if (sg_pointer_compile(pair->arena, source->field->pointer, (struct sg_place){0}, &pointer,
                           &err) &&
        sg_pointer_find(pointer, pair->given, &there, &err) && there != NULL &&
        sg_node_as_text(there, &text))
        return text;
    return after_chain(
        pair, source->chain,
        sg_str_format(pair->arena, is_digits(raw) ? "%zu" : "text-%zu", ++pair->words));
}

static void add_to_test(struct pair *pair, const struct sg_field *target,
                        const struct source *source)
{
    const struct sg_str given = given_of(pair, source);
    const struct sg_str expected =
        source->to != NULL ? source->expected : after_chain(pair, source->chain, given);

    put(pair, source->field->pointer, pair->given, sg_node_text(pair->arena, given));
    put(pair, sg_pointer_text(target->pointer), pair->expect, typed(pair, target, expected));
}

static void add_rule(struct pair *pair, const struct source *source)
{
    struct sg_buffer *out = &pair->out;

    if (source->chain == 0 && source->to == NULL) {
        sg_draft_scalar(out, source->field->pointer);
    } else {
        sg_buffer_add(out, SG_STR("{from: "));
        sg_draft_scalar(out, source->field->pointer);
        sg_buffer_add(out, SG_STR(", with: "));
        if (source->to == NULL) {
            sg_buffer_add(out, sg_str_of(CHAINS[source->chain].with));
        } else {
            sg_buffer_add(out, SG_STR("{date: {from: "));
            sg_draft_scalar(out, sg_str_of(source->from->text));
            sg_buffer_add(out, SG_STR(", to: "));
            sg_draft_scalar(out, sg_str_of(source->to->text));
            sg_buffer_add(out, SG_STR("}}"));
        }
        sg_buffer_add_byte(out, '}');
    }
    if (source->other != NULL) {
        sg_buffer_add(out, SG_STR("  # or "));
        sg_draft_words(out, source->other->pointer);
        sg_buffer_add(out, SG_STR(", which is the same here"));
    }
    sg_buffer_add_byte(out, '\n');
}

/* Nothing fits: what may be meant, by the names. */
static void mark_other(struct pair *pair, const struct sg_field *target, struct sg_str value)
{
    const struct sg_str name = plain_name(pair->arena, last_token(target));
    const size_t k = find_key(&pair->names, name);
    const struct sg_shown shown = sg_shown_of(value);

    if (k == pair->names.count) {
        sg_draft_mark(&pair->out,
                      "%s, which stands nowhere in the record: {const: …} when it is "
                      "fixed, link:/%.*s when it is an id of that system, or another rule",
                      shown.text, SG_STR_ARG(pair->it->to_system));
        return;
    }
    const struct sg_learn_field *field = pair->names.at[k].field;
    const struct sg_shown there = sg_shown_of(field->values[0]);

    sg_draft_mark(&pair->out,
                  "%s, and %.*s is %s: {from: %.*s, with: {lookup: TABLE}}, or another rule",
                  shown.text, SG_STR_ARG(field->pointer), there.text, SG_STR_ARG(field->pointer));
}

static void add_scalar_target(struct pair *pair, const struct sg_field *target, struct sg_str value)
{
    struct source source = {0};

    find_text(pair, target, value, &source);
    if (source.field == NULL)
        find_time(pair, target, value, &source);
    if (source.field == NULL)
        mark_other(pair, target, value);
    else if (source.to == NULL && !has_name_of(pair, source.field, target) &&
             (value.length <= CHANCE_BYTES || target->type == SG_FIELD_BOOLEAN))
        sg_draft_mark(&pair->out,
                      "%s, as %.*s is, perhaps by chance: that, {const: …}, or another rule",
                      sg_shown_of(value).text, SG_STR_ARG(source.field->pointer));
    else if (target->is_public && is_internal(pair, source.field))
        sg_draft_mark(&pair->out,
                      "%.*s, which is internal while this is public: another source, or "
                      "{from: …, declassify: WHY}",
                      SG_STR_ARG(source.field->pointer));
    else {
        add_rule(pair, &source);
        add_to_test(pair, target, &source);
    }
}

static void add_target(struct pair *pair, const struct sg_field *target,
                       const struct sg_node *value)
{
    const struct sg_str pointer = sg_pointer_text(target->pointer);
    const bool is_nothing = value == NULL || sg_node_is_nothing(value);
    struct sg_str text;

    if (is_nothing && !target->is_required) {
        sg_buffer_add(&pair->unset, sg_str_of(pair->unset.length == 0 ? "" : ", "));
        sg_draft_words(&pair->unset, pointer);
        return;
    }
    sg_buffer_add(&pair->out, SG_STR("  "));
    sg_draft_scalar(&pair->out, pointer);
    sg_buffer_add(&pair->out, SG_STR(": "));
    pair->targets++;
    if (is_nothing)
        sg_draft_mark(&pair->out, "required, and nothing stands there in the second file");
    else if (target->type == SG_FIELD_LIST || !sg_node_as_text(value, &text))
        sg_draft_mark(&pair->out,
                      "a list or more than a value: {each: /LIST, set: {…}}, or another rule");
    else
        add_scalar_target(pair, target, text);
}

static bool add_targets(struct pair *pair, struct sg_error *err)
{
    size_t count = 0;
    const struct sg_field *targets = sg_input_fields(pair->it->input, &count);

    for (size_t t = 0; t < count; t++) {
        const struct sg_node *value = NULL;

        if (!sg_pointer_find(targets[t].pointer, pair->to.root, &value, err)) {
            err->at.file = pair->to.name;
            return false;
        }
        add_target(pair, &targets[t], value);
    }
    return pair->targets > 0 ||
           sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){.file = pair->to.name},
                        "holds nothing that %.*s.%.*s may be given",
                        SG_STR_ARG(pair->it->to_system), SG_STR_ARG(pair->it->to_operation));
}

static void add_test(struct pair *pair)
{
    struct sg_buffer *out = &pair->out;

    sg_buffer_add(out, SG_STR("\ntests:\n  - name: the two records that it was learned from\n"
                              "    given: "));
    sg_draft_tree(out, pair->given);
    sg_buffer_add(out, SG_STR("\n    expect: "));
    sg_draft_tree(out, pair->expect);
    sg_buffer_add_byte(out, '\n');
}

static bool read_object(struct pair *pair, const struct sg_learn_document *document,
                        struct sg_learn_tree *out, struct sg_error *err)
{
    if (!sg_learn_read(pair->arena, document, out, err))
        return false;
    return out->root->kind == SG_NODE_OBJECT ||
           sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){.file = document->name},
                        "holds no record: one object is expected");
}

bool sg_learn_mapping(struct sg_arena *arena, const struct sg_learn_mapping *from,
                      struct sg_str *out, struct sg_error *err)
{
    struct pair pair = {.arena = arena,
                        .it = from,
                        .forms = sg_learn_forms_new(arena),
                        .given = sg_node_new(arena, SG_NODE_OBJECT),
                        .expect = sg_node_new(arena, SG_NODE_OBJECT),
                        .out = {.arena = arena},
                        .unset = {.arena = arena}};

    if (!read_object(&pair, &from->from, &pair.from, err) ||
        !read_object(&pair, &from->to, &pair.to, err))
        return false;
    sg_learn_fields_of(arena, &pair.from.root, 1, &pair.fields);
    sg_learn_forms_set(arena, pair.forms, &pair.fields);
    index_fields(&pair);
    sg_learn_begin(&pair.out, "schema/mapping.schema.json", SG_STR("two records"));
    sg_buffer_add_format(&pair.out, "mapping: %.*s\nfrom: %.*s.%.*s\nto: %.*s.%.*s\nset:\n",
                         SG_STR_ARG(from->mapping), SG_STR_ARG(from->from_system),
                         SG_STR_ARG(from->from_record), SG_STR_ARG(from->to_system),
                         SG_STR_ARG(from->to_operation));
    if (!add_targets(&pair, err))
        return false;
    if (pair.unset.length > 0)
        sg_buffer_add_format(&pair.out,
                             "# left out, for nothing stands there in the second file: %.*s\n",
                             SG_STR_ARG(sg_buffer_text(&pair.unset)));
    add_test(&pair);
    *out = sg_buffer_text(&pair.out);
    return true;
}
