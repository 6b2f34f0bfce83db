/**
 * The sessions of systems that ask for a login: a transport before another one. A call to a system
 * with `login` or `oauth2` is held until there is a session, goes out in it, and is repeated once
 * where the answer says that the session ended; all other calls pass through. For one system there is
 * one login at a time, whoever waits for it. One thread.
 *
 * A login that fails is not tried again at once: the pauses double, from a second to five minutes.
 * Until then its calls end as NOT_SENT, so that whatever waits for the system waits on and nothing
 * fails. The second session in a row in which nothing could be asked counts as a login that failed.
 */
#ifndef SG_CONNECTORS_SESSION_H
#define SG_CONNECTORS_SESSION_H

#include "sgbridge/connector.h"

struct sg_sessions;

/** All borrowed, as long as the sessions. */
struct sg_sessions_setup {
    struct sg_transport *through;   /* what logins and calls are really made with */
    void *owner;                    /* of both functions */
    int64_t (*now_ms)(void *owner); /* NULL: the clock's time */
    /**
     * A person must see to a system's login (`words` say why, without anything secret), or need not
     * any more (""). NULL: nobody is told.
     */
    void (*tell)(void *owner, struct sg_str system, struct sg_str words);
};

SG_MUST_USE struct sg_sessions *sg_sessions_new(const struct sg_sessions_setup *setup);
/** Calls under way must not end after it. Takes NULL. */
void sg_sessions_free(struct sg_sessions *sessions);
SG_AUTO_FREE(sg_sessions)

/** The transport to start calls with; lives as long as `sessions`. */
struct sg_transport *sg_sessions_transport(struct sg_sessions *sessions);

/** Who waits for a session without a call in hand; stays where it is until `done` was called. */
struct sg_knock {
    const struct sg_system *system;
    struct sg_arena *arena; /* of the reply */
    /** `refusal` is NULL: there is a session. Else it is how a call would have ended. */
    void (*done)(struct sg_knock *knock, const struct sg_reply *refusal);
    void *owner;
};

/** True when calls to the system go out at once; else `done` is called later, never from inside. */
SG_MUST_USE bool sg_sessions_open(struct sg_sessions *sessions, struct sg_knock *knock);

/**
 * Ends those calls that found no session: to be called after any were started or ended. Gives whether
 * there were any; what they led to may be waiting again.
 */
bool sg_sessions_run(struct sg_sessions *sessions);

/** Other files are in force: sessions and pauses end, and the next call logs in by them. */
void sg_sessions_forget(struct sg_sessions *sessions);

#endif
