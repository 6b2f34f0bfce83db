#include "learn/hints.h"

#include "base/buffer.h"

static const char *const IDS[] = {"id",   "no",    "number", "num", "guid",
                                  "uuid", "شماره", "شناسه",  NULL};
static const char *const PAGES[] = {"page",  "pages",  "total", "count",   "size",
                                    "limit", "offset", "next",  "request", NULL};
static const char *const TIMES[] = {"at",    "date",    "time",    "datetime", "timestamp",
                                    "on",    "updated", "created", "modified", "changed",
                                    "تاریخ", "زمان",    NULL};
static const char *const CHANGES[] = {"updated", "update", "modified", "modify",
                                      "changed", "change", "edited",   "revised",
                                      "ویرایش",  "تغییر",  NULL};
static const char *const PERSONS[] = {
    "phone",  "mobile",  "tel",    "telephone", "cell",     "email",    "mail",     "name",
    "family", "first",   "last",   "firstname", "lastname", "national", "ssn",      "citizen",
    "caller", "address", "postal", "zipcode",   "plaque",   "نام",      "خانوادگی", "تلفن",
    "همراه",  "موبایل",  "نشانی",  "آدرس",      "ملی",      NULL};

static const char *const *const HINTS[] = {[SG_LEARN_HINT_ID] = IDS,
                                           [SG_LEARN_HINT_TIME] = TIMES,
                                           [SG_LEARN_HINT_CHANGE] = CHANGES,
                                           [SG_LEARN_HINT_PERSON] = PERSONS,
                                           [SG_LEARN_HINT_PAGE] = PAGES};

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || is_upper(c) || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* A capital begins a word after what is none, or before what is none: `HTTPStatus`, `caseID`. */
static bool begins_word(struct sg_str name, size_t i)
{
    if (i == 0 || !is_upper(name.at[i]) || !is_word(name.at[i - 1]))
        return false;
    return !is_upper(name.at[i - 1]) ||
           (i + 1 < name.length && is_word(name.at[i + 1]) && !is_upper(name.at[i + 1]));
}

struct sg_str sg_learn_snake(struct sg_arena *arena, struct sg_str name)
{
    struct sg_buffer out = {.arena = arena};

    for (size_t i = 0; i < name.length; i++) {
        const bool is_between = !is_word(name.at[i]);

        if ((is_between || begins_word(name, i)) && out.length > 0 && out.at[out.length - 1] != '_')
            sg_buffer_add_byte(&out, '_');
        if (!is_between)
            sg_buffer_add_byte(&out, sg_char_lower(name.at[i]));
    }
    return sg_buffer_text(&out);
}

static bool is_among(const char *const *words, struct sg_str word)
{
    for (; *words != NULL; words++) {
        if (sg_str_is(word, *words))
            return true;
    }
    return false;
}

bool sg_learn_is_hinted(struct sg_arena *arena, enum sg_learn_hint hint, struct sg_str name)
{
    struct sg_str rest = sg_learn_snake(arena, name);

    while (rest.length > 0) {
        const char *end = memchr(rest.at, '_', rest.length);
        const size_t length = end == NULL ? rest.length : (size_t)(end - rest.at);

        if (is_among(HINTS[hint], (struct sg_str){rest.at, length}))
            return true;
        rest = sg_str_skip(rest, length + 1);
    }
    return false;
}
