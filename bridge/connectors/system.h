/** A system file (format.md, section 6), compiled: how one system is spoken to. */
#ifndef SG_CONNECTORS_SYSTEM_H
#define SG_CONNECTORS_SYSTEM_H

#include "kafka/cluster.h"
#include "mapping/input.h"
#include "mapping/rule.h"
#include "sgbridge/mapping.h"
#include "tree/charset.h"
#include "tree/xml.h"

struct sg_secrets; /* connectors/secrets.h */

enum sg_format { SG_FORMAT_JSON, SG_FORMAT_SOAP, SG_FORMAT_XML };

enum sg_outcome {
    SG_OUTCOME_DEFAULT, /* the entry has only `say` */
    SG_OUTCOME_SUCCESS,
    SG_OUTCOME_NONE,
    SG_OUTCOME_EXISTS,
    SG_OUTCOME_TEMPORARY,
    SG_OUTCOME_PERMANENT,
    SG_OUTCOME_UNKNOWN,
    SG_OUTCOME_LOGIN, /* the session ended: surely not done, and repeated once in a new one */
};

/** One entry of `answers`; the first that fits decides. */
struct sg_answer_rule {
    const int *statuses;             /* 404, or 4 for "4xx" */
    size_t status_count;             /* 0: any */
    struct sg_str fault;             /* "": any */
    const struct sg_condition *when; /* NULL: always */
    enum sg_outcome is;
    const struct sg_rule *say; /* NULL: the default */
    const struct sg_answer_rule *next;
};

struct sg_named_rule {
    struct sg_str name; /* of a header or query parameter */
    const struct sg_rule *rule;
    const struct sg_named_rule *next;
};

enum sg_method { SG_METHOD_GET, SG_METHOD_POST, SG_METHOD_PUT, SG_METHOD_PATCH, SG_METHOD_DELETE };
enum sg_body {
    SG_BODY_NONE,
    SG_BODY_JSON,
    SG_BODY_FORM,
    SG_BODY_SOAP,
    SG_BODY_XML,
    SG_BODY_MULTIPART
};

struct sg_request_spec {
    struct sg_place at;
    enum sg_method method;
    const struct sg_rule *path; /* NULL: `url` itself */
    enum sg_body body;
    struct sg_str element; /* SOAP; XML: the root */
    struct sg_str action;  /* SOAP */
    const struct sg_named_rule *query, *headers;
    const struct sg_rule *content; /* NULL: all of the thing at hand */
    const struct sg_rule *soap_header;
};

enum sg_link_use { SG_LINK_NEEDS, SG_LINK_OPENS, SG_LINK_IGNORES };

enum sg_once {
    SG_ONCE_HEADER, /* keyed */
    SG_ONCE_FIELD,
    SG_ONCE_IDEMPOTENT,
    SG_ONCE_RESEND,
    SG_ONCE_FIND, /* looked up */
    SG_ONCE_ASK,
};

/** `gives`: rules over an answer. Each may be NULL. */
struct sg_gives_spec {
    const struct sg_rule *id, *version;
    struct sg_str record;
    bool is_loose; /* the record's names are */
    struct sg_shows {
        struct sg_str record_pointer;
        const struct sg_pointer *input_pointer;
    } * shows;
    size_t shows_count;
};

struct sg_find_spec {
    struct sg_request_spec request;
    const struct sg_rule *items;
    const struct sg_condition *where; /* NULL: all */
    struct sg_gives_spec gives;
    const struct sg_answer_rule *answers;
    int64_t visible_after_ms;
};

struct sg_operation {
    struct sg_str name;
    struct sg_place at;
    enum sg_link_use link;
    struct sg_request_spec request;
    const struct sg_input *input;
    enum sg_once once;
    struct sg_str once_header;           /* HEADER */
    const struct sg_pointer *once_field; /* FIELD */
    int64_t kept_ms;                     /* HEADER, FIELD; 0: for ever */
    const struct sg_find_spec *find;     /* FIND */
    bool skips_unchanged;
    struct sg_gives_spec gives;
    const struct sg_answer_rule *answers;
};

