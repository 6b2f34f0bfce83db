/** The one tree of JSON, XML and forms, as mappings see it (format.md, section 2). */
#ifndef SG_TREE_NODE_H
#define SG_TREE_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum sg_node_kind {
    SG_NODE_NULL, /* JSON's null, XML's xsi:nil */
    SG_NODE_BOOLEAN,
    SG_NODE_NUMBER, /* its digits as they were written: no number is ever rounded */
    SG_NODE_TEXT,
    SG_NODE_LIST,
    SG_NODE_OBJECT,
};

/** Plain data in an arena; never changed once it was read. An XML attribute is a member "@name". */
struct sg_node {
    enum sg_node_kind kind;
    struct sg_str name;           /* of a member of an object; "" elsewhere */
    struct sg_str text;           /* TEXT; NUMBER's digits; "true" or "false" */
    struct sg_node *first, *last; /* of LIST and OBJECT, in order */
    struct sg_node *next;         /* the one after it in its list or object */
    size_t count;                 /* of entries or members */
    bool is_shared;               /* they stand in another parent, too: see sg_node_share() */
};

/** A foreign document is refused when it goes deeper, or holds more nodes (of 80 bytes each). */
enum { SG_TREE_DEPTH_MAX = 64, SG_TREE_NODES_MAX = 1000000 };

struct sg_node *sg_node_new(struct sg_arena *arena, enum sg_node_kind kind);
struct sg_node *sg_node_text(struct sg_arena *arena, struct sg_str text); /* borrows the text */
struct sg_node *sg_node_number(struct sg_arena *arena, int64_t number);
struct sg_node *sg_node_boolean(struct sg_arena *arena, bool value);

/** Puts `child` at the end of a list, or of an object under `name`; gives the child. */
struct sg_node *sg_node_append(struct sg_node *parent, struct sg_node *child);
struct sg_node *sg_node_add(struct sg_node *object, struct sg_str name, struct sg_node *child);

/** Makes the members of one name one list, at the place of the first; n log n in their number. */
void sg_node_group(struct sg_arena *arena, struct sg_node *object);

/**
 * A copy of one node (not of what is below it, which both share): to be put in a second parent.
 * Nothing may be appended to the copy or to the original after it; sg_pointer_put() unshares.
 */
struct sg_node *sg_node_share(struct sg_arena *arena, const struct sg_node *node);

/** Makes of `node` what `value` is, at the place and by the name that it has. */
void sg_node_replace(struct sg_node *node, const struct sg_node *value);

/** The member of that name, or NULL; also NULL when `object` is NULL or no object. */
const struct sg_node *sg_node_find(const struct sg_node *object, struct sg_str name);

/** The same, looked at first at `hint`, a member or NULL: two objects mostly have one order. */
const struct sg_node *sg_node_find_near(const struct sg_node *object, struct sg_str name,
                                        const struct sg_node *hint);

/** The first member of that name, whatever the case of ASCII letters; else as above. */
const struct sg_node *sg_node_find_loose(const struct sg_node *object, struct sg_str name);

/** The entry at `index` of a list, counted from 0, or NULL past its end. */
const struct sg_node *sg_node_entry(const struct sg_node *list, size_t index);

/** NULL, null, "", an empty element, [] and {}: one and the same to a rule. */
bool sg_node_is_nothing(const struct sg_node *node);

/**
 * TEXT, NUMBER or BOOLEAN; an element with attributes, by its "#text"; a list of one, by its entry.
 * False for all else: an element with children holds more than its text.
 */
bool sg_node_as_text(const struct sg_node *node, struct sg_str *text);

/** Whether it has more than SG_TREE_DEPTH_MAX levels: as JSON it could be written, and never read. */
bool sg_node_is_too_deep(const struct sg_node *node);

/** Equal as trees: the order of members aside; texts, numbers and booleans of one kind by bytes. */
bool sg_node_equal(const struct sg_node *a, const struct sg_node *b);

/**
 * The JSON Pointer of the first place where the two differ, and the two nodes there (NULL where one
 * has none); false when they are equal. For what a test shows.
 */
bool sg_node_differ(struct sg_arena *arena, const struct sg_node *expected,
                    const struct sg_node *got, struct sg_str *pointer,
                    const struct sg_node **expected_at, const struct sg_node **got_at);

#endif
