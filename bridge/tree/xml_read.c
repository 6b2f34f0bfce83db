#include "tree/xml.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "tree/utf8.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

/* An element that is being read. */
struct level {
    struct sg_node *element; /* its attributes and children so far */
    struct sg_buffer text;
    bool has_children, is_nil;
};

struct reader {
    struct sg_arena *arena;
    struct sg_str text;
    struct sg_xml_names names;
    const char *file;
    struct sg_error *err;
    xmlParserCtxtPtr parser;
    struct level levels[SG_TREE_DEPTH_MAX];
    size_t depth, nodes;
    struct sg_node *root;
    bool failed;
};

static bool fail_at(const struct reader *in, size_t byte, const char *what)
{
    struct sg_place place = {in->file, 1, 1};

    for (size_t i = 0; i < byte && i < in->text.length; i++) {
        place.column++;
        if (in->text.at[i] == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return sg_error_set(in->err, SG_ERROR_INPUT, place, "%s", what);
}

/* Where libxml2 is. Only the first failure counts: what follows comes of it. */
static void fail(struct reader *in, const char *what)
{
    long byte = xmlByteConsumed(in->parser);

    if (!in->failed)
        (void)fail_at(in, byte < 0 ? 0 : (size_t)byte, what);
    in->failed = true;
    xmlStopParser(in->parser);
}

static struct sg_str str_of(const xmlChar *text)
{
    return sg_str_of((const char *)text);
}

/* The name as rules write it: `@` of an attribute, the declared prefix, the local name. */
static struct sg_str name_of(const struct reader *in, const char *mark, const xmlChar *local,
                             const xmlChar *uri)
{
    struct sg_buffer name = {.arena = in->arena};
    const struct sg_str rest = str_of(local);

    (void)sg_buffer_reserve(&name, rest.length + 1); /* there are many: no more room than needed */
    sg_buffer_add(&name, sg_str_of(mark));
    for (size_t n = 0; uri != NULL && n < in->names.count; n++) {
        const struct sg_xml_namespace *declared = &in->names.declared[n];

        if (declared->prefix.length == 0 || !sg_str_equal(declared->uri, str_of(uri)))
            continue;
        sg_buffer_add(&name, declared->prefix);
        sg_buffer_add_byte(&name, ':');
        break;
    }
    sg_buffer_add(&name, rest);
    return sg_buffer_text(&name);
}

static bool is_declared(const struct reader *in, const char *uri)
{
    for (size_t n = 0; n < in->names.count; n++) {
        if (sg_str_is(in->names.declared[n].uri, uri))
            return true;
    }
    return false;
}

static struct sg_node *new_node(struct reader *in)
{
    if (++in->nodes > SG_TREE_NODES_MAX)
        fail(in, "too many elements and attributes in one document");
    return sg_node_new(in->arena, SG_NODE_TEXT);
}

/* libxml2 gives an attribute as local name, prefix, URI, and its value's begin and end. */
enum { LOCAL, PREFIX, URI, VALUE, VALUE_END, FIELDS };

static void take_attribute(struct reader *in, struct level *level, const xmlChar **fields)
{
    const struct sg_str value = {(const char *)fields[VALUE],
                                 (size_t)(fields[VALUE_END] - fields[VALUE])};
    const bool is_xsi = fields[URI] != NULL && sg_str_is(str_of(fields[URI]), XSI);

    if (value.length > SG_XML_ATTRIBUTE_MAX_BYTES) {
        fail(in, "an attribute is longer than 1 MB");
        return;
    }
    if (is_xsi && sg_str_is(str_of(fields[LOCAL]), "nil")) {
        level->is_nil = sg_str_is(value, "true") || sg_str_is(value, "1");
        return;
    }
    if (is_xsi && !is_declared(in, XSI))
        return; /* says how to read the element; is no data */

    struct sg_node *attribute = new_node(in);

    attribute->text = sg_str_copy(in->arena, value);
    (void)sg_node_add(level->element, name_of(in, "@", fields[LOCAL], fields[URI]), attribute);
}

/* NOLINTNEXTLINE(readability-function-size): its parameters are libxml2's */
static void start_element(void *user, const xmlChar *local, const xmlChar *prefix,
                          const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
                          int attribute_count, int defaulted, const xmlChar **attributes)
{
    struct reader *in = user;
    struct level *level;

    (void)prefix, (void)namespace_count, (void)namespaces, (void)defaulted;
    if (in->failed)
        return;
    if (in->depth == SG_TREE_DEPTH_MAX) {
        fail(in, "elements go deeper than 64 levels");
        return;
    }
    if (in->depth > 0)
        in->levels[in->depth - 1].has_children = true;
    level = &in->levels[in->depth++];
    *level = (struct level){.element = new_node(in), .text = {.arena = in->arena}};
    level->element->kind = SG_NODE_OBJECT;
    level->element->name = name_of(in, "", local, uri);
    for (int a = 0; a < attribute_count && !in->failed; a++)
        take_attribute(in, level, attributes + (ptrdiff_t)a * FIELDS);
}

static bool is_space(struct sg_str text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] != ' ' && text.at[i] != '\t' && text.at[i] != '\n' && text.at[i] != '\r')
            return false;
    }
    return true;
}

