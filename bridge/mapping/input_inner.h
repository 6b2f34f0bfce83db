/** What is inside an `input`: its fields as a tree, so that typing follows names and no pointers. */
#ifndef SG_MAPPING_INPUT_INNER_H
#define SG_MAPPING_INPUT_INNER_H

#include "mapping/input.h"

struct sg_input_node {
    struct sg_str name;
    const struct sg_field *field; /* NULL: an object on the way to fields */
    struct sg_input_node *first, *last, *next;
};

struct sg_input {
    const struct sg_field *fields;
    size_t count;
    const struct sg_input_node *root;
};

#endif
