#include "learn/xsd.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/units.h"
#include "learn/draft.h"
#include "tree/pointer.h"

enum { DEPTH_MAX = 16, STEPS_MAX = 10000 };

/* --- the tree of a schema --- */

struct sg_str sg_xsd_local(struct sg_str name)
{
    const char *colon = name.length == 0 ? NULL : memchr(name.at, ':', name.length);

    return colon == NULL ? name : sg_str_skip(name, (size_t)(colon - name.at) + 1);
}

const struct sg_node *sg_xsd_first(const struct sg_node *object, const char *name)
{
    const struct sg_node *found = sg_node_find(object, sg_str_of(name));

    return found != NULL && found->kind == SG_NODE_LIST ? found->first : found;
}

const struct sg_node *sg_xsd_next(const struct sg_node *object, const char *name,
                                  const struct sg_node *entry)
{
    return sg_node_find(object, sg_str_of(name)) == entry ? NULL : entry->next;
}

struct sg_str sg_xsd_attribute(const struct sg_node *element, const char *name)
{
    const struct sg_node *found = sg_node_find(element, sg_str_of(name));
    struct sg_str text;

    return found != NULL && sg_node_as_text(found, &text) ? text : (struct sg_str){0};
}

/* --- what can be referred to by name --- */

struct named {
    struct sg_str name;
    const struct sg_node *node, *schema;
    bool is_simple;
};

struct index {
    struct named *at;
    size_t count;
};

struct sg_xsd {
    struct index elements, types;
};

