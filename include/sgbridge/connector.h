/**
 * The contract of connectors: what is said to a system, and what its answer means. Building and
 * judging are pure; only the transport touches the network.
 */
#ifndef SGBRIDGE_CONNECTOR_H
#define SGBRIDGE_CONNECTOR_H

#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/scratch.h"
#include "connectors/system.h"
#include "sgbridge/event.h"
#include "tree/node.h"

struct sg_cookies; /* connectors/cookies.h */

/* --- a request --- */

struct sg_header {
    struct sg_str name, value;
};

/** A file that an input names by its URL; the bytes are fetched before the call is committed. */
struct sg_request_file {
    struct sg_str url;    /* whole, to be the `path` of a request to the source system */
    struct sg_node *node; /* where it goes in `content`: as base64, or in multipart as a part */
    struct sg_scratch_span bytes; /* `in` is NULL until fetched: its URL stands in the body then */
    struct sg_sha256 sha256;      /* of the bytes */
    struct sg_str type;           /* its Content-Type; "": not said */
};

/** What a login gave, as calls carry it along: connectors/session.h. */
struct sg_session {
    const struct sg_node *values; /* the scope `session:`; NULL: nothing */
    struct sg_str token;          /* of OAuth 2.0; "": none */
    struct sg_cookies *cookies;   /* NULL: none are kept */
};

/**
 * One call as built from rules: without auth, `always` and envelope, which are added when it is
 * sent, and with placeholders for what is of a session. So it can be stored, and sent again as it
 * was. Lives in its arena.
 */
struct sg_request {
    enum sg_method method;
    struct sg_str path; /* encoded, added to the system's url; or a whole URL on its host */
    const struct sg_header *query, *headers;
    size_t query_count, header_count;
    enum sg_body body;
    struct sg_str element;         /* SOAP; XML: the root */
    struct sg_str action;          /* SOAP */
    const struct sg_node *content; /* NULL: no body */
    const struct sg_node *soap_header;
    struct sg_request_file *files;
    size_t file_count;
    struct sg_str session_mark;       /* of its placeholders: connectors/placeholder.h; "": none */
    const struct sg_session *session; /* in which it is sent; NULL: none. Never stored */
};

/** Builds it; problems are added to the run, whose scopes are set (the thing at hand, event, …). */
SG_MUST_USE bool sg_request_build(const struct sg_system *system,
                                  const struct sg_request_spec *spec, struct sg_rule_run *run,
                                  struct sg_request *out);

/** One call of an operation, as a delivery makes it. */
struct sg_operation_call {
    const struct sg_system *system;
    const struct sg_operation *op;
    const struct sg_system *source; /* whose event it is: files come from its host alone; NULL where
                                       nothing is fetched: in a test, and where its URL is unknown */
    const struct sg_node *input, *event;
    struct sg_str key; /* `delivery:/key` */
    int64_t now_ms;
};

/**
 * The request of an operation for its input: the key goes into its header, URLs of files of `input`
 * into `files` (a URL of another host than `source`'s is a problem). Sets the scopes of the run.
 */
SG_MUST_USE bool sg_operation_build(const struct sg_operation_call *call, struct sg_rule_run *run,
                                    struct sg_request *out);

/** The request of its look-up, from the same. */
SG_MUST_USE bool sg_find_build(const struct sg_operation_call *call, struct sg_rule_run *run,
                               struct sg_request *out);

/**
 * The request for a URL that the system itself gave, of a file or a next page: absolute, or relative
 * to the system's. False when it is not on the system's host, to which alone our credentials go.
 */
SG_MUST_USE bool sg_request_of_url(const struct sg_system *system, struct sg_arena *arena,
                                   struct sg_str url, struct sg_request *out);

/** As JSON for the journal, with the input it came from; files by URL and hash. And back. */
struct sg_str sg_request_store(struct sg_arena *arena, const struct sg_request *request,
                               const struct sg_node *input);
SG_MUST_USE bool sg_request_restore(struct sg_arena *arena, struct sg_str stored,
                                    struct sg_request *request, const struct sg_node **input,
                                    struct sg_error *err);

/** A part of a multipart body; all but the bytes of a file in the system's character set. */
struct sg_wire_part {
    struct sg_str name, text;
    const struct sg_request_file
        *file; /* NULL: the text it is; not fetched yet: `text` is its URL */
    struct sg_str file_name, media_type; /* of the text, "" for none */
};

/** What goes over the wire. */
struct sg_wire {
    const char *method;
    struct sg_str url;
    const struct sg_header *headers; /* Content-Type, Authorization, SOAPAction and all others */
    size_t header_count;
    struct sg_str body;
    bool has_body;
    const struct sg_wire_part *parts; /* in the place of `body`, with a boundary of libcurl's */
    size_t part_count;                /* 0: there is no multipart body */
};

/** Adds its session, `always`, auth (WSSE with a fresh nonce) and envelope, and writes the body. */
SG_MUST_USE bool sg_request_render(const struct sg_system *system, const struct sg_request *request,
                                   int64_t now_ms, struct sg_arena *arena, struct sg_wire *out,
                                   struct sg_error *err);

