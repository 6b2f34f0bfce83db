/** XML 1.0: read by libxml2's SAX2 into the tree, without entities or DTD; written by buffer. */
#ifndef SG_TREE_XML_H
#define SG_TREE_XML_H

#include "base/buffer.h"
#include "base/error.h"
#include "tree/node.h"

/** One `prefix: URI` of a system file's `namespaces`; the prefix "" is the default one. */
struct sg_xml_namespace {
    struct sg_str prefix, uri;
};

struct sg_xml_names {
    const struct sg_xml_namespace *declared;
    size_t count;
};

/**
 * Reads a whole document. `*out` is the root element (its `name` set): attributes as "@name", text
 * beside attributes or children as "#text", repeated elements as one list at the place of the
 * first, text alone as a TEXT, `xsi:nil="true"` as NULL, an empty element as TEXT "". White space
 * between elements is dropped, text elsewhere is kept as it is. Names whose namespace is declared
 * under a prefix get it ("stuf:code"), all others are local names; xmlns attributes are left out.
 * Fails with SG_ERROR_INPUT at line and column: not well-formed, a DTD, an entity, too deep.
 */
SG_MUST_USE bool sg_xml_read(struct sg_arena *arena, struct sg_str text, struct sg_xml_names names,
                             const char *name, const struct sg_node **out, struct sg_error *err);

/**
 * Writes `node` as the element `name`: the namespaces are declared on it. Lists repeat their
 * element; NULL is xsi:nil. Characters that XML forbids are dropped; no XML declaration.
 */
void sg_xml_write(struct sg_buffer *out, struct sg_str name, const struct sg_node *node,
                  struct sg_xml_names names);

/** Only text, escaped for content and for attributes alike. */
void sg_xml_write_text(struct sg_buffer *out, struct sg_str text);

#endif
