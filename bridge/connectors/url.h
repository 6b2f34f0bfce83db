/** URLs that a system gave us: followed only on its own host (RFC 3986, by libcurl's parser). */
#ifndef SG_CONNECTORS_URL_H
#define SG_CONNECTORS_URL_H

#include "connectors/system.h"

/**
 * `url`, absolute or relative to the system's, made whole and encoded. False when its scheme, host
 * or port is not that of the system (our credentials go along), when it carries a user, or is none.
 */
SG_MUST_USE bool sg_url_resolve(const struct sg_system *system, struct sg_arena *arena,
                                struct sg_str url, struct sg_str *out);

/** Whether it is a whole URL, and not a path to be added to one. */
bool sg_url_is_whole(struct sg_str path);

/**
 * The name of the file at a whole URL: the last segment of its path, decoded. "file" where there is
 * none, or none that may be a name: bytes that are no UTF-8, `..`, control and bidi characters alone.
 */
struct sg_str sg_url_file_name(struct sg_arena *arena, struct sg_str url);

/** Whether the query of `url` has a parameter of this (encoded) name. */
bool sg_url_has_parameter(struct sg_str url, struct sg_str name);

#endif