static int by_name(const void *a, const void *b)
{
    return sg_str_compare(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static const struct named *find_named(const struct index *index, struct sg_str name)
{
    const struct named wanted = {.name = name};

    if (index->count == 0)
        return NULL;
    return bsearch(&wanted, index->at, index->count, sizeof *index->at, by_name);
}

static size_t add_named(const struct sg_node *schema, const char *what, struct named *out)
{
    size_t count = 0;

    for (const struct sg_node *node = sg_xsd_first(schema, what); node != NULL;
         node = sg_xsd_next(schema, what, node)) {
        if (out != NULL)
            out[count] = (struct named){sg_xsd_attribute(node, "@name"), node, schema,
                                        strcmp(what, "xs:simpleType") == 0};
        count++;
    }
    return count;
}

static struct index index_of(struct sg_arena *arena, const struct sg_node *types,
                             const char *const *whats)
{
    struct index index = {0};

    for (int turn = 0; turn < 2; turn++) { /* counts, then gathers */
        if (turn == 1)
            index.at = sg_arena_get(arena, index.count, sizeof *index.at);
        index.count = 0;
        for (const struct sg_node *schema = sg_xsd_first(types, "xs:schema"); schema != NULL;
             schema = sg_xsd_next(types, "xs:schema", schema)) {
            for (const char *const *what = whats; *what != NULL; what++)
                index.count +=
                    add_named(schema, *what, index.at == NULL ? NULL : index.at + index.count);
        }
    }
    if (index.at != NULL && index.count > 0)
        qsort(index.at, index.count, sizeof *index.at, by_name);
    return index;
}

const struct sg_xsd *sg_xsd_new(struct sg_arena *arena, const struct sg_node *types)
{
    static const char *const elements[] = {"xs:element", NULL};
    static const char *const kinds[] = {"xs:complexType", "xs:simpleType", NULL};
    struct sg_xsd *xsd = sg_arena_get(arena, 1, sizeof *xsd);

    xsd->elements = index_of(arena, types, elements);
    xsd->types = index_of(arena, types, kinds);
    return xsd;
}

const struct sg_node *sg_xsd_element(const struct sg_xsd *xsd, struct sg_str name,
                                     const struct sg_node **schema)
{
    const struct named *found = find_named(&xsd->elements, name);

    if (found == NULL)
        return NULL;
    *schema = found->schema;
    return found->node;
}

/* --- fields --- */

/* A walk through one element; `count` of fields in `out`. */
struct walk {
    struct sg_arena *arena;
    const struct sg_xsd *xsd;
    struct sg_xsd_field *out;
    size_t count, room;
    size_t *steps; /* of all walks of an element: types may hold each other many times over */
    bool *is_all;
};

/* Where the walk stands. */
struct stand {
    struct sg_str pointer;
    bool is_required;
    int depth;
};

static void walk_content(struct walk *walk, const struct sg_node *type, struct stand stand);

static struct sg_xsd_field *add_field(struct walk *walk, const struct stand *stand)
{
    if (walk->count == walk->room) {
        const size_t room = walk->room == 0 ? 16 : 2 * walk->room;
        struct sg_xsd_field *grown = sg_arena_get(walk->arena, room, sizeof *grown);

        if (walk->count > 0)
            memcpy(grown, walk->out, walk->count * sizeof *grown);
        walk->out = grown;
        walk->room = room;
    }
    struct sg_xsd_field *field = &walk->out[walk->count++];
    *field = (struct sg_xsd_field){.pointer = stand->pointer, .is_required = stand->is_required};
    return field;
}

static struct sg_str below(struct sg_arena *arena, struct sg_str pointer, const char *prefix,
                           struct sg_str name)
{
    struct sg_buffer out = {.arena = arena};

    sg_buffer_add(&out, pointer);
    sg_pointer_add_token(&out, sg_str_format(arena, "%s%.*s", prefix, SG_STR_ARG(name)));
    return sg_buffer_text(&out);
}

/* Of the types that XML Schema itself has; NULL: a string. */
static const char *type_of_builtin(struct sg_str name)
{
    static const char *const rows[][2] = {
        {"boolean", "boolean"},
        {"decimal", "number"},
        {"float", "number"},
        {"double", "number"},
        {"integer", "integer"},
        {"int", "integer"},
        {"long", "integer"},
        {"short", "integer"},
        {"byte", "integer"},
        {"nonNegativeInteger", "integer"},
        {"positiveInteger", "integer"},
        {"unsignedInt", "integer"},
        {"unsignedLong", "integer"},
        {"unsignedShort", "integer"},
        {"unsignedByte", "integer"},
        {"base64Binary", "file"},
        {"anyType", "any"},
    };

    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        if (sg_str_is(name, rows[r][0]))
            return rows[r][1];
    }
    return NULL;
}

/* A simple type is a restriction of another one, down to one that XML Schema has. */
static void set_simple(const struct walk *walk, struct sg_xsd_field *field,
                       const struct sg_node *simple, struct sg_str name)
{
    for (int depth = 0; depth < DEPTH_MAX; depth++) {
        const struct named *named = name.length == 0 ? NULL : find_named(&walk->xsd->types, name);

        if (simple == NULL && named == NULL) {
            field->type = type_of_builtin(name);
            return;
        }
        const struct sg_node *restriction =
            sg_xsd_first(simple == NULL ? named->node : simple, "xs:restriction");
        const struct sg_str max =
            sg_xsd_attribute(sg_xsd_first(restriction, "xs:maxLength"), "@value");

        if (field->values == NULL)
            field->values = sg_node_find(restriction, SG_STR("xs:enumeration"));
        if (field->max == 0 && (!sg_units_integer(max, &field->max) || field->max < 0))
            field->max = 0;
        name = sg_xsd_local(sg_xsd_attribute(restriction, "@base"));
        simple = NULL;
    }
}

static void walk_attributes(struct walk *walk, const struct sg_node *type,
                            const struct stand *stand)
{
    for (const struct sg_node *node = sg_xsd_first(type, "xs:attribute"); node != NULL;
         node = sg_xsd_next(type, "xs:attribute", node)) {
        const struct sg_str name = sg_xsd_attribute(node, "@name");
        const bool is_required = sg_str_is(sg_xsd_attribute(node, "@use"), "required");
        const struct stand at = {below(walk->arena, stand->pointer, "@", name),
                                 stand->is_required && is_required, stand->depth};

        if (name.length > 0)
            set_simple(walk, add_field(walk, &at), sg_xsd_first(node, "xs:simpleType"),
                       sg_xsd_local(sg_xsd_attribute(node, "@type")));
        *walk->is_all = *walk->is_all && name.length > 0;
    }
}

/* The type of an element, where it is complex: inside of it, or by its name; NULL: it is simple. */
static const struct sg_node *complex_of(const struct walk *walk, const struct sg_node *element)
{
    const struct sg_node *own = sg_xsd_first(element, "xs:complexType");
    const struct named *named =
        find_named(&walk->xsd->types, sg_xsd_local(sg_xsd_attribute(element, "@type")));

    return own != NULL || named == NULL || named->is_simple ? own : named->node;
}

/* A name that comes twice, as in two branches of a choice, is one field. */
static int by_pointer(const void *a, const void *b)
{
    const struct sg_xsd_field *const *left = a, *const *right = b;
    const int order = sg_str_compare((*left)->pointer, (*right)->pointer);

    return order != 0 ? order : (*left > *right) - (*left < *right);
}

static void drop_repeated(struct sg_arena *arena, struct sg_xsd_field *fields, size_t *count,
                          bool *is_all)
{
    struct sg_xsd_field **order = sg_arena_get(arena, *count, sizeof(struct sg_xsd_field *));
    size_t kept = 0;

    for (size_t f = 0; f < *count; f++)
        order[f] = &fields[f];
    if (*count > 1)
        qsort(order, *count, sizeof(struct sg_xsd_field *), by_pointer);
    for (size_t f = *count; f-- > 1;) {
        if (sg_str_equal(order[f - 1]->pointer, order[f]->pointer))
            order[f]->pointer.length = 0;
    }
    for (size_t f = 0; f < *count; f++) {
        const bool is_long = fields[f].pointer.length > SG_DRAFT_KEY_MAX;

        *is_all = *is_all && !is_long;
        if (fields[f].pointer.length > 0 && !is_long)
            fields[kept++] = fields[f];
    }
    *count = kept;
}

static void walk_list(struct walk *walk, const struct sg_node *complex, struct sg_xsd_field *field,
                      int depth)
{
    struct walk entries = {
        .arena = walk->arena, .xsd = walk->xsd, .steps = walk->steps, .is_all = walk->is_all};

    walk_content(&entries, complex, (struct stand){.is_required = true, .depth = depth + 1});
    drop_repeated(walk->arena, entries.out, &entries.count, walk->is_all);
    field->of = entries.out;
    field->of_count = entries.count;
}

static void walk_element(struct walk *walk, const struct sg_node *element, struct stand stand)
{
    const struct sg_node *schema;
    const struct sg_str ref = sg_xsd_local(sg_xsd_attribute(element, "@ref"));
    const struct sg_str most = sg_xsd_attribute(element, "@maxOccurs");
    const bool is_list = most.length > 0 && !sg_str_is(most, "1") && !sg_str_is(most, "0");

    if (++*walk->steps > STEPS_MAX) {
        *walk->is_all = false;
        return;
    }
    stand.is_required &= !sg_str_is(sg_xsd_attribute(element, "@minOccurs"), "0");
    if (ref.length > 0)
        element = sg_xsd_element(walk->xsd, ref, &schema);
    const struct sg_str name = ref.length > 0 ? ref : sg_xsd_attribute(element, "@name");
    if (element == NULL || name.length == 0 || sg_str_is(most, "0")) {
        *walk->is_all = *walk->is_all && sg_str_is(most, "0");
        return;
    }
    stand.pointer = below(walk->arena, stand.pointer, "", name);
    const struct sg_node *complex = complex_of(walk, element);
    if (complex != NULL && !is_list && stand.depth < DEPTH_MAX) {
        stand.depth++;
        walk_content(walk, complex, stand);
        return;
    }
    struct sg_xsd_field *field = add_field(walk, &stand);
    field->is_list = is_list;
    if (complex == NULL) {
        set_simple(walk, field, sg_xsd_first(element, "xs:simpleType"),
                   sg_xsd_local(sg_xsd_attribute(element, "@type")));
    } else if (stand.depth >= DEPTH_MAX) {
        field->type = "any";
        *walk->is_all = false;
    } else {
        walk_list(walk, complex, field, stand.depth);
    }
}

/* The elements of a sequence, an `all` or a choice, and of those inside; of a choice none must be. */
static void walk_particles(struct walk *walk, const struct sg_node *group, struct stand stand)
{
    static const char *const groups[] = {"xs:sequence", "xs:all", "xs:choice"};
    static const char *const unread[] = {"xs:any", "xs:group"};

    for (const struct sg_node *node = sg_xsd_first(group, "xs:element"); node != NULL;
         node = sg_xsd_next(group, "xs:element", node))
        walk_element(walk, node, stand);
    for (size_t u = 0; u < sizeof unread / sizeof unread[0]; u++)
        *walk->is_all = *walk->is_all && sg_xsd_first(group, unread[u]) == NULL;
    if (stand.depth >= DEPTH_MAX)
        return;
    stand.depth++;
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        for (const struct sg_node *node = sg_xsd_first(group, groups[g]); node != NULL;
             node = sg_xsd_next(group, groups[g], node)) {
            struct stand inside = stand;

            inside.is_required &= g < 2 && !sg_str_is(sg_xsd_attribute(node, "@minOccurs"), "0");
            walk_particles(walk, node, inside);
        }
    }
}