/* Makes of the element what it is, now that all of it was seen. */
static void finish(struct reader *in, struct level *level)
{
    struct sg_node *element = level->element;
    struct sg_str text = sg_buffer_text(&level->text);

    if (level->is_nil) {
        *element = (struct sg_node){.kind = SG_NODE_NULL, .name = element->name};
        return;
    }
    if (element->count == 0) {
        element->kind = SG_NODE_TEXT;
        element->text = text;
        return;
    }
    sg_node_group(in->arena, element);
    if (level->has_children ? !is_space(text) : text.length > 0)
        (void)sg_node_add(element, SG_STR("#text"), sg_node_text(in->arena, text));
}

static void end_element(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct reader *in = user;
    struct level *level;

    (void)local, (void)prefix, (void)uri;
    if (in->failed)
        return;
    level = &in->levels[--in->depth];
    finish(in, level);
    if (in->depth == 0)
        in->root = level->element;
    else
        (void)sg_node_append(in->levels[in->depth - 1].element, level->element);
}

static void take_text(void *user, const xmlChar *text, int length)
{
    struct reader *in = user;

    if (!in->failed && in->depth > 0)
        sg_buffer_add(&in->levels[in->depth - 1].text,
                      (struct sg_str){(const char *)text, (size_t)length});
}

static void refuse_dtd(void *user, const xmlChar *name, const xmlChar *external,
                       const xmlChar *system)
{
    (void)name, (void)external, (void)system;
    fail(user, "a DTD is not taken");
}

/* libxml2's own words name elements and entities, which are the document's; so these are ours. */
static const char *words_of(int code)
{
    switch (code) {
    case XML_ERR_DOCUMENT_EMPTY:
        return "the document does not begin with an element";
    case XML_ERR_DOCUMENT_END:
        return "something follows the end of the document";
    case XML_ERR_TAG_NAME_MISMATCH:
        return "an end tag that does not fit its start tag";
    case XML_ERR_TAG_NOT_FINISHED:
        return "the document ends inside an element";
    case XML_ERR_GT_REQUIRED:
        return "a tag that does not end with '>'";
    case XML_ERR_LT_IN_ATTRIBUTE:
        return "'<' in an attribute; it must be escaped";
    case XML_ERR_ATTRIBUTE_REDEFINED:
    case XML_NS_ERR_ATTRIBUTE_REDEFINED:
        return "an attribute is given twice in one element";
    case XML_ERR_UNDECLARED_ENTITY:
    case XML_WAR_UNDECLARED_ENTITY:
        return "an entity that XML does not know";
    case XML_ERR_ENTITYREF_SEMICOL_MISSING:
    case XML_ERR_NAME_REQUIRED:
        return "'&' that begins no entity, or a tag without a name";
    case XML_ERR_INVALID_CHAR:
    case XML_ERR_INVALID_CHARREF:
        return "a character that XML forbids";
    case XML_NS_ERR_UNDEFINED_NAMESPACE:
        return "a prefix whose namespace is not declared";
    default:
        return NULL;
    }
}

static void take_error(void *user, xmlErrorPtr error)
{
    char plain[64];
    const char *words = words_of(error->code);

    if (error->level == XML_ERR_WARNING)
        return;
    (void)snprintf(plain, sizeof plain, "not well-formed XML (libxml2's error %d)", error->code);
    fail(user, words != NULL ? words : plain);
}

