#include "base/suggest.h"

#include "base/buffer.h"

enum {
    LONGEST = 64, /* longer words are not looked at: nobody misspells those by one letter */
    LISTED = 24,  /* words in a message; more than that help nobody */
};

static size_t least(size_t a, size_t b, size_t c)
{
    size_t low = a < b ? a : b;

    return low < c ? low : c;
}

/* Levenshtein's distance, row by row. Both are at most LONGEST long. */
static size_t distance(struct sg_str a, struct sg_str b)
{
    size_t row[LONGEST + 1];

    for (size_t j = 0; j <= b.length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        size_t before = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            size_t above = row[j];

            row[j] = least(above + 1, row[j - 1] + 1, before + (a.at[i - 1] != b.at[j - 1]));
            before = above;
        }
    }
    return row[b.length];
}

const struct sg_str *sg_suggest(struct sg_str wrong, const struct sg_str *words, size_t count)
{
    const struct sg_str *best = NULL;
    size_t nearest = wrong.length / 3 + 2; /* as far as that, a word still looks alike */

    if (wrong.length > LONGEST)
        return NULL;
    for (size_t w = 0; w < count; w++) {
        if (words[w].length > LONGEST)
            continue;
        size_t away = distance(wrong, words[w]);
        if (wrong.length > 2 && words[w].length > wrong.length &&
            memcmp(words[w].at, wrong.at, wrong.length) == 0)
            away = 1; /* cut short */
        if (away < nearest && away < words[w].length) {
            nearest = away;
            best = &words[w];
        }
    }
    return best;
}

const char *sg_suggest_ending(struct sg_arena *arena, struct sg_str wrong,
                              const struct sg_str *words, size_t count)
{
    const struct sg_str *meant = sg_suggest(wrong, words, count);
    struct sg_buffer out = {.arena = arena};

    if (meant != NULL)
        sg_buffer_add_format(&out, "; did you mean `%.*s`?", SG_STR_ARG(*meant));
    for (size_t w = 0; w < count && w < LISTED && meant == NULL; w++)
        sg_buffer_add_format(&out, "%s%.*s", w == 0 ? "; one of " : ", ", SG_STR_ARG(words[w]));
    if (meant == NULL && count > LISTED)
        sg_buffer_add(&out, SG_STR(", …"));
    return sg_buffer_c(&out);
}
