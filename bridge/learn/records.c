/* A system file from records as they were captured: which field is what, by values and names. */
#include <inttypes.h>

#include "base/mask.h"
#include "learn/draft.h"
#include "learn/fields.h"
#include "learn/hints.h"
#include "learn/parts.h"
#include "learn/times.h"
#include "mapping/shown.h"
#include "tree/json.h"
#include "tree/pointer.h"
#include "tree/xml.h"

enum {
    CODES_MAX = 8,    /* different values of a field of codes */
    CODE_RECORDS = 3, /* of fewer records nothing is told by how often a value comes */
    SHOWN_MAX = 2,    /* records in the test */
    LINES_MAX = 200,  /* of fields, told in a comment */
};

/* All that is known while the file is written. */
struct records {
    struct sg_arena *arena;
    const struct sg_learn_system *from;
    bool is_xml;
    struct sg_str root; /* XML: the root element's name */
    struct sg_str items;
    const struct sg_node **at; /* the records */
    size_t count, room;
    struct sg_learn_fields fields;
    const struct sg_learn_field *id, *changed;
    struct sg_buffer out;
};

/* --- where the records are --- */

static bool fail(struct sg_error *err, const struct sg_learn_tree *tree, const char *what)
{
    return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){.file = tree->name}, "%s", what);
}

static bool is_record_list(const struct sg_node *node)
{
    return node->kind == SG_NODE_LIST && node->first != NULL && node->first->kind == SG_NODE_OBJECT;
}

/* The one list of objects in a page; NULL: there is none, or the root is a record itself. */
static const struct sg_node *find_list(struct sg_arena *arena, const struct sg_node *root)
{
    const struct sg_node *found = NULL;

    for (const struct sg_node *member = root->first; member != NULL; member = member->next) {
        struct sg_str value;

        if (is_record_list(member)) {
            if (found != NULL)
                return NULL;
            found = member;
        } else if (sg_node_as_text(member, &value) &&
                   sg_learn_is_hinted(arena, SG_LEARN_HINT_ID, member->name) &&
                   !sg_learn_is_hinted(arena, SG_LEARN_HINT_PAGE, member->name)) {
            return NULL;
        }
    }
    return found;
}

static bool find_items(struct records *it, const struct sg_learn_tree *tree, struct sg_error *err)
{
    const struct sg_node *root = tree->root, *list = NULL;
    const struct sg_pointer *pointer;
    struct sg_buffer items = {.arena = it->arena};

    if (it->from->items != NULL) {
        it->items = sg_str_of(it->from->items);
        return sg_pointer_compile(it->arena, it->items, (struct sg_place){.file = "--items"},
                                  &pointer, err);
    }
    if (root->kind == SG_NODE_OBJECT)
        list = find_list(it->arena, root);
    if (list != NULL)
        sg_pointer_add_token(&items, list->name);
    it->items = sg_buffer_text(&items);
    return true;
}

static bool add_record(struct records *it, const struct sg_learn_tree *tree,
                       const struct sg_node *node, struct sg_error *err)
{
    if (node->kind != SG_NODE_OBJECT)
        return fail(err, tree, "holds no records: objects are expected, one or a list of them");
    if (it->count == it->room) {
        const size_t room = it->room == 0 ? 16 : 2 * it->room;
        const struct sg_node **grown = sg_arena_get(it->arena, room, sizeof(struct sg_node *));

        if (it->count > 0)
            memcpy(grown, it->at, it->count * sizeof(struct sg_node *));
        it->at = grown;
        it->room = room;
    }
    it->at[it->count++] = node;
    return true;
}

static bool gather(struct records *it, const struct sg_learn_tree *tree, struct sg_error *err)
{
    const struct sg_pointer *pointer;
    const struct sg_node *found = NULL;

    if (!sg_pointer_compile(it->arena, it->items, (struct sg_place){.file = tree->name}, &pointer,
                            err) ||
        !sg_pointer_find(pointer, tree->root, &found, err))
        return false;
    if (found == NULL || sg_node_is_nothing(found))
        return true; /* a page without records */
    if (found->kind != SG_NODE_LIST)
        return add_record(it, tree, found, err);
    for (const struct sg_node *entry = found->first; entry != NULL; entry = entry->next) {
        if (!add_record(it, tree, entry, err))
            return false;
    }
    return true;
}

/* --- which field is what --- */

/* What looks like a code, a date or a number: never a citizen's words. */
static bool is_shown(struct sg_str value)
{
    return sg_shown_of(value).text[0] == '"';
}

static bool is_scalar(const struct sg_learn_field *field)
{
    return field->count > 0 && !field->has_list && !field->has_object;
}

