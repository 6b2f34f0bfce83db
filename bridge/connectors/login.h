/**
 * Logging in (format.md, section 6; RFC 6749, section 4.4): what is asked, and what the answer gives.
 * No network: the life of a session is connectors/session.h.
 */
#ifndef SG_CONNECTORS_LOGIN_H
#define SG_CONNECTORS_LOGIN_H

#include "sgbridge/connector.h"

/** The request of a login, to its `door`. False with INPUT when a rule cannot be kept. */
SG_MUST_USE bool sg_login_request(const struct sg_login_spec *spec, struct sg_arena *arena,
                                  int64_t now_ms, struct sg_request *out, struct sg_error *err);

enum sg_login_end {
    SG_LOGIN_OPENED,
    SG_LOGIN_WAIT,    /* it could not be asked now */
    SG_LOGIN_REFUSED, /* a person must see to it: a wrong password, or what cannot be read */
};

struct sg_login {
    enum sg_login_end end;
    struct sg_session session; /* OPENED: without cookies */
    int64_t ends_at_ms;        /* OPENED: when to log in anew; 0: not known */
    struct sg_str said;        /* else: why, without anything secret */
    int64_t retry_after_ms;    /* WAIT: 0 when not told */
};

/** Takes the reply to what was asked at `asked_ms`; all it gives lives in `arena`. */
void sg_login_take(const struct sg_login_spec *spec, const struct sg_reply *reply, int64_t asked_ms,
                   struct sg_arena *arena, struct sg_login *out);

/** What stands for a session in tests: `session:/token` for itself; NULL where there is none. */
const struct sg_session *sg_login_shown(const struct sg_system *system, struct sg_arena *arena);

#endif