enum sg_pages {
    SG_PAGES_NONE,
    SG_PAGES_NUMBER,
    SG_PAGES_OFFSET,
    SG_PAGES_ROW,
    SG_PAGES_TOKEN,
    SG_PAGES_NEXT,
    SG_PAGES_CURSOR
};
enum sg_cursor_kind { SG_CURSOR_NONE, SG_CURSOR_TIME, SG_CURSOR_NUMBER, SG_CURSOR_TOKEN };

/** One step of `fetch`: what an item lacks is asked for. */
struct sg_fetch_spec {
    struct sg_place at;
    struct sg_request_spec request;
    const struct sg_rule *each;    /* a source: once for each element there; NULL: for the item */
    const struct sg_pointer *into; /* where the answer goes; NULL: in the place of what it is for */
    const struct sg_condition *where; /* NULL: always */
};

/** `split`: each element of a list in an item is a record of its own. */
struct sg_split_spec {
    struct sg_place at;
    const struct sg_rule *list;    /* a source, in the item */
    const struct sg_pointer *rest; /* where the rest of the item goes, in each of them */
};

struct sg_poll_spec {
    int64_t every_ms;
    struct sg_request_spec request;
    const struct sg_rule *items;
    const struct sg_answer_rule *answers;
    enum sg_pages pages;
    int64_t page_size;
    const struct sg_rule *page_at; /* TOKEN, NEXT */
    enum sg_cursor_kind cursor;
    const struct sg_rule *cursor_rule; /* over an item; TOKEN: over the answer */
    int64_t overlap_ms;
    enum sg_start { SG_START_AT, SG_START_NOW, SG_START_ALL } start_kind;
    int64_t start;                       /* milliseconds UTC, or the number */
    const struct sg_fetch_spec *fetches; /* in the order written */
    size_t fetch_count;
    const struct sg_split_spec *split; /* NULL: an item is one record, whichever way it comes */
};

/** How a sender shows who it is. */
enum sg_webhook_auth {
    SG_WEBHOOK_NONE,   /* it does not: whoever reaches the path is believed */
    SG_WEBHOOK_HMAC,   /* RFC 2104, of the body */
    SG_WEBHOOK_BASIC,  /* RFC 7617 */
    SG_WEBHOOK_HEADER, /* a header with a value that both know */
};

enum sg_reply_body { SG_REPLY_EMPTY, SG_REPLY_JSON, SG_REPLY_XML, SG_REPLY_SOAP };

/** What a webhook's sender is told; all zero: the default. */
struct sg_webhook_reply_spec {
    int status; /* 0: the default */
    enum sg_reply_body body;
    struct sg_str element;         /* XML, SOAP */
    const struct sg_rule *content; /* NULL: nothing */
};

/** What a system sends by itself. */
struct sg_webhook_spec {
    struct sg_str path;
    enum sg_webhook_auth auth;
    struct sg_str header;           /* HMAC, HEADER; names of headers are in lower case */
    struct sg_str secret;           /* HMAC's key, BASIC's password, HEADER's value */
    struct sg_str user;             /* BASIC */
    const char *hash;               /* HMAC: "sha256" */
    struct sg_str prefix;           /* HMAC: before the sum */
    bool is_base64;                 /* HMAC: the sum is; else hexadecimal */
    struct sg_str timestamp_header; /* HMAC: "": none */
    struct sg_str element;          /* of XML: the root, or the child of Body; "": any */
    const struct sg_rule *items;
    struct sg_webhook_reply_spec accept, refuse;
};

/** A topic in which a system publishes its changes. */
struct sg_subscribe_spec {
    const char *topic;
    bool starts_now; /* at the very first: what was there before does not count */
    const struct sg_rule *items;
    const struct sg_rule *put; /* a `set` into each record; NULL: nothing */
};

/** Text that is a document, where it stands in an item. */
struct sg_decode_spec {
    struct sg_place at;
    const struct sg_pointer *pointer;
    bool is_xml; /* else JSON */
};

