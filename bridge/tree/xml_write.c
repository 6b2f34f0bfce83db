#include "tree/utf8.h"
#include "tree/xml.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

struct writer {
    struct sg_buffer *out;
    struct sg_xml_names names;
    bool uses_xsi;
};

/* XML 1.0, fifth edition, production [4], without ':'. */
static bool is_name_start(uint32_t c)
{
    static const uint32_t ranges[][2] = {
        {'A', 'Z'},       {'_', '_'},       {'a', 'z'},       {0xC0, 0xD6},     {0xD8, 0xF6},
        {0xF8, 0x2FF},    {0x370, 0x37D},   {0x37F, 0x1FFF},  {0x200C, 0x200D}, {0x2070, 0x218F},
        {0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
    };

    for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++) {
        if (c >= ranges[r][0] && c <= ranges[r][1])
            return true;
    }
    return false;
}

/* Production [4a]. */
static bool is_name(uint32_t c)
{
    return is_name_start(c) || c == '-' || c == '.' || (c >= '0' && c <= '9') || c == 0xB7 ||
           (c >= 0x300 && c <= 0x36F) || c == 0x203F || c == 0x2040;
}

bool sg_xml_is_name(struct sg_str name)
{
    bool is_right = name.length > 0;

    for (size_t i = 0; i < name.length && is_right;) {
        const bool is_first = i == 0;
        const uint32_t c = sg_utf8_next(name, &i);

        is_right = is_first ? is_name_start(c) : is_name(c);
    }
    return is_right;
}

/* Whether its first character may stand there, as it is or as the '_' that it becomes. */
static bool may_start(struct sg_str part)
{
    size_t i = 0;

    if (part.length == 0)
        return false;
    uint32_t c = sg_utf8_next(part, &i);

    return is_name_start(c) || !is_name(c);
}

/* What no name may have becomes '_'; what may not stand first gets one before it. */
static void write_name_part(struct sg_buffer *out, struct sg_str part)
{
    size_t kept = 0; /* bytes of the part that are in `out` */

    if (!may_start(part))
        sg_buffer_add_byte(out, '_');
    for (size_t i = 0; i < part.length;) {
        size_t start = i;

        if (is_name(sg_utf8_next(part, &i)))
            continue;
        sg_buffer_add(out, (struct sg_str){part.at + kept, start - kept});
        sg_buffer_add_byte(out, '_');
        kept = i;
    }
    sg_buffer_add(out, sg_str_skip(part, kept));
}

static bool is_prefix(const struct writer *writer, struct sg_str prefix)
{
    for (size_t n = 0; n < writer->names.count; n++) {
        if (prefix.length > 0 && sg_str_equal(writer->names.declared[n].prefix, prefix))
            return true;
    }
    return sg_str_is(prefix, "xml") || sg_str_is(prefix, "xsi");
}

static void write_name(const struct writer *writer, struct sg_str name)
{
    const char *colon = name.length == 0 ? NULL : memchr(name.at, ':', name.length);
    struct sg_str prefix = {name.at, colon == NULL ? 0 : (size_t)(colon - name.at)};

    if (is_prefix(writer, prefix)) {
        sg_buffer_add(writer->out, prefix);
        sg_buffer_add_byte(writer->out, ':');
        name = sg_str_skip(name, prefix.length + 1);
    }
    write_name_part(writer->out, name);
}

/* How a character is written that cannot stand as it is; NULL where it can. */
static const char *escaped(uint32_t c, bool is_attribute)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return is_attribute ? "&quot;" : NULL;
    case '\r':
        return "&#13;"; /* as it is, a reader makes '\n' of it */
    case '\n':
        return is_attribute ? "&#10;" : NULL; /* and of these, in attributes, spaces */
    case '\t':
        return is_attribute ? "&#9;" : NULL;
    default:
        return c < 0x20 || c == 0xFFFE || c == 0xFFFF ? "" : NULL; /* production [2] */
    }
}

/* From `i` on, where a character begins that may not stand as it is; the end when none does. */
static size_t find_special(struct sg_str text, size_t i)
{
    for (; i < text.length; i++) {
        const unsigned char c = (unsigned char)text.at[i];

        if (c < 0x20 || c == '&' || c == '<' || c == '>' || c == '"' || c == 0xEF)
            break;
    }
    return i;
}

