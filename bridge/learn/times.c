#include "learn/times.h"

#include <assert.h>

#include "base/buffer.h"
#include "learn/hints.h"
#include "mapping/zone.h"

/* No form in which month and day could stand the other way round: nothing is guessed there. */
static const char *const DAYS[] = {"%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"};
static const char *const CLOCKS[] = {"",          " %H:%M:%S",    " %H:%M",
                                     "T%H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S.%f"};
static const char *const CALENDARS[] = {"", "jalali "};

enum {
    FORMS_MAX = 3 + 2 * (3 * 6 + 2),
    UNIX_DIGITS = 10, /* from 2001 to 2286 */
    UNIX_MS_DIGITS = 13,
};

struct sg_learn_forms {
    struct sg_arena *arena;
    struct sg_learn_form at[FORMS_MAX];
    size_t count;
};

static void add(struct sg_learn_forms *forms, struct sg_str text, bool is_number, bool wants_zone)
{
    struct sg_learn_form *form = &forms->at[forms->count++];
    struct sg_error err;

    assert(forms->count <= FORMS_MAX);
    *form = (struct sg_learn_form){
        .text = sg_str_c(forms->arena, text), .is_number = is_number, .wants_zone = wants_zone};
    const bool is_good = sg_date_format_compile(forms->arena, sg_str_of(form->text),
                                                (struct sg_place){0}, &form->format, &err);
    assert(is_good);
}

const struct sg_learn_forms *sg_learn_forms_new(struct sg_arena *arena)
{
    struct sg_learn_forms *forms = sg_arena_get(arena, 1, sizeof *forms);

    forms->arena = arena;
    add(forms, SG_STR("iso"), false, false);
    add(forms, SG_STR("unix"), true, false);
    add(forms, SG_STR("unix_ms"), true, false);
    for (size_t c = 0; c < sizeof CALENDARS / sizeof CALENDARS[0]; c++) {
        for (size_t d = 0; d < sizeof DAYS / sizeof DAYS[0]; d++) {
            for (size_t t = 0; t < sizeof CLOCKS / sizeof CLOCKS[0]; t++)
                add(forms, sg_str_format(arena, "%s%s%s", CALENDARS[c], DAYS[d], CLOCKS[t]), false,
                    true);
        }
        add(forms, sg_str_format(arena, "%s%%Y%%m%%d", CALENDARS[c]), true, true);
        add(forms, sg_str_format(arena, "%s%%Y%%m%%d%%H%%M%%S", CALENDARS[c]), true, true);
    }
    return forms;
}

const struct sg_learn_form *sg_learn_form(const struct sg_learn_forms *forms, size_t n)
{
    return n < forms->count ? &forms->at[n] : NULL;
}

static bool has_digits(struct sg_str text, size_t count)
{
    size_t digits = 0;

    while (digits < text.length && text.at[digits] >= '0' && text.at[digits] <= '9')
        digits++;
    return digits == count && text.length == count;
}

bool sg_learn_form_reads(const struct sg_learn_form *form, const struct sg_zone *zone,
                         struct sg_str text, int64_t *utc_ms)
{
    struct sg_error err;

    /* a date alone is for the pattern that says so; seconds for what is surely none of these */
    if ((strcmp(form->text, "iso") == 0 && memchr(text.at, ':', text.length) == NULL) ||
        (strcmp(form->text, "unix") == 0 && !has_digits(text, UNIX_DIGITS)) ||
        (strcmp(form->text, "unix_ms") == 0 && !has_digits(text, UNIX_MS_DIGITS)))
        return false;
    return text.length > 0 && sg_date_read(form->format, zone, text, utc_ms, &err);
}

static bool reads_all(const struct sg_learn_form *form, const struct sg_zone *utc,
                      const struct sg_learn_field *field)
{
    int64_t utc_ms;

    for (size_t v = 0; v < field->count; v++) {
        if (!sg_learn_form_reads(form, utc, field->values[v], &utc_ms))
            return false;
    }
    return field->count > 0;
}

void sg_learn_forms_set(struct sg_arena *arena, const struct sg_learn_forms *forms,
                        struct sg_learn_fields *fields)
{
    const struct sg_zone *utc = NULL;
    struct sg_error err;
    const bool is_open = sg_zone_open(arena, SG_STR("UTC"), (struct sg_place){0}, &utc, &err);

    assert(is_open);
    for (size_t f = 0; f < fields->count; f++) {
        struct sg_learn_field *field = fields->at[f];
        const bool is_named_so = sg_learn_is_hinted(arena, SG_LEARN_HINT_TIME, field->name);

        for (size_t n = 0; n < forms->count && field->form == NULL; n++) {
            if ((is_named_so || !forms->at[n].is_number) && reads_all(&forms->at[n], utc, field))
                field->form = &forms->at[n];
        }
    }
}
