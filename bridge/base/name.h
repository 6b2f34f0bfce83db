/** What systems, records and operations may be called. */
#ifndef SG_BASE_NAME_H
#define SG_BASE_NAME_H

#include <stdbool.h>

#include "base/str.h"

/** The rule in words, for messages. */
#define SG_NAME_RULE "a name is of a-z, 0-9, _ and -, and starts with a letter"

bool sg_name_is_allowed(struct sg_str name);

#endif
