/**
 * The running bridge: takes in what systems tell, and makes the deliveries that follow. Everything
 * here runs on one thread, the loop's, and is given its time: a test drives it with its own clock,
 * its own transport, and the keeper without a thread.
 */
#ifndef SG_SERVICE_SERVICE_H
#define SG_SERVICE_SERVICE_H

#include "connectors/catalog.h"
#include "service/keeper.h"
#include "service/settings.h"
#include "sgbridge/connector.h"

struct sg_service;

/**
 * Reads the mapping files anew for a person: the catalog, which is then the service's, or NULL.
 * `*said` is what `sgbridge check` would print, in the arena.
 */
typedef struct sg_catalog *sg_load_fn(void *owner, struct sg_arena *arena, struct sg_str *said);

/** Borrowed by the service, and outlives it. */
struct sg_service_setup {
    const struct sg_settings *settings;
    struct sg_keeper *keeper;
    struct sg_transport *transport;
    struct sg_commands_reader *commands; /* handed on by other instances; NULL: there are none */
    sg_load_fn *load;                    /* NULL only where nobody writes into the spool */
    void *load_owner;
    struct sg_str user; /* whose process it is: who put files in force when nobody asked by name */
};

/**
 * Begins with `catalog`, which it shares. Deliveries and polls start with the first run. What is open
 * of a mapping that the catalog lacks waits, under an alarm.
 */
SG_MUST_USE struct sg_service *sg_service_new(const struct sg_service_setup *setup,
                                              struct sg_catalog *catalog, int64_t now_ms);
/** What is under way is dropped: stop it first. Takes NULL. */
void sg_service_free(struct sg_service *service);
SG_AUTO_FREE(sg_service)

/** Does all that is due, and gives when it must be called again at the latest. */
int64_t sg_service_run(struct sg_service *service, int64_t now_ms);

/**
 * Puts another catalog in force as soon as the journal agrees: all of it, or (with a line in the
 * log) none. Running deliveries end with the one they began with.
 */
void sg_service_reload(struct sg_service *service, struct sg_catalog *catalog, int64_t now_ms);

/** Readable when somebody wrote a command into the spool; -1 when that cannot be known. */
int sg_service_fd(const struct sg_service *service);

/** No new calls and polls; those running go on to their end. */
void sg_service_stop(struct sg_service *service);
bool sg_service_is_still(const struct sg_service *service);

/** A fact about the daemon for `status`; both are copied. The loop's thread. */
void sg_service_fact(struct sg_service *service, const char *name, struct sg_str value);

/** The catalog in force, shared with the caller, who frees it. Any thread. */
struct sg_catalog *sg_service_catalog(struct sg_service *service);

#endif
