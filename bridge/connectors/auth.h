/** Who we are, told to a system: Basic (RFC 7617), bearer (RFC 6750), WS-Security's UsernameToken. */
#ifndef SG_CONNECTORS_AUTH_H
#define SG_CONNECTORS_AUTH_H

#include "base/buffer.h"
#include "sgbridge/connector.h"

enum { SG_AUTH_NONCE_BYTES = 16 };

/** What stands in `Authorization`; "" for systems that ask for none there. `session` may be NULL. */
struct sg_str sg_auth_header(const struct sg_system *system, const struct sg_session *session,
                             struct sg_arena *arena);

/**
 * Writes the `wsse:Security` element of a SOAP header (OASIS UsernameToken Profile 1.0): with the
 * password as text, or as Base64(SHA-1(nonce + created + password)); with a `Timestamp` when the
 * system wants one. `soap` is the prefix of the envelope; `nonce` is used once and never again.
 */
void sg_auth_write_wsse(struct sg_buffer *out, const struct sg_system *system, const char *soap,
                        const unsigned char nonce[SG_AUTH_NONCE_BYTES], int64_t now_ms);

#endif
