#include <stdlib.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "mapping/persian.h"
#include "mapping/reach.h"
#include "sgbridge/mapping.h"

/* A shape is a row of entries, sorted by the pointer's hash: 4 bytes of that, 8 of the value's, both
 * big-endian, so that the bytes of two shapes are compared on any machine, for ever. */
enum { KEY_BYTES = 4, VALUE_BYTES = 8, ENTRY_BYTES = KEY_BYTES + VALUE_BYTES };

struct hashing {
    struct sg_arena *arena;
    bool is_loose; /* the case of names says nothing */
    uint64_t sum;  /* 0: nothing so far */
};

static void put_bytes(char *to, uint64_t number, size_t count)
{
    for (size_t i = count; i-- > 0; number >>= 8)
        to[i] = (char)(unsigned char)(number & 0xff);
}

/* Never 0, which stands for nothing. */
static uint64_t hash_pair(uint64_t a, uint64_t b)
{
    char bytes[2 * VALUE_BYTES];

    put_bytes(bytes, a, VALUE_BYTES);
    put_bytes(bytes + VALUE_BYTES, b, VALUE_BYTES);
    return sg_hash64((struct sg_str){bytes, sizeof bytes}) | 1;
}

static uint64_t hash_node(const struct hashing *by, const struct sg_node *node);

static uint64_t hash_name(const struct hashing *by, struct sg_str name)
{
    return sg_hash64(by->is_loose ? sg_str_lower(by->arena, name) : name);
}

/* In order; a list of one is its entry. */
static uint64_t hash_list(const struct hashing *by, const struct sg_node *list)
{
    uint64_t sum = 0;

    for (const struct sg_node *entry = list->first; entry != NULL; entry = entry->next) {
        uint64_t value = hash_node(by, entry);

        if (value != 0)
            sum = sum == 0 ? value : hash_pair(sum, value);
    }
    return sum;
}

/* The order of members says nothing, and neither do those that hold nothing. */
static uint64_t hash_object(const struct hashing *by, const struct sg_node *object)
{
    uint64_t sum = 0;

    for (const struct sg_node *member = object->first; member != NULL; member = member->next) {
        uint64_t value = hash_node(by, member);

        if (value != 0)
            sum += hash_pair(hash_name(by, member->name), value);
    }
    return sum;
}

static uint64_t hash_text(struct sg_arena *arena, struct sg_str text)
{
    struct sg_str folded = sg_persian_fold(arena, text);

    return folded.length == 0 ? 0 : sg_hash64(folded) | 1;
}

/* As deep as a document may be. 0 for nothing. */
static uint64_t hash_node(const struct hashing *by, const struct sg_node *node)
{
    switch (node->kind) {
    case SG_NODE_NULL:
        return 0;
    case SG_NODE_TEXT:
    case SG_NODE_NUMBER:
    case SG_NODE_BOOLEAN:
        return hash_text(by->arena, node->text);
    case SG_NODE_LIST:
        return hash_list(by, node);
    case SG_NODE_OBJECT:
        return hash_object(by, node);
    }
    return 0;
}

static void add_reached(const struct sg_node *node, void *owner)
{
    struct hashing *hashing = owner;
    uint64_t value = hash_node(hashing, node);

    if (value != 0)
        hashing->sum = hashing->sum == 0 ? value : hash_pair(hashing->sum, value);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, ENTRY_BYTES);
}

/* The place is no one's: these pointers were compiled before, as parts of rules. */
static void put_entry(struct hashing hashing, const struct sg_node *record, struct sg_str text,
                      char *entry)
{
    const struct sg_pointer *pointer = NULL;
    struct sg_error err;

    if (sg_pointer_compile(hashing.arena, text, (struct sg_place){0}, &pointer, &err)) {
        if (hashing.is_loose)
            pointer = sg_pointer_loose(hashing.arena, pointer);
        sg_reach(record, pointer, add_reached, &hashing);
    }
    put_bytes(entry, hash_name(&hashing, text) & 0xffffffff, KEY_BYTES);
    put_bytes(entry + KEY_BYTES, hashing.sum, VALUE_BYTES);
}

struct sg_str sg_shape_of(struct sg_arena *arena, const struct sg_node *record,
                          const struct sg_str *pointers, size_t count, bool is_loose)
{
    const struct hashing hashing = {arena, is_loose, 0};
    char *entries = sg_arena_get(arena, count, ENTRY_BYTES);

    for (size_t i = 0; i < count; i++)
        put_entry(hashing, record, pointers[i], entries + i * ENTRY_BYTES);
    qsort(entries, count, ENTRY_BYTES, by_bytes);
    return (struct sg_str){entries, count * ENTRY_BYTES};
}

/* The entry of `shape` with that key; NULL when it has none. */
static const char *find_entry(struct sg_str shape, const char *key)
{
    for (size_t i = 0; i + ENTRY_BYTES <= shape.length; i += ENTRY_BYTES) {
        if (memcmp(shape.at + i, key, KEY_BYTES) == 0)
            return shape.at + i;
    }
    return NULL;
}

struct sg_str sg_shape_overlay(struct sg_arena *arena, struct sg_str shape, struct sg_str over)
{
    char *entries = sg_arena_get(arena, shape.length, 1);

    for (size_t i = 0; i + ENTRY_BYTES <= shape.length; i += ENTRY_BYTES) {
        const char *mine = shape.at + i;
        const char *theirs = find_entry(over, mine);

        memcpy(entries + i, theirs != NULL ? theirs : mine, ENTRY_BYTES);
    }
    return (struct sg_str){entries, shape.length - shape.length % ENTRY_BYTES};
}
