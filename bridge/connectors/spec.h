/** The compiler of system files: what its parts share, and what they offer each other. */
#ifndef SG_CONNECTORS_SPEC_H
#define SG_CONNECTORS_SPEC_H

#include "connectors/secrets.h"
#include "connectors/system.h"

/** How many entries a table of words has. */
#define SG_SPEC_WORDS(table) (table), sizeof(table) / sizeof(table)[0]

/** One compilation. Format, names and zone of `system` are set before all that needs them. */
struct sg_spec {
    struct sg_arena *arena;
    struct sg_findings *findings;
    const struct sg_lookups *lookups;
    const struct sg_secrets *secrets;
    struct sg_system *system;
    bool has_format;                /* `format` is one that there is */
    struct sg_sources *reads;       /* of `record`: what its own rules read; NULL: nobody asks */
    const struct sg_record *record; /* whose part is compiled, its names are set; NULL: no one's */
};

/** Takes a result that need not be looked at: what is wrong, `findings` has already. */
static inline void sg_spec_said(bool is_good)
{
    (void)is_good;
}

/** Where a rule stands: it decides what it can see (format.md, section 2). */
enum sg_spec_place {
    SG_SPEC_LOGIN,      /* a login's request: nothing is at hand, and there is no session */
    SG_SPEC_SESSION,    /* a login's `gives`: its answer */
    SG_SPEC_ALWAYS,     /* `always`: nothing is at hand */
    SG_SPEC_OPERATION,  /* an operation's request, and that of its `find`: the input */
    SG_SPEC_POLL,       /* a poll's request: nothing is at hand */
    SG_SPEC_READ,       /* the request of `read`: {id} */
    SG_SPEC_FETCH,      /* a step of `fetch`: the item */
    SG_SPEC_FETCH_EACH, /* the same with `each`: the element, with the item as `record:` */
    SG_SPEC_ANSWER,     /* `gives`, `answers`, `find`: the answer, or an item of it */
    SG_SPEC_PAGE,       /* `items`, `at` and cursors of a poll: the answer, or an item */
    SG_SPEC_RECORD,     /* a record's own rules: the item */
    SG_SPEC_REPLY,      /* a webhook's `accept` and `refuse`: what was received */
    SG_SPEC_MESSAGE,    /* `put`: what stands beside a message's value */
};

/* --- rules; each leaves `*out` alone when `yaml` is NULL, or when something is wrong --- */

void sg_spec_rule(const struct sg_spec *spec, enum sg_spec_place place, const struct sg_yaml *yaml,
                  const struct sg_rule **out);
void sg_spec_rule_set(const struct sg_spec *spec, enum sg_spec_place place,
                      const struct sg_yaml *yaml, const struct sg_rule **out);
void sg_spec_source(const struct sg_spec *spec, enum sg_spec_place place,
                    const struct sg_yaml *yaml, const struct sg_rule **out);
/** A whole URL, of http or https, without a user; "" when it is none. */
void sg_spec_url(const struct sg_spec *spec, const struct sg_yaml *yaml, struct sg_str *out);
/** A path: percent-encoded, and never with a secret. */
void sg_spec_path(const struct sg_spec *spec, enum sg_spec_place place, const struct sg_yaml *yaml,
                  const struct sg_rule **out);
void sg_spec_condition(const struct sg_spec *spec, enum sg_spec_place place,
                       const struct sg_yaml *yaml, const struct sg_condition **out);
/** A map of name to rule, in the order written: headers or a query. */
void sg_spec_named_rules(const struct sg_spec *spec, enum sg_spec_place place,
                         const struct sg_yaml *yaml, const struct sg_named_rule **out);

/* --- plain values; the same with NULL --- */

/** A text that is not empty, with its secrets put in. */
void sg_spec_text(const struct sg_spec *spec, const struct sg_yaml *yaml, struct sg_str *out);
/** A text that is not empty and holds no secret: a name, a path that is listened to. */
void sg_spec_word(const struct sg_spec *spec, const struct sg_yaml *yaml, struct sg_str *out);
/** A text that is one whole `${…}`: "a secret is never in clear". */
void sg_spec_secret(const struct sg_spec *spec, const struct sg_yaml *yaml, struct sg_str *out);
void sg_spec_duration(const struct sg_spec *spec, const struct sg_yaml *yaml, int64_t *ms);
/** The same, and longer than nothing: how often something is done, how long it may take. */
void sg_spec_period(const struct sg_spec *spec, const struct sg_yaml *yaml, int64_t *ms);
void sg_spec_size(const struct sg_spec *spec, const struct sg_yaml *yaml, int64_t *bytes);
void sg_spec_integer(const struct sg_spec *spec, const struct sg_yaml *yaml, int64_t least,
                     int64_t most, int64_t *out);
