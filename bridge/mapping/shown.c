#include "mapping/shown.h"

#include <stdio.h>

enum { DIGITS_MAX = 7 }; /* more of them may be a telephone number or a national code */

/* What was seen of a value: enough to tell a code from words. */
struct traits {
    size_t characters, digits, run, longest_run;
    bool has_letter, has_space, has_other;
};

/* The second byte of a Persian (U+06F0) or Arabic-Indic (U+0660) digit. */
static bool is_persian_digit(unsigned char lead, unsigned char next)
{
    return (lead == 0xdb && next >= 0xb0 && next <= 0xb9) ||
           (lead == 0xd9 && next >= 0xa0 && next <= 0xa9);
}

static void look_at(struct traits *traits, unsigned char c, bool is_digit)
{
    traits->characters++;
    traits->digits += is_digit;
    traits->run = is_digit ? traits->run + 1 : 0;
    if (traits->run > traits->longest_run)
        traits->longest_run = traits->run;
    if (is_digit || strchr("-_/.:+", c) != NULL)
        return;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        traits->has_letter = true;
    else if (c == ' ')
        traits->has_space = true;
    else
        traits->has_other = true;
}

static struct traits traits_of(struct sg_str value)
{
    struct traits traits = {0};

    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.at[i];

        if (i + 1 < value.length && is_persian_digit(c, (unsigned char)value.at[i + 1])) {
            look_at(&traits, c, true);
            i++;
        } else if (c == 0 || (c & 0xc0) == 0x80) {
            traits.has_other = true; /* not a character of its own, or one that strchr() finds */
        } else {
            look_at(&traits, c, c >= '0' && c <= '9');
        }
    }
    return traits;
}

/* `1405/04/11`, `2026-07-01T04:30:00Z`, `1403-88123`: a year of this or the last century first. */
static bool starts_like_date(struct sg_str value)
{
    return value.length > 4 && strchr("/-", value.at[4]) != NULL &&
           (sg_str_starts(value, "13") || sg_str_starts(value, "14") ||
            sg_str_starts(value, "19") || sg_str_starts(value, "20"));
}

struct sg_shown sg_shown_of(struct sg_str value)
{
    struct sg_shown shown;
    struct traits traits = traits_of(value);
    bool is_number = traits.digits <= DIGITS_MAX ||
                     (starts_like_date(value) && traits.longest_run <= DIGITS_MAX);

    if (traits.has_other || (traits.has_space && traits.has_letter) || !is_number ||
        traits.characters > SG_SHOWN_MAX)
        (void)snprintf(shown.text, sizeof shown.text, "***(%zu)", traits.characters);
    else
        (void)snprintf(shown.text, sizeof shown.text, "\"%.*s\"", SG_STR_ARG(value));
    return shown;
}
