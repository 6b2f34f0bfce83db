#include "mapping/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buffer.h"

/* Far more than an honest pattern needs on a citizen's text, and less than a second of work. */
enum { MATCH_LIMIT = 1000000, DEPTH_LIMIT = 10000, HEAP_LIMIT_KB = 16 * 1024 };

struct sg_regex {
    pcre2_code *code;
    pcre2_match_context *limits;
    struct sg_place at;
    unsigned groups;
};

static inline void match_auto(pcre2_match_data *const *match)
{
    pcre2_match_data_free(*match);
}

static void end_code(void *code)
{
    pcre2_code_free(code);
}

static void end_limits(void *limits)
{
    pcre2_match_context_free(limits);
}

bool sg_regex_compile(struct sg_arena *arena, struct sg_str pattern, struct sg_place at,
                      const struct sg_regex **out, struct sg_error *err)
{
    int number = 0;
    PCRE2_SIZE offset = 0;
    uint32_t groups = 0;
    const char *start = pattern.at != NULL ? pattern.at : ""; /* PCRE2 before 10.43 wants one */
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)start, pattern.length, PCRE2_UTF, &number, &offset, NULL);

    if (code == NULL) {
        PCRE2_UCHAR words[160];

        (void)pcre2_get_error_message(number, words, sizeof words);
        at.column += (int)offset;
        return sg_error_set(err, SG_ERROR_INPUT, at, "regular expression: %s", (char *)words);
    }
    sg_arena_defer(arena, end_code, code);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    if (limits == NULL)
        return sg_error_set(err, SG_ERROR_TEMPORARY, at, "regular expression: out of memory");
    sg_arena_defer(arena, end_limits, limits);
    (void)pcre2_set_match_limit(limits, MATCH_LIMIT);
    (void)pcre2_set_depth_limit(limits, DEPTH_LIMIT);
    (void)pcre2_set_heap_limit(limits, HEAP_LIMIT_KB);
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without JIT it is slower, not other */
    (void)pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);

    struct sg_regex *regex = sg_arena_get(arena, 1, sizeof *regex);
    *regex = (struct sg_regex){code, limits, at, groups};
    *out = regex;
    return true;
}

/* The next match from `from` on; `*is_found` says if there is one. */
static bool match_from(const struct sg_regex *regex, struct sg_str text, size_t from,
                       pcre2_match_data *match, bool *is_found, struct sg_error *err)
{
    const char *start = text.at != NULL ? text.at : "";
    int result = match == NULL ? PCRE2_ERROR_NOMEMORY
                               : pcre2_match(regex->code, (PCRE2_SPTR)start, text.length, from, 0,
                                             match, regex->limits);

    *is_found = result > 0;
    if (result > 0 || result == PCRE2_ERROR_NOMATCH)
        return true;
    if (result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_DEPTHLIMIT ||
        result == PCRE2_ERROR_HEAPLIMIT || result == PCRE2_ERROR_JIT_STACKLIMIT)
        return sg_error_set(err, SG_ERROR_INPUT, regex->at,
                            "the regular expression took too many steps; make it simpler");
    PCRE2_UCHAR words[160];

    (void)pcre2_get_error_message(result, words, sizeof words);
    return sg_error_set(err, SG_ERROR_INPUT, regex->at, "regular expression: %s", (char *)words);
}

static struct sg_str group_of(struct sg_str text, pcre2_match_data *match, unsigned group)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match);
    const size_t start = ends[2 * (size_t)group], end = ends[2 * (size_t)group + 1];

    if (start == PCRE2_UNSET || start == end)
        return (struct sg_str){0};
    return (struct sg_str){text.at + start, end - start};
}

bool sg_regex_find(const struct sg_regex *regex, struct sg_str text, bool *is_found,
                   struct sg_str *found, struct sg_error *err)
{
    pcre2_match_data *match __attribute__((cleanup(match_auto))) =
        pcre2_match_data_create_from_pattern(regex->code, NULL);

    if (!match_from(regex, text, 0, match, is_found, err))
        return false;
    if (*is_found && found != NULL)
        *found = group_of(text, match, regex->groups > 0 ? 1 : 0);
    return true;
}

/* `by` with its `$0`, `$1` … and `$$` put in. */
static void add_replacement(struct sg_buffer *out, const struct sg_regex *regex, struct sg_str text,
                            struct sg_str by, pcre2_match_data *match)
{
    for (size_t i = 0; i < by.length; i++) {
        const unsigned char next = i + 1 < by.length ? (unsigned char)by.at[i + 1] : 0;
        unsigned group = next - (unsigned)'0'; /* great for what is no digit */
        bool is_group = group <= 9 && group <= regex->groups;

        if (by.at[i] != '$' || (next != '$' && !is_group)) {
            sg_buffer_add_byte(out, by.at[i]);
            continue;
        }
        i++;
        if (is_group)
            sg_buffer_add(out, group_of(text, match, group));
        else
            sg_buffer_add_byte(out, '$');
    }
}

/* The end of the character at `at`, to get on after an empty match. */
static size_t after_character(struct sg_str text, size_t at)
{
    do {
        at++;
    } while (at < text.length && ((unsigned char)text.at[at] & 0xc0) == 0x80);
    return at;
}

bool sg_regex_replace(struct sg_arena *arena, const struct sg_regex *regex, struct sg_str text,
                      struct sg_str by, struct sg_str *out, struct sg_error *err)
{
    pcre2_match_data *match __attribute__((cleanup(match_auto))) =
        pcre2_match_data_create_from_pattern(regex->code, NULL);
    struct sg_buffer written = {.arena = arena};
    size_t done = 0, from = 0; /* what is written of the text; where the next match may begin */

    while (from <= text.length) {
        bool is_found;

        if (!match_from(regex, text, from, match, &is_found, err))
            return false;
        if (!is_found)
            break;
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match);

        sg_buffer_add(&written, (struct sg_str){text.at + done, ends[0] - done});
        add_replacement(&written, regex, text, by, match);
        done = ends[1];
        from = ends[0] < ends[1] ? ends[1] : after_character(text, ends[1]);
    }
    if (done < text.length)
        sg_buffer_add(&written, sg_str_skip(text, done));
    *out = sg_buffer_text(&written);
    return true;
}

unsigned sg_regex_groups(const struct sg_regex *regex)
{
    return regex->groups;
}