/* The last byte of the first `closing`, which ends with a '>', that begins at `from` or later. */
static size_t find_closing(struct sg_str text, size_t from, const char *closing)
{
    const size_t length = strlen(closing);

    for (size_t i = from; i < text.length; i++) {
        const char *found = memchr(text.at + i, '>', text.length - i);

        if (found == NULL)
            break;
        i = (size_t)(found - text.at);
        if (i + 1 - from >= length && memcmp(found + 1 - length, closing, length) == 0)
            return i;
    }
    return text.length;
}

/* The byte that ends the tag, comment, CDATA section or processing instruction that begins at `i`;
 * in `*attributes`, how many '=' stand in a tag outside of quotes. */
static size_t skip_markup(struct sg_str text, size_t i, size_t *attributes)
{
    static const char *const marks[][2] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
    char quote = '\0';

    *attributes = 0;
    for (size_t m = 0; m < sizeof marks / sizeof marks[0]; m++) {
        if (sg_str_starts(sg_str_skip(text, i), marks[m][0])) /* "<!-->" only begins one */
            return find_closing(text, i + strlen(marks[m][0]), marks[m][1]);
    }
    for (; i < text.length && (quote != '\0' || text.at[i] != '>'); i++) {
        char c = text.at[i];

        if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (quote == '\0')
            *attributes += c == '=';
        else if (quote == c)
            quote = '\0';
    }
    return i;
}

/* libxml2 2.9 compares each attribute of an element with all before it, and so would be busy for
 * hours with one element of some megabytes: therefore they are counted before it sees them. */
static bool check_attributes(const struct reader *in)
{
    const struct sg_str text = in->text;
    size_t i = 0, count;

    while (i < text.length) {
        const char *begin = memchr(text.at + i, '<', text.length - i);

        if (begin == NULL)
            return true;
        size_t start = (size_t)(begin - text.at);

        i = skip_markup(text, start, &count);
        if (count > SG_XML_ATTRIBUTES_MAX)
            return fail_at(in, start, "an element with more than 256 attributes");
    }
    return true;
}

/* What libxml2 need not see: it would take NULs for UTF-16, and a length over its int for none. */
static bool check_bytes(const struct reader *in)
{
    const struct sg_str text = in->text;
    const char *zero;
    size_t bad;

    if (text.length == 0)
        return fail_at(in, 0, "the document is empty");
    if (text.length > INT_MAX / 2)
        return fail_at(in, 0, "the document is larger than 1 GB");
    if (!sg_utf8_check(text, &bad))
        return fail_at(in, bad, "bytes that are no UTF-8");
    zero = memchr(text.at, '\0', text.length);
    if (zero != NULL)
        return fail_at(in, (size_t)(zero - text.at), "a character that XML forbids");
    return check_attributes(in);
}

void sg_xml_init(void)
{
    xmlInitParser();
}

static void parse(struct reader *in)
{
    /* NOENT makes `&amp;` in an attribute a '&' and not `&#38;`. There is no other entity: a DTD
     * ends the reading. HUGE: sizes are limited by the caller, and depth and attributes here. */
    const int options = XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_HUGE | XML_PARSE_IGNORE_ENC;
    const xmlSAXHandler handler = {
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = start_element,
        .endElementNs = end_element,
        .characters = take_text,
        .cdataBlock = take_text,
        .ignorableWhitespace = take_text,
        .internalSubset = refuse_dtd,
        .serror = take_error,
    };

    in->parser = xmlCreateMemoryParserCtxt(in->text.at, (int)in->text.length);
    if (in->parser == NULL)
        abort(); /* no memory */
    *in->parser->sax = handler;
    in->parser->userData = in;
    (void)xmlCtxtUseOptions(in->parser, options);
    (void)xmlParseDocument(in->parser);
    if (in->parser->wellFormed == 0 || in->root == NULL)
        fail(in, "not well-formed XML");
    xmlFreeParserCtxt(in->parser);
}

bool sg_xml_read(struct sg_arena *arena, struct sg_str text, struct sg_xml_names names,
                 const char *name, const struct sg_node **out, struct sg_error *err)
{
    struct reader in = {.arena = arena, .text = text, .names = names, .file = name, .err = err};

    if (sg_str_starts(text, "\xEF\xBB\xBF"))
        in.text = sg_str_skip(text, 3);
    if (!check_bytes(&in))
        return false;
    parse(&in);
    if (in.failed)
        return false;
    *out = in.root;
    return true;
}
