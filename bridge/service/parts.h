/** What the files of this room share: the service, its peers, its jobs. Not for other rooms. */
#ifndef SG_SERVICE_PARTS_H
#define SG_SERVICE_PARTS_H

#include <pthread.h>

#include "connectors/session.h"
#include "service/breaker.h"
#include "service/pace.h"
#include "service/service.h"

struct errand;
struct feed;
struct handed_on;
struct job;
struct poller;

/** One system as the service meets it. Lives as long as the service, through reloads. */
struct peer {
    struct sg_service *service;
    struct sg_str name;
    const struct sg_system *system; /* of the catalog in force; NULL: not in it any more */
    struct sg_breaker breaker;
    struct sg_pace pace;
    struct job *ready, *last_ready; /* mapped, and waiting for slot, rate and breaker */
    size_t in_hand;                 /* deliveries taken and not yet ended */
    size_t running;                 /* calls of them under way, or committed to be */
    size_t told;                    /* what the keeper was told is wanted */
    struct poller *polling;         /* its pass under way: one at a time */

    struct sg_contact contact;
    char said[200]; /* what contact.said points to */
    bool is_contact_new, is_contact_written;
    int64_t contact_written_at;
    struct sg_change contact_change;
    struct peer *next;
};

struct sg_service {
    struct sg_service_setup setup;
    struct sg_transport fence;    /* into that of the setup, while this instance leads */
    struct sg_sessions *sessions; /* before the fence: logins are calls like others */
    struct sg_arena *arena;       /* peers: as long as the service */
    struct sg_catalog *catalog;
    pthread_mutex_t catalog_lock; /* of `catalog`, which the web's thread reads as well */
    struct peer *peers;
    struct poller *pollers;
    struct feed *feeds;
    struct errand *errands; /* commands under way */
    int spool_fd;           /* readable when somebody wrote a command; -1: it cannot be watched */
    int spool_watch;        /* of its folder; below 0: it is to be watched anew */
    int64_t spool_at;       /* when to look into the spool in any case */
    struct handed_on *handed_on; /* NULL where nothing can be handed on */
    struct sg_arena *pauses_arena;
    struct sg_paused_system *pauses;
    size_t pause_count;
    size_t jobs; /* taken and not yet ended */
    int64_t now_ms;
    int64_t wake_ms; /* the least of what sg_service_run() has still to wait for */
    bool is_stopping;
    size_t writing; /* changes of the service's own under way: alarms, facts, contacts */
};

/**
 * Starts a call, which is not sent once another instance may lead: not a read either, for its end
 * could not be written.
 */
void sg_service_call(struct sg_service *service, struct sg_call *call);

/** Whether calls may begin; looks again soon when not. */
bool sg_service_may_call(struct sg_service *service);

/** Wakes at `at_ms` at the latest. */
void sg_service_wake_at(struct sg_service *service, int64_t at_ms);

/** An alarm begins, or ends with `words` "". `name` is borrowed for ever. */
void sg_service_alarm(struct sg_service *service, const char *name, struct sg_str system,
                      struct sg_str words);

/** Its mapping met codes that no look-up table names: they are counted; all is copied. */
void sg_service_codes(struct sg_service *service, const struct sg_event *event,
                      const struct sg_new_code *codes);

/* --- peer.c --- */

struct peer *sg_peer_find(struct sg_service *service, struct sg_str name);

/** Lets jobs go as slots, rate and breaker allow, and asks the keeper for more. */
void sg_peer_run(struct peer *peer);

/** A call of any kind ended: for `status`. `said` is empty for a good end. */
void sg_peer_met(struct peer *peer, bool is_good, struct sg_str said);

/** A delivery's call (or probe) ended: for the breaker. */
void sg_peer_good(struct peer *peer);
void sg_peer_bad(struct peer *peer, struct sg_str ticket, struct sg_str said);

void sg_peer_enqueue(struct peer *peer, struct job *job);

/** Gives back to the journal all that has not begun: another catalog, a stop, an open breaker. */
void sg_peer_give_back(struct peer *peer);

/* --- capture.c --- */

/** Pollers for the catalog in force: those that go on keep their time. */
void sg_capture_set(struct sg_service *service);
void sg_capture_run(struct sg_service *service);
void sg_capture_free(struct sg_service *service);
bool sg_capture_is_still(const struct sg_service *service);

/* --- commands.c --- */

/** Begins to watch the spool. */
void sg_commands_open(struct sg_service *service);
void sg_commands_run(struct sg_service *service);
void sg_commands_close(struct sg_service *service);

/** Whether people hold the system back: then nothing may be asked of it. */
bool sg_commands_pause(const struct sg_service *service, struct sg_str system);

/* --- handed_on.c --- */

/** Begins to bring what other instances handed on into the spool. */
void sg_handed_on_open(struct sg_service *service);
void sg_handed_on_run(struct sg_service *service);
void sg_handed_on_close(struct sg_service *service);

/* --- service.c --- */

/** A reload as it was asked for; its texts are copied. */
struct sg_reload {
    struct sg_author author;
    struct errand
        *errand; /* NULL: nobody waits; else sg_commands_end_reload() tells what came of it */
    bool drops;
};
void sg_reload_begin(struct sg_service *service, struct sg_catalog *catalog,
                     const struct sg_reload *asked);

/** What came of a reload that somebody asked for; `said` is copied. */
void sg_commands_end_reload(struct errand *errand, bool is_done, struct sg_str said);

/* --- feeds.c: threads of their own, which need the journal's to run --- */

/** For the catalog in force, from where the journal has them; those before end first. */
void sg_feeds_set(struct sg_service *service);
/** Ends them: waits for what is with the journal or the brokers, some seconds at most. */
void sg_feeds_stop(struct sg_service *service);

#endif