void sg_spec_flag(const struct sg_spec *spec, const struct sg_yaml *yaml, bool *out);
void sg_spec_pointer(const struct sg_spec *spec, const struct sg_yaml *yaml,
                     const struct sg_pointer **out);
/** The same of the entry's key: `decode: {/Letter: xml}`. */
void sg_spec_key_pointer(const struct sg_spec *spec, const struct sg_yaml *entry,
                         const struct sg_pointer **out);
/** Makes a pointer into the record whose part is compiled as its `names` are; NULL stays NULL. */
void sg_spec_loosen(const struct sg_spec *spec, const struct sg_pointer **pointer);
/** One of `words`: gives its index; false, and a finding, for anything else; false for NULL. */
bool sg_spec_choice(const struct sg_spec *spec, const struct sg_yaml *yaml,
                    const struct sg_str *words, size_t count, size_t *out);

/* --- what must be there, and what may not be --- */

/**
 * True when `yaml` is a map (with a finding if it is none). Keys that are none of `words` are
 * findings.
 */
bool sg_spec_map(const struct sg_spec *spec, const struct sg_yaml *yaml, const struct sg_str *words,
                 size_t count);
/** The entry of `map`; NULL, and "`owner` needs `key`" at the key of `map`, when it is missing. */
const struct sg_yaml *sg_spec_need(const struct sg_spec *spec, const struct sg_yaml *map,
                                   const char *owner, const char *key);
/** The end of a message about a name that is none of `map`'s keys; `map` may be NULL. */
const char *sg_spec_suggest(const struct sg_spec *spec, struct sg_str wrong,
                            const struct sg_yaml *map);
/**
 * Whether the system speaks `format`; true of each where the file's `format` is wrong or missing. That
 * has a finding, and what follows from it is none of its own.
 */
bool sg_spec_may_speak(const struct sg_spec *spec, enum sg_format format);
/** A finding when `yaml` is there, in a system that speaks no SOAP. */
void sg_spec_refuse_without_soap(const struct sg_spec *spec, const struct sg_yaml *yaml);
/** The name of an element that we write; its prefix, if it has one, is among `namespaces`. */
void sg_spec_element(const struct sg_spec *spec, const struct sg_yaml *yaml, struct sg_str *out);
/** `names`, for a system or a record: exact or loose. */
void sg_spec_names(const struct sg_spec *spec, const struct sg_yaml *yaml, bool *is_loose);
/** Whether the key of `yaml` is a name: a-z, then a-z, 0-9, _ and -; a finding if not. */
bool sg_spec_check_name(const struct sg_spec *spec, const struct sg_yaml *yaml);

/* --- the parts, each in the file of its name --- */

void sg_auth_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml);
/** `yaml` is `oauth2`, of `auth`. */
void sg_oauth2_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml);
/** `yaml` is `login`. Before all that may speak of its session. */
void sg_login_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml);
/** When all of the system is compiled: whom a login is asked of. */
void sg_login_spec_finish(const struct sg_spec *spec);
/** Findings where the sources of a rule, `yaml`, speak of what no session has, or in the wrong way. */
void sg_login_spec_check_sources(const struct sg_spec *spec, enum sg_spec_place place,
                                 const struct sg_yaml *yaml, const struct sg_sources *sources);
void sg_tls_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml);
void sg_limits_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml);
void sg_request_spec_compile(const struct sg_spec *spec, enum sg_spec_place place,
                             const struct sg_yaml *yaml, struct sg_request_spec *out);
void sg_answers_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml,
                             const struct sg_answer_rule **out);
void sg_record_spec_compile(const struct sg_spec *whole, const struct sg_yaml *yaml,
                            struct sg_record *out);
const struct sg_poll_spec *sg_poll_spec_compile(const struct sg_spec *spec,
                                                const struct sg_yaml *yaml);
/** `yaml` is `fetch` of a poll. */
void sg_fetch_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml,
                           struct sg_poll_spec *out);
/** `yaml` is `kafka`: where a system's topics are. */
void sg_kafka_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml);
const struct sg_subscribe_spec *sg_subscribe_spec_compile(const struct sg_spec *spec,
                                                          const struct sg_yaml *yaml);
const struct sg_webhook_spec *sg_webhook_spec_compile(const struct sg_spec *spec,
                                                      const struct sg_yaml *yaml);
void sg_operation_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml,
                               const struct sg_yaml *records, struct sg_operation *out);
/** `yaml` is `tests`, of the file `root`. Warns of records that no test shows. */
void sg_tests_spec_check(const struct sg_spec *spec, const struct sg_yaml *yaml,
                         const struct sg_yaml *root);

/** An outcome as files write it. */
const char *sg_outcome_name(enum sg_outcome outcome);
/** The other way; false for NULL, and with a finding for what is no outcome of this system. */
bool sg_outcome_compile(const struct sg_spec *spec, const struct sg_yaml *yaml,
                        enum sg_outcome *out);

#endif
