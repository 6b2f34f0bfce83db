/** Bodies of REST systems: JSON, forms and XML. */
#ifndef SG_CONNECTORS_REST_H
#define SG_CONNECTORS_REST_H

#include "base/buffer.h"
#include "sgbridge/connector.h"

/**
 * Writes `content` (in XML, NULL is an empty root) as the body that `request` has; its Content-Type.
 * Fails where a form cannot hold it, and where XML would have several roots.
 */
SG_MUST_USE bool sg_rest_write(struct sg_buffer *out, const struct sg_system *system,
                               const struct sg_request *request, const struct sg_node *content,
                               struct sg_str *content_type, struct sg_error *err);

#endif
