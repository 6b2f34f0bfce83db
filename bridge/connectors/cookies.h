/** The cookies of one session (RFC 6265), kept and chosen by libcurl. One thread. */
#ifndef SG_CONNECTORS_COOKIES_H
#define SG_CONNECTORS_COOKIES_H

#include "base/scope.h"

struct sg_cookies;

/** None so far; the caller's. */
SG_MUST_USE struct sg_cookies *sg_cookies_new(void);

/** Another holder: a call under way needs them longer than the session that they belong to. */
struct sg_cookies *sg_cookies_share(struct sg_cookies *cookies);

/** They are gone with their last holder. Takes NULL. */
void sg_cookies_free(struct sg_cookies *cookies);

/** For CURLOPT_SHARE: a handle that has it sends and takes them. */
void *sg_cookies_handle(const struct sg_cookies *cookies);

#endif