struct sg_record {
    struct sg_str name;
    struct sg_place at;
    struct sg_record_view view; /* id, key, version, round, internal */
    struct sg_sources reads;    /* what the rules of these, `own`, `where` and the cursor read */
    int64_t wait_ms;
    bool skips_after_wait;
    const struct sg_condition *own, *where; /* NULL: none; all */
    const struct sg_decode_spec *decodes;   /* in the order written */
    size_t decode_count;
    const struct sg_poll_spec *poll; /* NULL: none */
    const struct sg_webhook_spec *webhook;
    const struct sg_subscribe_spec *subscribe;
    bool is_named_by_key; /* its id is its key: the ticket itself, or the linked thing itself */
    const struct sg_request_spec *read; /* `read`, with its items and answers */
    const struct sg_rule *read_items;
    const struct sg_rule *read_reference; /* NULL: none */
    const struct sg_answer_rule *read_answers;
};

enum sg_auth { SG_AUTH_NONE, SG_AUTH_BASIC, SG_AUTH_BEARER, SG_AUTH_WSSE, SG_AUTH_OAUTH2 };

/** How a session begins: `login`, or the client credentials of OAuth 2.0. */
struct sg_login_spec {
    const struct sg_system *door; /* whom to ask: the system, with nothing that is for a session */
    struct sg_request_spec request; /* `login` */
    const struct sg_named_rule *gives;
    int64_t lasts_ms; /* 0: until an answer says that it ended */
    const struct sg_answer_rule *answers;
    bool is_oauth2;      /* then `door` is the authorization server */
    struct sg_str scope; /* OAuth 2.0; "": not asked for */
};

struct sg_limits {
    int concurrency;
    int64_t rate_count, rate_per_ms; /* 0: no limit */
    int64_t timeout_ms;              /* of a whole call */
    int64_t answer_bytes, file_bytes;
};

/** Never changes once compiled. */
struct sg_system {
    struct sg_str name;
    struct sg_str file_hash;
    struct sg_str url; /* without a closing slash; "" where nothing is ever asked by HTTP */
    const struct sg_kafka_cluster *kafka; /* where its topics are; NULL: it has none */
    enum sg_format format;
    bool is_soap12;
    struct sg_xml_names names;
    bool is_loose;        /* names in what it sends ignore the case of ASCII letters */
    struct sg_str action; /* what stands before ELEMENT */
    int unwrap;
    const struct sg_zone *zone;
    const struct sg_charset *charset; /* of bodies both ways; NULL: UTF-8 */
    enum sg_auth auth;
    struct sg_str user, password; /* BASIC, WSSE; BEARER's token is `password` */
    bool is_digest;
    int64_t expires_ms;                /* WSSE: 0 for no Timestamp */
    const struct sg_login_spec *login; /* NULL: calls need no session */
    struct sg_str session_mark;        /* of the placeholders in `session_values`; "": none */
    const struct sg_node
        *session_values;             /* what requests are built with: connectors/placeholder.h */
    struct sg_str tls_ca;            /* a path; "": the system's */
    struct sg_str tls_cert, tls_key; /* paths of what we show it; "": nothing */
    struct sg_limits limits;
    const struct sg_named_rule *always_query, *always_headers;
    const struct sg_rule *always_set, *always_soap_header;
    const struct sg_answer_rule *answers;
    const struct sg_record *records;
    size_t record_count;
    const struct sg_operation *operations;
    size_t operation_count;
    struct sg_system_view view;  /* what mappings see of it */
    const struct sg_yaml *tests; /* NULL: none */
};

/**
 * Compiles the text of the file `name` ("mappings/systems/gam.yaml", borrowed for ever). Every
 * error goes to `findings`: sg_findings_errors() tells if there was one. What could be read is given
 * even then (NULL when it is no YAML), so that mappings can be checked, but only its `view` may be
 * used.
 */
const struct sg_system *sg_system_compile(struct sg_arena *arena, struct sg_str text,
                                          const char *name, const struct sg_lookups *lookups,
                                          const struct sg_secrets *secrets,
                                          struct sg_findings *findings);

/** Runs the `tests` inside; failures go to `findings`. */
void sg_system_run_tests(const struct sg_system *system, struct sg_findings *findings,
                         size_t *passed, size_t *failed);

const struct sg_operation *sg_system_operation(const struct sg_system *system, struct sg_str name);
const struct sg_record *sg_system_record(const struct sg_system *system, struct sg_str name);

#endif
