/** JSON Pointer (RFC 6901): the one path language of mappings, for JSON and XML alike. */
#ifndef SG_TREE_POINTER_H
#define SG_TREE_POINTER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"
#include "tree/node.h"

struct sg_pointer; /* never changes once compiled: threads may share it */

/**
 * Compiles `text`, which stands at `at` in a mapping; "" is the whole tree.
 * On success `*out` lives as long as `arena` and keeps nothing of `text`.
 * Fails with SG_ERROR_INPUT at the byte that is wrong, and leaves `*out` alone.
 */
SG_MUST_USE bool sg_pointer_compile(struct sg_arena *arena, struct sg_str text, struct sg_place at,
                                    const struct sg_pointer **out, struct sg_error *err);

/**
 * The same pointer, in `arena`, which ignores the case of ASCII letters: `names: loose`. Two members
 * that differ in nothing else are as a list of two to it.
 */
const struct sg_pointer *sg_pointer_loose(struct sg_arena *arena, const struct sg_pointer *pointer);

bool sg_pointer_is_loose(const struct sg_pointer *pointer);

/** The reference tokens from the root, unescaped, `*count` of them. Borrowed from the arena. */
const struct sg_str *sg_pointer_tokens(const struct sg_pointer *pointer, size_t *count);

/**
 * Whether a token is an index (section 4): digits only, and no leading zero. One that is too large is
 * past the end of any list.
 */
bool sg_pointer_is_index(struct sg_str token, size_t *index);

/** Adds a member's name to the text of a pointer: "/" and the name, escaped (section 3). */
void sg_pointer_add_token(struct sg_buffer *pointer, struct sg_str name);

/** As it was written, for messages: "/Letter/Priority/@Code". */
struct sg_str sg_pointer_text(const struct sg_pointer *pointer);

/**
 * What stands there (format.md, section 2): NULL in `*out` when it is missing. A list of one on the
 * way needs no index; a list at the end is the list itself; `/0` of what is no list is the thing
 * itself, if it has no member of that name. Digits on a list are always an index. Fails with
 * SG_ERROR_INPUT, at no place, when a longer list stands on the way: "2 elements at /a, one
 * expected".
 */
SG_MUST_USE bool sg_pointer_find(const struct sg_pointer *pointer, const struct sg_node *root,
                                 const struct sg_node **out, struct sg_error *err);

/**
 * Puts `value` (NULL changes nothing) at the pointer of the object `root`, making objects on the
 * way; a list of one on the way is passed through. What stood there, and what stood on the way and
 * is no object, is replaced. The value's `name` is set, so it may stand in one parent only: see
 * sg_node_share(), whose copies are unshared on the way.
 */
void sg_pointer_put(struct sg_arena *arena, const struct sg_pointer *pointer, struct sg_node *root,
                    struct sg_node *value);

/**
 * Takes away what stands there, on one way only, as sg_pointer_find() finds it: lists of one are passed
 * through. Nothing changes when there is nothing. `root` is the caller's own or a sg_node_share().
 */
void sg_pointer_remove(struct sg_arena *arena, const struct sg_pointer *pointer,
                       struct sg_node *root);

/** Told of a node that may be changed in place, but for its name and its `next`. */
typedef bool sg_pointer_visit_fn(void *owner, struct sg_node *node);

/**
 * Visits all that stands at the pointer of `root`, which is the caller's own or a sg_node_share():
 * lists on the way and at the end are walked, entry by entry. False as soon as a visit is.
 */
SG_MUST_USE bool sg_pointer_visit(struct sg_arena *arena, const struct sg_pointer *pointer,
                                  struct sg_node *root, sg_pointer_visit_fn *visit, void *owner);

#endif