/* A place that all records have, with another value in each; by its name when there is one only. */
static void find_id(struct records *it)
{
    for (size_t f = 0; f < it->fields.count; f++) {
        const struct sg_learn_field *field = it->fields.at[f];

        if (is_scalar(field) && field->count == it->count && field->form == NULL &&
            sg_learn_is_hinted(it->arena, SG_LEARN_HINT_ID, field->name) &&
            !sg_learn_is_hinted(it->arena, SG_LEARN_HINT_PERSON, field->name) &&
            sg_learn_is_unique(it->arena, field)) {
            it->id = field;
            return;
        }
    }
}

/* Among times that all records have, the one that says so by its name, or the only one. */
static void find_changed(struct records *it)
{
    size_t times = 0;

    for (size_t f = 0; f < it->fields.count; f++) {
        const struct sg_learn_field *field = it->fields.at[f];

        if (!is_scalar(field) || field->count < it->count || field->form == NULL)
            continue;
        const bool is_named = sg_learn_is_hinted(it->arena, SG_LEARN_HINT_CHANGE, field->name);
        if (is_named || times++ == 0) {
            it->changed = field;
        } else {
            it->changed = NULL; /* which of them, nobody knows */
        }
        if (is_named)
            return;
    }
}

/* Whether a value tells who somebody is, as masks see it, or the name of its field does. */
static bool is_internal(const struct records *it, const struct sg_learn_field *field)
{
    if (field == it->id || field->count == 0 || field->form != NULL)
        return false;
    if (sg_learn_is_hinted(it->arena, SG_LEARN_HINT_PERSON, field->name))
        return true;
    for (size_t v = 0; v < field->count; v++) {
        const struct sg_str value = field->values[v];
        if (value.length <= SG_MASK_MAX && !sg_str_equal(sg_mask_text(it->arena, value), value))
            return true;
    }
    return false;
}

/* "json" or "xml" when all its values are documents inside of a text; NULL: they are not. */
static const char *document_kind(const struct records *it, const struct sg_learn_field *field)
{
    const char *kind = NULL;

    for (size_t v = 0; v < field->count; v++) {
        const struct sg_str value = field->values[v];
        const struct sg_xml_names none = {0};
        const struct sg_node *root;
        struct sg_error err;
        const char *this_kind = NULL;

        if ((value.at[0] == '{' || value.at[0] == '[') &&
            sg_json_read(it->arena, value, NULL, &root, &err))
            this_kind = "json";
        else if (value.at[0] == '<' && sg_xml_read(it->arena, value, none, NULL, &root, &err))
            this_kind = "xml";
        if (this_kind == NULL || (kind != NULL && strcmp(kind, this_kind) != 0))
            return NULL;
        kind = this_kind;
    }
    return kind;
}

/* --- the file --- */

static void add_pointers(struct records *it, const char *head,
                         bool (*is_it)(const struct records *, const struct sg_learn_field *))
{
    bool is_first = true;

    for (size_t f = 0; f < it->fields.count; f++) {
        if (!is_it(it, it->fields.at[f]))
            continue;
        sg_buffer_add(&it->out, sg_str_of(is_first ? head : ", "));
        sg_draft_scalar(&it->out, it->fields.at[f]->pointer);
        is_first = false;
    }
    if (!is_first)
        sg_buffer_add(&it->out, SG_STR("]\n"));
}

static void add_decodes(struct records *it)
{
    bool is_first = true;

    for (size_t f = 0; f < it->fields.count; f++) {
        const char *kind = document_kind(it, it->fields.at[f]);

        if (kind == NULL)
            continue;
        sg_buffer_add(&it->out, sg_str_of(is_first ? "    decode: {" : ", "));
        sg_draft_scalar(&it->out, it->fields.at[f]->pointer);
        sg_buffer_add_format(&it->out, ": %s", kind);
        is_first = false;
    }
    if (!is_first)
        sg_buffer_add(&it->out, SG_STR("}\n"));
}

/* The rule of a time: itself, where it is written as `iso` says. */
static void add_time_rule(struct records *it)
{
    if (strcmp(it->changed->form->text, "iso") == 0) {
        sg_draft_scalar(&it->out, it->changed->pointer);
        return;
    }
    sg_buffer_add(&it->out, SG_STR("{from: "));
    sg_draft_scalar(&it->out, it->changed->pointer);
    sg_buffer_add(&it->out, SG_STR(", with: {date: {from: "));
    sg_draft_scalar(&it->out, sg_str_of(it->changed->form->text));
    sg_buffer_add(&it->out, SG_STR("}}}"));
}

static void add_zone(struct records *it)
{
    for (size_t f = 0; f < it->fields.count; f++) {
        const struct sg_learn_form *form = it->fields.at[f]->form;

        if (form == NULL || !form->wants_zone)
            continue;
        sg_buffer_add(&it->out, SG_STR("zone: "));
        sg_draft_mark(&it->out, "of %.*s and other times that say none: Asia/Tehran, UTC, …",
                      SG_STR_ARG(it->fields.at[f]->pointer));
        return;
    }
}

