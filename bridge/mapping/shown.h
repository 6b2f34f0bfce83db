/** A value inside a message: shown when it looks like a code, a date or a number, else masked. */
#ifndef SG_MAPPING_SHOWN_H
#define SG_MAPPING_SHOWN_H

#include "base/str.h"

enum { SG_SHOWN_MAX = 40 }; /* characters; each has at most two bytes when it is shown */

struct sg_shown {
    char text[2 * SG_SHOWN_MAX + 3];
};

/**
 * `"1405/04/11 10:30"`, with its quotes; or `***(11)`, the number of its characters. What may be a
 * citizen's words, telephone number or national code is masked: white space beside letters, letters
 * other than ASCII, eight digits or more (but for a date, or a key that starts with a year).
 */
struct sg_shown sg_shown_of(struct sg_str value);

#endif
