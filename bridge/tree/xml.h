/** XML 1.0: read by libxml2's SAX2 into the tree, without entities or DTD; and written from it. */
#ifndef SG_TREE_XML_H
#define SG_TREE_XML_H

#include "base/buffer.h"
#include "base/error.h"
#include "tree/node.h"

/** One `prefix: URI` of a system file's `namespaces`; the prefix "" is the default one. */
struct sg_xml_namespace {
    struct sg_str prefix, uri;
};

/** None declared: all zero. */
struct sg_xml_names {
    const struct sg_xml_namespace *declared;
    size_t count;
};

enum {
    SG_XML_ATTRIBUTES_MAX = 256,          /* of one element, namespaces among them */
    SG_XML_ATTRIBUTE_MAX_BYTES = 1 << 20, /* of one value */
};

/** Readies libxml2, which may not happen in two threads at once: main() calls it before any. */
void sg_xml_init(void);

/**
 * Reads a whole document, which is UTF-8 whatever its declaration says: the caller converts it.
 * `*out` is the root element (its `name` set): attributes as "@name", text beside attributes or
 * children as "#text", repeated elements as one list at the place of the first, text alone as a
 * TEXT, `xsi:nil="true"` as NULL, an empty element as TEXT "". White space between elements is
 * dropped, text elsewhere is kept as it is. Names whose namespace is declared under a prefix get it
 * ("stuf:code"), all others are local names; left out are xmlns attributes and, unless declared,
 * those of xsi. The caller limits the size of the text.
 * Fails with SG_ERROR_INPUT at line and column (of file `name`, may be NULL): not well-formed,
 * a DTD, an entity of its own, deeper than SG_TREE_DEPTH_MAX, more nodes than SG_TREE_NODES_MAX,
 * more or longer attributes than above. Never shows the document's content.
 */
SG_MUST_USE bool sg_xml_read(struct sg_arena *arena, struct sg_str text, struct sg_xml_names names,
                             const char *name, const struct sg_node **out, struct sg_error *err);

/**
 * Writes `node` as the element `name`: the namespaces are declared on it, and xsi where it is used.
 * Lists repeat their element; NULL is xsi:nil, and leaves an attribute out; an attribute that is no
 * text is empty. What XML forbids is dropped from text, and is '_' in a name; so is the ':' of a
 * prefix that is not declared. No XML declaration.
 */
void sg_xml_write(struct sg_buffer *out, struct sg_str name, const struct sg_node *node,
                  struct sg_xml_names names);

/** Whether it may be an element's name as it stands (Namespaces in XML 1.0: an NCName, no ':'). */
bool sg_xml_is_name(struct sg_str name);

/** Only text, escaped so that it may stand in an attribute as well. */
void sg_xml_write_text(struct sg_buffer *out, struct sg_str text);

#endif