static void add_id(struct records *it)
{
    sg_buffer_add(&it->out, SG_STR("    id: "));
    if (it->id == NULL) {
        sg_draft_mark(&it->out, "which field tells one record from all others: no field that all "
                                "have is called like an id and differs in each");
        return;
    }
    sg_draft_scalar(&it->out, it->id->pointer);
    if (it->count > 1)
        sg_buffer_add_format(&it->out, "  # another one in each of %zu records", it->count);
    sg_buffer_add_byte(&it->out, '\n');
}

static void add_record_rules(struct records *it)
{
    sg_buffer_add_format(&it->out, "\nrecords:\n  %.*s:\n", SG_STR_ARG(it->from->record));
    add_id(it);
    sg_buffer_add(&it->out, SG_STR("    key: "));
    sg_draft_mark(&it->out,
                  "the ticket it is about: %.*s if this is the ticket itself, or "
                  "{link: /FIELD} with the id of the thing that was made of a ticket",
                  SG_STR_ARG(it->id == NULL ? SG_STR("/FIELD") : it->id->pointer));
    if (it->changed != NULL) {
        sg_buffer_add(&it->out, SG_STR("    version: "));
        add_time_rule(it);
        sg_buffer_add_byte(&it->out, '\n');
    }
    add_pointers(it, "    internal: [", is_internal);
    add_decodes(it);
}

static void add_poll(struct records *it)
{
    sg_buffer_add(&it->out, SG_STR("    poll:\n      every: 1m\n      request: "));
    sg_draft_mark(&it->out, "how the list is asked for: {get: /PATH, query: {NAME: cursor:/time}}");
    sg_buffer_add(&it->out, SG_STR("      items: "));
    sg_draft_scalar(&it->out, it->items);
    sg_buffer_add(&it->out, SG_STR("\n      pages: "));
    sg_draft_mark(&it->out, "how the next page is asked for: {by: number, size: 100}, …; without "
                            "pages take this line away");
    if (it->changed == NULL)
        return;
    sg_buffer_add(&it->out, SG_STR("      cursor:\n        time: "));
    add_time_rule(it);
    sg_buffer_add(&it->out, SG_STR("\n        start: "));
    sg_draft_mark(&it->out, "from which change on: a time such as 2026-03-21T00:00:00+03:30, now "
                            "or all");
}

/* --- what the fields hold, as a comment --- */

static bool are_codes(const struct records *it, const struct sg_learn_field *field,
                      const struct sg_str **codes, size_t *count)
{
    if (!is_scalar(field) || it->count < CODE_RECORDS || is_internal(it, field) ||
        !sg_learn_distinct(it->arena, field, CODES_MAX, codes, count) || *count > field->count / 2)
        return false;
    for (size_t c = 0; c < *count; c++) {
        if (!is_shown((*codes)[c]))
            return false;
    }
    return true;
}

static void add_kind(struct records *it, const struct sg_learn_field *field)
{
    const struct sg_str *codes;
    size_t count;

    if (field->has_list) {
        sg_buffer_add(&it->out, SG_STR("a list"));
    } else if (field->form != NULL) {
        sg_buffer_add_format(&it->out, "a time, `%s`", field->form->text);
    } else if (are_codes(it, field, &codes, &count)) {
        sg_buffer_add(&it->out, SG_STR("codes:"));
        for (size_t c = 0; c < count; c++) {
            sg_buffer_add(&it->out, SG_STR(" "));
            sg_draft_words(&it->out, codes[c]);
        }
    } else {
        sg_buffer_add(&it->out, SG_STR("text"));
    }
}

static void add_fields(struct records *it)
{
    sg_buffer_add_format(&it->out, "\n# What was seen, and in how many of %zu records:\n",
                         it->count);
    for (size_t f = 0; f < it->fields.count && f < LINES_MAX; f++) {
        const struct sg_learn_field *field = it->fields.at[f];

        sg_buffer_add(&it->out, SG_STR("#   "));
        sg_draft_words(&it->out, field->pointer);
        if (!field->has_list)
            sg_buffer_add_format(&it->out, " (%zu)", field->count);
        sg_buffer_add(&it->out, SG_STR(": "));
        add_kind(it, field);
        sg_buffer_add_byte(&it->out, '\n');
    }
    if (it->fields.count > LINES_MAX)
        sg_buffer_add_format(&it->out, "#   and %zu more\n", it->fields.count - LINES_MAX);
}

/* --- a test, of the fields that are rules above alone: the rest may be a citizen's --- */

/* An id that looks like anything more than a code is another one here. */
static struct sg_str id_of(const struct records *it, size_t record)
{
    const struct sg_str id = it->id->values[record];

