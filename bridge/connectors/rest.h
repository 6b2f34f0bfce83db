/** Bodies of REST systems: JSON and forms. */
#ifndef SG_CONNECTORS_REST_H
#define SG_CONNECTORS_REST_H

#include "base/buffer.h"
#include "connectors/system.h"

/** Writes `content` as a body; its Content-Type. Fails where a form cannot hold it. */
SG_MUST_USE bool sg_rest_write(struct sg_buffer *out, enum sg_body body,
                               const struct sg_node *content, struct sg_str *content_type,
                               struct sg_error *err);

#endif
