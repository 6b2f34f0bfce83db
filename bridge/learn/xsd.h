/** XML Schema (W3C Recommendation of 2004) as WSDLs hold it: which fields an element has. */
#ifndef SG_LEARN_XSD_H
#define SG_LEARN_XSD_H

#include <stdint.h>

#include "tree/node.h"

/** One place below an element where a value stands. */
struct sg_xsd_field {
    struct sg_str pointer;
    const char *type; /* of an input, "integer"; NULL: a string */
    bool is_required; /* and all that it stands in is */
    bool is_list;     /* `of`: what an entry holds, when it is no plain value */
    const struct sg_xsd_field *of;
    size_t of_count;
    const struct sg_node *values; /* the `xs:enumeration`s, one or a list; NULL: anything */
    int64_t max;                  /* characters; 0: no limit */
};

struct sg_xsd; /* the elements and types of all schemas, by name */

/** The schemas of `types`, read with the prefix `xs`. */
const struct sg_xsd *sg_xsd_new(struct sg_arena *arena, const struct sg_node *types);

/** The global element of a name without its prefix, and the schema it stands in; NULL: none. */
const struct sg_node *sg_xsd_element(const struct sg_xsd *xsd, struct sg_str name,
                                     const struct sg_node **schema);

/**
 * All fields below a global element, in the order of the schema. `*is_all` is false when there is
 * more than is read: groups, `any`, what is too deep, or more than some thousand fields.
 */
void sg_xsd_fields(struct sg_arena *arena, const struct sg_xsd *xsd, const struct sg_node *element,
                   const struct sg_xsd_field **out, size_t *count, bool *is_all);

/** What stands behind the prefix of a qualified name. */
struct sg_str sg_xsd_local(struct sg_str name);

/** Entries of a member that is there once or as a list: `for (at = first; at; at = next(…))`. */
const struct sg_node *sg_xsd_first(const struct sg_node *object, const char *name);
const struct sg_node *sg_xsd_next(const struct sg_node *object, const char *name,
                                  const struct sg_node *entry);

/** An attribute's text, or "". */
struct sg_str sg_xsd_attribute(const struct sg_node *element, const char *name);

#endif
