/** X.509 certificates (RFC 5280) and their keys, as PEM (RFC 7468), by libcrypto. */
#ifndef SG_BASE_CERTIFICATE_H
#define SG_BASE_CERTIFICATE_H

#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

/** Whether a text in PEM holds a certificate. */
SG_MUST_USE bool sg_certificate_is_one(struct sg_str pem);

/**
 * Whether `key`, in PEM and not encrypted, is the private key of the first certificate in `cert`; one
 * text may hold both. Fails with SG_ERROR_INPUT and what is wrong; nothing of a key is ever said.
 */
SG_MUST_USE bool sg_certificate_check_key(struct sg_str cert, struct sg_str key,
                                          struct sg_error *err);

#endif
