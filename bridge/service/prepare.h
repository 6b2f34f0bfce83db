/**
 * What a delivery becomes before anything is called: left out, failed, or a request that is ready to
 * be sent. The same for the running bridge and for who asks what would be sent.
 */
#ifndef SG_SERVICE_PREPARE_H
#define SG_SERVICE_PREPARE_H

#include "sgbridge/connector.h"
#include "sgbridge/journal.h"
#include "sgbridge/mapping.h"

/** A delivery, and the files by which it is made. All is borrowed. */
struct sg_preparing {
    struct sg_arena *arena; /* of what is made */
    struct sg_str name;     /* the installation's */
    const struct sg_delivery *delivery;
    const struct sg_mapping *mapping;
    const struct sg_system *system, *source; /* the target; whose event it is */
    const struct sg_operation *operation;
    int64_t now_ms;
};

struct sg_prepared {
    enum sg_delivery_state
        state; /* PENDING: `input` and `request` are there; FAILED, SKIPPED, ECHO */
    struct sg_str reason, pointer;
    struct sg_place place;
    const struct sg_new_code *new_codes; /* that its mapping met */
    const struct sg_node *input;
    struct sg_request request;
};

/** NAME-TICKET.ROUND, `name` being the installation's: no other one, and no other round, has it. */
struct sg_str sg_prepare_reference(struct sg_arena *arena, struct sg_str name, struct sg_str ticket,
                                   int64_t round);

/** The scope `event:` (format.md, section 2). */
const struct sg_node *sg_prepare_event(const struct sg_preparing *it);

/** What the target's look-up, or its key, is made from; `input` as the mapping gave it. */
struct sg_operation_call sg_prepare_call(const struct sg_preparing *it, const struct sg_node *event,
                                         const struct sg_node *input);

/** The hash of an input, by which one that says nothing new is known. */
struct sg_str sg_prepare_hash(struct sg_arena *arena, const struct sg_node *input);

/** By the rules of design.md, sections 6 and 7, from its echo to its request. */
void sg_prepare(const struct sg_preparing *it, const struct sg_node *event,
                struct sg_prepared *out);

/**
 * Its input alone, of a `record` that has been read: by its links and its mapping, whatever else was
 * sent for the ticket. PENDING: `input` is there, and no request.
 */
void sg_prepare_input(const struct sg_preparing *it, const struct sg_node *record,
                      const struct sg_node *event, struct sg_prepared *out);

#endif