/* Text beside attributes is "#text"; what is extended comes first. */
static void walk_extension(struct walk *walk, const struct sg_node *extension, bool is_simple,
                           struct stand stand)
{
    const struct sg_str base = sg_xsd_local(sg_xsd_attribute(extension, "@base"));
    const struct named *named = find_named(&walk->xsd->types, base);

    if (named != NULL && !is_simple && stand.depth < DEPTH_MAX) {
        struct stand deeper = stand;

        deeper.depth++;
        walk_content(walk, named->node, deeper);
    }
    if (is_simple) {
        const struct stand text = {below(walk->arena, stand.pointer, "#", SG_STR("text")),
                                   stand.is_required, stand.depth};

        set_simple(walk, add_field(walk, &text), NULL, base);
    }
    walk_particles(walk, extension, stand);
    walk_attributes(walk, extension, &stand);
}

static void walk_content(struct walk *walk, const struct sg_node *type, struct stand stand)
{
    static const char *const contents[] = {"xs:simpleContent", "xs:complexContent"};
    static const char *const ways[] = {"xs:extension", "xs:restriction"};

    for (size_t c = 0; c < sizeof contents / sizeof contents[0]; c++) {
        for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) {
            const struct sg_node *way = sg_xsd_first(sg_xsd_first(type, contents[c]), ways[w]);
            if (way != NULL)
                walk_extension(walk, way, c == 0, stand);
        }
    }
    walk_particles(walk, type, stand);
    walk_attributes(walk, type, &stand);
}

void sg_xsd_fields(struct sg_arena *arena, const struct sg_xsd *xsd, const struct sg_node *element,
                   const struct sg_xsd_field **out, size_t *count, bool *is_all)
{
    size_t steps = 0;
    struct walk walk = {.arena = arena, .xsd = xsd, .steps = &steps, .is_all = is_all};
    const struct sg_node *complex = complex_of(&walk, element);

    *is_all = true;
    if (complex != NULL)
        walk_content(&walk, complex, (struct stand){.is_required = true});
    drop_repeated(arena, walk.out, &walk.count, is_all);
    *out = walk.out;
    *count = walk.count;
}
