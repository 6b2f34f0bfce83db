/** HTTP headers (RFC 9110, section 5): found in any case, shown to rules, kept free of injections. */
#ifndef SG_CONNECTORS_HEADER_H
#define SG_CONNECTORS_HEADER_H

#include "sgbridge/connector.h"

/** The first of that name, in any case; "" when there is none. */
struct sg_str sg_header_get(const struct sg_header *headers, size_t count, struct sg_str name);

/** For the scope `headers:`: an object of lower-case names; a repeated one is joined by ", ". */
const struct sg_node *sg_header_tree(struct sg_arena *arena, const struct sg_header *headers,
                                     size_t count);

/** Whether `text` can stand in a header: no line end, no other control character. */
bool sg_header_is_value(struct sg_str text);

#endif