static void write_text(struct sg_buffer *out, struct sg_str text, bool is_attribute)
{
    size_t start = 0;

    for (size_t i = 0; (i = find_special(text, i)) < text.length;) {
        size_t at = i;
        const char *instead = escaped(sg_utf8_next(text, &i), is_attribute);

        if (instead == NULL)
            continue;
        sg_buffer_add(out, (struct sg_str){text.at + start, at - start});
        sg_buffer_add(out, sg_str_of(instead));
        start = i;
    }
    sg_buffer_add(out, sg_str_skip(text, start));
}

void sg_xml_write_text(struct sg_buffer *out, struct sg_str text)
{
    write_text(out, text, true);
}

static void write_attribute(const struct writer *writer, const struct sg_node *attribute)
{
    struct sg_str text = {0};

    if (attribute->kind == SG_NODE_NULL)
        return;
    (void)sg_node_as_text(attribute, &text);
    sg_buffer_add_byte(writer->out, ' ');
    write_name(writer, sg_str_skip(attribute->name, 1));
    sg_buffer_add(writer->out, SG_STR("=\""));
    write_text(writer->out, text, true);
    sg_buffer_add_byte(writer->out, '"');
}

static void write_namespaces(const struct writer *writer)
{
    bool has_xsi = !writer->uses_xsi;

    for (size_t n = 0; n < writer->names.count; n++) {
        const struct sg_xml_namespace *declared = &writer->names.declared[n];

        sg_buffer_add(writer->out, SG_STR(" xmlns"));
        if (declared->prefix.length > 0)
            sg_buffer_add_byte(writer->out, ':');
        sg_buffer_add(writer->out, declared->prefix);
        sg_buffer_add(writer->out, SG_STR("=\""));
        write_text(writer->out, declared->uri, true);
        sg_buffer_add_byte(writer->out, '"');
        has_xsi = has_xsi || sg_str_is(declared->prefix, "xsi");
    }
    if (!has_xsi)
        sg_buffer_add(writer->out, SG_STR(" xmlns:xsi=\"" XSI "\""));
}

static void write_element(const struct writer *writer, struct sg_str name,
                          const struct sg_node *node, bool is_root);

/* The text and the children of an element that has members. */
static void write_content(const struct writer *writer, const struct sg_node *object)
{
    struct sg_str text = {0};

    for (const struct sg_node *member = object->first; member != NULL; member = member->next) {
        if (sg_str_starts(member->name, "@"))
            continue;
        if (!sg_str_is(member->name, "#text"))
            write_element(writer, member->name, member, false);
        else if (sg_node_as_text(member, &text))
            write_text(writer->out, text, false);
    }
}

static void write_tag(const struct writer *writer, struct sg_str name, const struct sg_node *node,
                      bool is_root)
{
    sg_buffer_add_byte(writer->out, '<');
    write_name(writer, name);
    if (is_root)
        write_namespaces(writer);
    if (node->kind == SG_NODE_NULL)
        sg_buffer_add(writer->out, SG_STR(" xsi:nil=\"true\""));
    if (node->kind != SG_NODE_OBJECT)
        return;
    for (const struct sg_node *member = node->first; member != NULL; member = member->next) {
        if (sg_str_starts(member->name, "@"))
            write_attribute(writer, member);
    }
}

static void write_element(const struct writer *writer, struct sg_str name,
                          const struct sg_node *node, bool is_root)
{
    if (node->kind == SG_NODE_LIST) {
        for (const struct sg_node *entry = node->first; entry != NULL; entry = entry->next)
            write_element(writer, name, entry, is_root);
        return;
    }
    write_tag(writer, name, node, is_root);
    sg_buffer_add_byte(writer->out, '>');

    const size_t start = writer->out->length;

    if (node->kind == SG_NODE_OBJECT)
        write_content(writer, node);
    else
        write_text(writer->out, node->text, false);
    if (writer->out->length == start) { /* nothing in it: the tag is closed, instead */
        writer->out->length--;
        sg_buffer_add(writer->out, SG_STR("/>"));
        return;
    }
    sg_buffer_add(writer->out, SG_STR("</"));
    write_name(writer, name);
    sg_buffer_add_byte(writer->out, '>');
}

static bool uses_xsi(const struct sg_node *node)
{
    const bool is_attribute = sg_str_starts(node->name, "@");

    if (is_attribute ? sg_str_starts(node->name, "@xsi:") : node->kind == SG_NODE_NULL)
        return true;
    for (const struct sg_node *entry = node->first; entry != NULL; entry = entry->next) {
        if (uses_xsi(entry))
            return true;
    }
    return false;
}

void sg_xml_write(struct sg_buffer *out, struct sg_str name, const struct sg_node *node,
                  struct sg_xml_names names)
{
    const struct writer writer = {out, names, uses_xsi(node)};

    write_element(&writer, name, node, true);
}
