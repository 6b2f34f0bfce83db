/** The YAML that integrators write (format.md, section 1): the core schema, every place kept. */
#ifndef SG_TREE_YAML_H
#define SG_TREE_YAML_H

#include "base/error.h"
#include "base/findings.h"
#include "tree/node.h"

enum sg_yaml_kind {
    SG_YAML_NULL,
    SG_YAML_BOOLEAN,
    SG_YAML_NUMBER,
    SG_YAML_TEXT,
    SG_YAML_LIST,
    SG_YAML_MAP,
};

struct sg_yaml {
    enum sg_yaml_kind kind;
    struct sg_place at;     /* where the value starts */
    struct sg_place key_at; /* where its key starts; in a list, the entry itself */
    struct sg_str key;      /* of an entry of a map; "" elsewhere */
    struct sg_str text;     /* of a scalar, as written and without quotes */
    bool is_block_text;     /* `|` or `>`: its content starts on the line after `at` */
    struct sg_yaml *first, *last, *next;
    size_t count;
};

/**
 * Reads one document. `name` is borrowed for ever: it goes into every place. Not text are only
 * `true`, `false`, `null`, `~`, nothing at all and the numbers of JSON, without quotes. All that is
 * wrong goes to `findings`: a repeated key ("`/status` is given twice; first on line 6", at the
 * second; the first is kept); a number that JSON does not know, such as one with a leading zero; a
 * key that is no text; an anchor, an alias, a tag, a second document; nesting over
 * SG_TREE_DEPTH_MAX; what libyaml refuses. Reading goes on after all but the last three, so that
 * one run reports all; NULL when there is nothing to go on with. An empty file is an error.
 */
struct sg_yaml *sg_yaml_read(struct sg_arena *arena, struct sg_str text, const char *name,
                             struct sg_findings *findings);

/** The entry of a map, or NULL. */
const struct sg_yaml *sg_yaml_find(const struct sg_yaml *map, const char *key);

/** The same as a tree: what a test's `given` or a `const` stands for. */
struct sg_node *sg_yaml_to_node(struct sg_arena *arena, const struct sg_yaml *yaml);

/**
 * Finds, for each key of `map` that is none of `known`, "unknown key `optionl`; did you mean
 * `optional`?", or which keys there are. True when there is none.
 */
bool sg_yaml_check_keys(const struct sg_yaml *map, const struct sg_str *known, size_t count,
                        struct sg_findings *findings);

/** "a text is expected", "a list is expected" …: true when `yaml` is of that kind. */
bool sg_yaml_expect(const struct sg_yaml *yaml, enum sg_yaml_kind kind,
                    struct sg_findings *findings);

#endif
