/** SOAP 1.1 and 1.2: envelopes written and opened, faults read. */
#ifndef SG_CONNECTORS_SOAP_H
#define SG_CONNECTORS_SOAP_H

#include "base/buffer.h"
#include "sgbridge/connector.h"

/** What goes into an envelope. */
struct sg_soap_message {
    struct sg_str element;
    const struct sg_node *content; /* NULL: an empty element */
    const struct sg_node *header;  /* an object: an element each; NULL: none */
};

/**
 * Writes the envelope, with the WS-Security header if the system wants one; as text that is not in
 * the system's character set yet, like the fault below.
 */
void sg_soap_write(struct sg_buffer *out, const struct sg_system *system,
                   const struct sg_soap_message *message, int64_t now_ms);

/** What a fault tells who sent what is wrong. */
struct sg_soap_fault {
    struct sg_str text;            /* why */
    struct sg_str element;         /* in its detail; "": none */
    const struct sg_node *content; /* of that; NULL: it is empty */
};

/** Writes an envelope with a Fault whose code says that the sender is to blame: Client, or Sender. */
void sg_soap_write_fault(struct sg_buffer *out, const struct sg_system *system,
                         const struct sg_soap_fault *fault);

/** The Content-Type; in SOAP 1.2 it carries the action, in 1.1 the header `SOAPAction` does. */
struct sg_str sg_soap_content_type(const struct sg_system *system, struct sg_arena *arena,
                                   struct sg_str action);

/** An envelope opened. */
struct sg_soap_body {
    const struct sg_node *tree; /* where pointers start; NULL when Body is empty */
    bool is_fault;              /* then `tree` is inside of Fault */
};

/** To the child of Body, its name as well. INPUT: not well-formed, or no envelope with a Body. */
SG_MUST_USE bool sg_soap_open(const struct sg_system *system, struct sg_arena *arena,
                              struct sg_str text, struct sg_soap_body *out, struct sg_error *err);

/** The same, and deeper by what the system's `unwrap` says. */
SG_MUST_USE bool sg_soap_read(const struct sg_system *system, struct sg_arena *arena,
                              struct sg_str text, struct sg_soap_body *out, struct sg_error *err);

enum sg_fault_side { SG_FAULT_SENDER, SG_FAULT_RECEIVER, SG_FAULT_OTHER };

/** Who is at fault: Client, Sender and what the envelope itself is refused for; Server, Receiver. */
enum sg_fault_side sg_soap_fault_side(const struct sg_node *fault);

/** Whether `name` is the code, a dotted part of it or of a subcode, or an element in the detail. */
bool sg_soap_fault_is(const struct sg_node *fault, struct sg_str name);

/** The fault string, or the reason's (first) text; "" if there is none. */
struct sg_str sg_soap_fault_text(const struct sg_node *fault);

#endif