    return is_shown(id) ? id : sg_str_format(it->arena, "id-%zu", record + 1);
}

static void keep(const struct records *it, const struct sg_learn_field *field, struct sg_str value,
                 struct sg_node *kept)
{
    const struct sg_pointer *pointer;
    struct sg_error err;

    if (sg_pointer_compile(it->arena, field->pointer, (struct sg_place){0}, &pointer, &err))
        sg_pointer_put(it->arena, pointer, kept, sg_node_text(it->arena, value));
}

static struct sg_node *page_of(const struct records *it, struct sg_node *list)
{
    struct sg_node *page = sg_node_new(it->arena, SG_NODE_OBJECT);
    const struct sg_pointer *pointer;
    struct sg_error err;

    if (it->items.length == 0)
        return it->is_xml ? list->first : list;
    if (sg_pointer_compile(it->arena, it->items, (struct sg_place){0}, &pointer, &err))
        sg_pointer_put(it->arena, pointer, page, list);
    return page;
}

static void add_body(struct records *it, const struct sg_node *page)
{
    struct sg_buffer body = {.arena = it->arena};

    if (it->is_xml)
        sg_xml_write(&body, it->root, page, (struct sg_xml_names){0});
    else
        sg_json_write(&body, page);
    sg_draft_document(&it->out, sg_buffer_text(&body));
}

static void add_test(struct records *it)
{
    const size_t shown = it->items.length == 0 && it->is_xml ? 1
                         : it->count < SHOWN_MAX             ? it->count
                                                             : SHOWN_MAX;
    struct sg_node *list = sg_node_new(it->arena, SG_NODE_LIST);

    for (size_t r = 0; r < shown; r++) {
        struct sg_node *kept = sg_node_new(it->arena, SG_NODE_OBJECT);

        if (it->id != NULL)
            keep(it, it->id, id_of(it, r), kept);
        if (it->changed != NULL)
            keep(it, it->changed, it->changed->values[r], kept);
        (void)sg_node_append(list, kept);
    }
    sg_buffer_add_format(&it->out,
                         "\ntests:\n  - name: a page as it was captured\n    record: %.*s\n"
                         "    answer: {status: 200, body: ",
                         SG_STR_ARG(it->from->record));
    add_body(it, page_of(it, list));
    sg_buffer_add(&it->out, SG_STR("}\n    events:"));
    if (it->id == NULL) {
        sg_buffer_add_byte(&it->out, ' ');
        sg_draft_mark(&it->out,
                      "what comes of it: [{id: …, key: …}]; put the id into the body, too");
        return;
    }
    sg_buffer_add_byte(&it->out, '\n');
    for (size_t r = 0; r < shown; r++) {
        sg_buffer_add(&it->out, SG_STR("      - {id: "));
        sg_draft_text(&it->out, id_of(it, r));
        sg_buffer_add(&it->out, SG_STR("}\n"));
    }
}

static void write_file(struct records *it)
{
    sg_learn_begin(
        &it->out, "../schema/system.schema.json",
        sg_str_format(it->arena, "%zu %s", it->count, it->count == 1 ? "record" : "records"));
    sg_buffer_add_format(&it->out, "system: %.*s\nurl: ", SG_STR_ARG(it->from->system));
    sg_draft_mark(&it->out, "where it is reached: https://HOST/PATH, or ${env:NAME}");
    sg_buffer_add_format(&it->out, "format: %s\n", it->is_xml ? "xml" : "json");
    add_zone(it);
    add_record_rules(it);
    add_poll(it);
    add_fields(it);
    add_test(it);
}

bool sg_learn_records(struct sg_arena *arena, const struct sg_learn_system *from,
                      const struct sg_learn_tree *trees, struct sg_str *out, struct sg_error *err)
{
    struct records it = {.arena = arena,
                         .from = from,
                         .is_xml = trees[0].is_xml,
                         .root = trees[0].root->name,
                         .out = {.arena = arena}};

    if (it.is_xml && sg_str_is(it.root, "Envelope"))
        return fail(err, &trees[0],
                    "is a SOAP message, whose namespaces and types its WSDL tells; "
                    "learn from that one");
    if (!find_items(&it, &trees[0], err))
        return false;
    for (size_t t = 0; t < from->count; t++) {
        if (!gather(&it, &trees[t], err))
            return false;
    }
    sg_learn_fields_of(arena, it.at, it.count, &it.fields);
    if (it.fields.count == 0)
        return fail(err, &trees[0], "holds no record; at least one is expected");
    sg_learn_forms_set(arena, sg_learn_forms_new(arena), &it.fields);
    find_id(&it);
    find_changed(&it);
    write_file(&it);
    *out = sg_buffer_text(&it.out);
    return true;
}
