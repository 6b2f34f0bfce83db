/** Multipart bodies (RFC 7578): which parts a request has. libcurl writes them. */
#ifndef SG_CONNECTORS_MULTIPART_H
#define SG_CONNECTORS_MULTIPART_H

#include "sgbridge/connector.h"

/**
 * Makes each text of the object `content`, each entry of a list of texts and each file of `request`
 * a part of `out`. A file's name is that in its URL. Fails, naming the part, where a value is more
 * than a text, does not fit into the system's character set, or a name cannot stand in a header.
 */
SG_MUST_USE bool sg_multipart_write(struct sg_arena *arena, const struct sg_system *system,
                                    const struct sg_request *request, const struct sg_node *content,
                                    struct sg_wire *out, struct sg_error *err);

#endif
