/** Bodies of REST systems: JSON, forms and XML. */
#ifndef SG_CONNECTORS_REST_H
#define SG_CONNECTORS_REST_H

#include "base/buffer.h"
#include "sgbridge/connector.h"

/**
 * Writes `content` (in XML, NULL is an empty root) as the body that `request` has.
 * JSON and XML are text that is not in the system's character set yet; of a form, which is ASCII, the
 * percents are. Fails where a form cannot hold it, and where XML would have several roots.
 */
SG_MUST_USE bool sg_rest_write(struct sg_buffer *out, const struct sg_system *system,
                               const struct sg_request *request, const struct sg_node *content,
                               struct sg_error *err);

/** The Content-Type of such a body, with the system's character set. */
struct sg_str sg_rest_content_type(const struct sg_system *system, struct sg_arena *arena,
                                   enum sg_body body);

#endif
