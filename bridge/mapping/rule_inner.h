/** What is inside rules and conditions: made by *_compile.c, read by *_run.c, seen by no one else. */
#ifndef SG_MAPPING_RULE_INNER_H
#define SG_MAPPING_RULE_INNER_H

#include "mapping/observer.h"
#include "mapping/regex.h"
#include "mapping/rule.h"
#include "mapping/transform.h"

/** `/pointer` or `scope:/pointer`, ready to be followed. */
struct sg_source_path {
    enum sg_scope scope;
    const struct sg_pointer *pointer;
    struct sg_str text; /* as it was written, for messages */
};

/** A piece of a text template: something fixed, then perhaps a source. */
struct sg_rule_part {
    struct sg_str fixed;
    const struct sg_source_path *source; /* NULL: none */
};

enum sg_rule_kind {
    SG_RULE_FROM,
    SG_RULE_CONST,
    SG_RULE_TEXT,
    SG_RULE_JOIN,
    SG_RULE_FIRST,
    SG_RULE_LIST,
    SG_RULE_EACH,
    SG_RULE_PICK,
    SG_RULE_SET,
};

struct sg_rule {
    enum sg_rule_kind kind;
    struct sg_place at;
    struct sg_str target; /* of the `set` it stands in; that of an item's `set` has both */
    bool is_optional;
    bool is_encoded; /* TEXT: what is put in is percent-encoded */
    bool is_outer;   /* EACH, PICK: not inside another, so its thing at hand is `record:` */
    bool is_whole;   /* SET: stands for itself, and may be an empty object */
    const struct sg_condition *when, *where;
    const struct sg_transform *with;
    const struct sg_node *fallback;     /* `default`; NULL: none */
    const struct sg_node *constant;     /* CONST; NULL: nothing */
    struct sg_source_path source;       /* FROM, EACH, PICK */
    const struct sg_rule *const *rules; /* JOIN, FIRST, LIST; EACH and PICK: the one for an item */
    size_t rule_count;
    struct sg_str separator; /* JOIN */
    const struct sg_rule_part *parts;
    size_t part_count;
    const struct sg_target *targets; /* SET */
    size_t target_count;
};

enum sg_test_kind {
    SG_TEST_EQUALS,
    SG_TEST_EQUALS_SOURCE,
    SG_TEST_IN,
    SG_TEST_MATCHES,
    SG_TEST_PRESENT,
    SG_TEST_NOTHING,
    SG_TEST_ANY,
    SG_TEST_NOT,
};

struct sg_test {
    enum sg_test_kind kind;
    const struct sg_rule *rule; /* FROM; or EACH, of which one must fit */
    const struct sg_str *texts; /* EQUALS, IN */
    size_t text_count;
    const struct sg_source_path *other; /* EQUALS_SOURCE */
    const struct sg_regex *regex;
    const struct sg_test *inner; /* ANY, NOT */
    size_t inner_count;
    struct sg_str met, unmet; /* what to say when it holds and when not: made beforehand */
};

struct sg_condition {
    const struct sg_test *tests;
    size_t count;
};

/** Where the compiler is: passed down by value, so that what a rule changes ends with the rule. */
struct sg_rule_compiler {
    const struct sg_rule_context *context;
    struct sg_str target;
    bool is_declassified;
    bool is_asking;           /* inside a condition: what is read goes into no target */
    bool is_item;             /* inside `each` or `pick` */
    enum sg_scope base_scope; /* of the thing at hand, seen from outside of all `each` */
    struct sg_str base_pointer;
    enum sg_scope record_scope; /* the same of `record:` */
};

/* --- compiling --- */

/** A source; it is added to the sources read. `at` is the place of its rule. */
SG_MUST_USE bool sg_source_compile(const struct sg_rule_compiler *compiler,
                                   const struct sg_yaml *yaml, struct sg_place at, bool is_walked,
                                   struct sg_source_path *out);
/** Into the `parts` of a TEXT. */
SG_MUST_USE bool sg_template_compile(const struct sg_rule_compiler *compiler,
                                     const struct sg_yaml *yaml, struct sg_rule *rule);
/** Finds `${env:…}` in a mapping's text. */
SG_MUST_USE bool sg_source_check_text(const struct sg_rule_compiler *compiler,
                                      const struct sg_yaml *yaml);
/** The value as a tree, with texts of its own. */
SG_MUST_USE struct sg_node *sg_rule_value(const struct sg_rule_compiler *compiler,
                                          const struct sg_yaml *yaml);
SG_MUST_USE bool sg_rule_compile_at(const struct sg_rule_compiler *compiler,
                                    const struct sg_yaml *yaml, const struct sg_rule **out);
SG_MUST_USE bool sg_rule_compile_with(const struct sg_rule_compiler *compiler,
                                      const struct sg_yaml *with, const struct sg_transform **out);
/** `each` or `pick` (the entry `list` of `map`), `where`, and `set` or `value`. */
SG_MUST_USE bool sg_rule_compile_items(const struct sg_rule_compiler *compiler,
                                       const struct sg_yaml *map, const struct sg_yaml *list,
                                       struct sg_rule *rule);
SG_MUST_USE bool sg_condition_compile_at(const struct sg_rule_compiler *compiler,
                                         const struct sg_yaml *yaml,
                                         const struct sg_condition **out);

/* --- running --- */

/** As sg_rule_run(), but nothing is no problem whatever the rule says. */
SG_MUST_USE bool sg_rule_try(const struct sg_rule *rule, struct sg_rule_run *run,
                             const struct sg_node **out);
/** NULL for nothing. The rule is for a problem's place and target. */
SG_MUST_USE bool sg_source_find(const struct sg_source_path *source, const struct sg_rule *rule,
                                struct sg_rule_run *run, const struct sg_node **out);
/** As sg_condition_holds(); false when a problem or IGNORE came up, which goes to the run. */
SG_MUST_USE bool sg_condition_try(const struct sg_condition *condition, struct sg_rule_run *run,
                                  bool *holds, struct sg_str *unmet);
/** "an object", "a list of 3": for messages. */
struct sg_str sg_rule_say_kind(struct sg_arena *arena, const struct sg_node *node);

#endif
