/** In which form texts are times, tried one after the other: forms as `date` takes them. */
#ifndef SG_LEARN_TIMES_H
#define SG_LEARN_TIMES_H

#include <stdint.h>

#include "learn/fields.h"
#include "mapping/date.h"

/** A form, and what it leaves open. */
struct sg_learn_form {
    const char *text; /* "iso", "jalali %Y/%m/%d" */
    const struct sg_date_format *format;
    bool is_number;  /* digits alone, as ids and codes are, too: only a name tells them apart */
    bool wants_zone; /* what it reads says no zone */
};

struct sg_learn_forms; /* all that are known, compiled */

const struct sg_learn_forms *sg_learn_forms_new(struct sg_arena *arena);

/** The n-th form; NULL when there are no more. */
const struct sg_learn_form *sg_learn_form(const struct sg_learn_forms *forms, size_t n);

/** Whether the text is a time in that form; without a zone of its own it is read in `zone`. */
bool sg_learn_form_reads(const struct sg_learn_form *form, const struct sg_zone *zone,
                         struct sg_str text, int64_t *utc_ms);

/** Sets the form of each field whose values are all times in one form. */
void sg_learn_forms_set(struct sg_arena *arena, const struct sg_learn_forms *forms,
                        struct sg_learn_fields *fields);

#endif
