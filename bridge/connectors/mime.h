/** A multipart body (RFC 7578) as libcurl sends it: files go from their disk to the socket. */
#ifndef SG_CONNECTORS_MIME_H
#define SG_CONNECTORS_MIME_H

#include <curl/curl.h>

#include "sgbridge/connector.h"

/**
 * The parts of `wire`, for a transfer by `easy`; libcurl chooses the boundary. The caller frees it by
 * curl_mime_free() when the transfer is over, before its arena and the files of its parts go.
 */
curl_mime *sg_mime_new(CURL *easy, const struct sg_wire *wire, struct sg_arena *arena);

#endif