/* --- an answer --- */

enum sg_reply_kind {
    SG_REPLY_NOT_SENT, /* resolve, connect, TLS: surely not done */
    SG_REPLY_LOST,     /* sent, at least in part, and no whole answer: reset, time-out, too large */
    SG_REPLY_WHOLE,
};

/** What came back. */
struct sg_reply {
    enum sg_reply_kind kind;
    int status;
    const struct sg_header *headers; /* names in lower case */
    size_t header_count;
    struct sg_str body;     /* never NULL when WHOLE; of a call with `into` gone after `done` */
    struct sg_str problem;  /* not WHOLE: "connection refused"; no URL, no data */
    bool is_too_large;      /* not WHOLE: its body is over the call's limit */
    int64_t retry_after_ms; /* NOT_SENT: sooner is of no use; 0: not known */
    const struct sg_session *session; /* in which it was asked: not to be repeated in words */
};

struct sg_answer {
    enum sg_outcome outcome;    /* never DEFAULT */
    struct sg_str said;         /* the target's own words, masked; "" if none */
    const struct sg_node *tree; /* NULL: empty or malformed */
    bool is_malformed;
    int64_t retry_after_ms; /* 0: not asked for */
    int64_t date_ms;        /* the server's `Date`, of a read; 0: none */
};

enum sg_call_kind { SG_CALL_READ, SG_CALL_WRITE, SG_CALL_LOGIN };

/** A reply, and what it answers. */
struct sg_exchange {
    const struct sg_system *system;
    const struct sg_node *input; /* the scope of that name; NULL for a poll */
    const struct sg_reply *reply;
    int64_t now_ms;
};

/** What a reply means: `own` answers first, then the system's, then the defaults. */
void sg_answer_judge(const struct sg_exchange *exchange, enum sg_call_kind kind,
                     const struct sg_answer_rule *own, struct sg_arena *arena,
                     struct sg_answer *out);

/** What `gives` reads from a good answer. */
struct sg_given {
    struct sg_str id, version;
    struct sg_str shows; /* a shape of the record, from the input */
};

/** False with a problem in the run: an operation that opens must give an id. */
SG_MUST_USE bool sg_answer_give(const struct sg_gives_spec *gives, const struct sg_node *tree,
                                const struct sg_node *input, const struct sg_reply *reply,
                                struct sg_rule_run *run, struct sg_given *out);

/** A look-up's result: how many were found (2 stands for more), and what the first gives. */
struct sg_found {
    enum sg_outcome outcome; /* SUCCESS, NONE: `count` holds; else it could not be asked */
    size_t count;
    struct sg_given given;
    struct sg_str said;
    int64_t retry_after_ms;
};
void sg_answer_find(const struct sg_exchange *exchange, const struct sg_operation *op,
                    struct sg_arena *arena, struct sg_found *out);

/* --- records --- */

/** How items are read as events of one record; all borrowed. */
struct sg_record_reader {
    const struct sg_system *system;
    const struct sg_record *record;
    const struct sg_str *shape_pointers;
    size_t shape_count;
    size_t max_bytes;                   /* of a body */
    const struct sg_observer *observer; /* of the record's own rules; NULL: none */
};

/**
 * Reads one record as an event: id, version, key, round, own, shape, body and hash. What cannot be
 * told makes it an event with a `problem` (its id, when that is what is missing, is the hash of its
 * content); over `max_bytes` it is a stub. False when `where` does not let it pass.
 */
SG_MUST_USE bool sg_record_read(const struct sg_record_reader *reader, const struct sg_node *item,
                                int64_t now_ms, struct sg_arena *arena, struct sg_event *out);

/** The same without asking `where`: of what is an event that failed, whose problem the caller knows. */
void sg_record_keep(const struct sg_record_reader *reader, const struct sg_node *item,
                    int64_t now_ms, struct sg_arena *arena, struct sg_event *out);

/* --- the transport: HTTP, or a test's stub --- */

struct sg_call;
typedef void sg_call_done_fn(struct sg_call *call, const struct sg_reply *reply);

/** One call under way. The caller owns it, and it stays where it is until `done` was called. */
struct sg_call {
    const struct sg_system *system;
    struct sg_arena *arena; /* rendering and reply live here */
    struct sg_request request;
    enum sg_call_kind kind; /* by these, and its system, is known whether the session ended */
    const struct sg_answer_rule *answers;
    const struct sg_node *input;
    bool is_fresh; /* a new connection: libcurl re-sends on an old one by itself */
    int64_t timeout_ms, limit_bytes; /* of the answer */
    struct sg_scratch_span *into;    /* into whose file the body goes, begun anew; NULL: memory */
    int64_t send_until_ms; /* on sg_clock_steady_ms(): not sent later than that; 0: whenever */
    sg_call_done_fn *done;
    void *owner;
};

struct sg_transport {
    /** Starts it; `done` is called later, never from inside. */
    void (*start)(struct sg_transport *transport, struct sg_call *call, int64_t now_ms);
};

#endif
