#include "connectors/spec.h"

#include "base/name.h"
#include "base/suggest.h"
#include "base/units.h"

#define BIT SG_SCOPE_BIT

static const struct {
    unsigned scopes;
    const char *where;
} PLACES[] = {
    [SG_SPEC_LOGIN] = {BIT(SG_SCOPE_NOW), "a login's request"},
    [SG_SPEC_SESSION] = {BIT(SG_SCOPE_HAND) | BIT(SG_SCOPE_HEADERS), "a login's answer"},
    [SG_SPEC_ALWAYS] = {BIT(SG_SCOPE_NOW), "`always`"},
    [SG_SPEC_OPERATION] = {BIT(SG_SCOPE_HAND) | BIT(SG_SCOPE_EVENT) | BIT(SG_SCOPE_DELIVERY) |
                               BIT(SG_SCOPE_NOW),
                           "an operation's request"},
    [SG_SPEC_POLL] = {BIT(SG_SCOPE_CURSOR) | BIT(SG_SCOPE_PAGE) | BIT(SG_SCOPE_NOW),
                      "a poll's request"},
    [SG_SPEC_READ] = {BIT(SG_SCOPE_HAND) | BIT(SG_SCOPE_NOW), "the request of `read`"},
    [SG_SPEC_FETCH] = {BIT(SG_SCOPE_HAND) | BIT(SG_SCOPE_NOW), "a fetch"},
    [SG_SPEC_FETCH_EACH] = {BIT(SG_SCOPE_HAND) | BIT(SG_SCOPE_RECORD) | BIT(SG_SCOPE_NOW),
                            "a fetch for each"},
    [SG_SPEC_ANSWER] = {BIT(SG_SCOPE_HAND) | BIT(SG_SCOPE_INPUT) | BIT(SG_SCOPE_HEADERS),
                        "an answer"},
    [SG_SPEC_PAGE] = {BIT(SG_SCOPE_HAND) | BIT(SG_SCOPE_HEADERS), "a poll's answer"},
    [SG_SPEC_RECORD] = {BIT(SG_SCOPE_HAND), "a record"},
    [SG_SPEC_REPLY] = {BIT(SG_SCOPE_HAND) | BIT(SG_SCOPE_HEADERS) | BIT(SG_SCOPE_EVENT) |
                           BIT(SG_SCOPE_ERROR) | BIT(SG_SCOPE_NOW),
                       "a webhook's reply"},
    [SG_SPEC_MESSAGE] = {BIT(SG_SCOPE_MESSAGE) | BIT(SG_SCOPE_HEADERS), "`put`"},
};

/* Whether what is at hand came from the system, and so has names as it writes them. */
static bool is_theirs(enum sg_spec_place place)
{
    return place == SG_SPEC_ANSWER || place == SG_SPEC_PAGE || place == SG_SPEC_RECORD ||
           place == SG_SPEC_REPLY || place == SG_SPEC_SESSION || place == SG_SPEC_FETCH ||
           place == SG_SPEC_FETCH_EACH;
}

/* Whether it is a part of a request that is sent in a session. */
static bool is_in_session(enum sg_spec_place place)
{
    return place == SG_SPEC_ALWAYS || place == SG_SPEC_OPERATION || place == SG_SPEC_POLL ||
           place == SG_SPEC_READ || place == SG_SPEC_FETCH || place == SG_SPEC_FETCH_EACH;
}

static struct sg_rule_context context(const struct sg_spec *spec, enum sg_spec_place place,
                                      struct sg_sources *read)
{
    const bool has_session = spec->system->session_values != NULL && is_in_session(place);
    const bool is_loose =
        spec->record != NULL ? spec->record->view.is_loose : spec->system->is_loose;

    return (struct sg_rule_context){
        .arena = spec->arena,
        .findings = spec->findings,
        .lookups = spec->lookups,
        .from_zone = spec->system->zone,
        .to_zone = spec->system->zone,
        .scopes = PLACES[place].scopes | (has_session ? BIT(SG_SCOPE_SESSION) : 0),
        .where = PLACES[place].where,
        .is_loose = is_loose && is_theirs(place),
        .read = place == SG_SPEC_RECORD ? spec->reads : read, /* a record's are kept */
    };
}

void sg_spec_rule(const struct sg_spec *spec, enum sg_spec_place place, const struct sg_yaml *yaml,
                  const struct sg_rule **out)
{
    struct sg_sources read = {0};
    const struct sg_rule_context in = context(spec, place, &read);

    if (yaml == NULL)
        return;
    sg_spec_said(sg_rule_compile(&in, yaml, out));
    sg_login_spec_check_sources(spec, place, yaml, &read);
}

void sg_spec_rule_set(const struct sg_spec *spec, enum sg_spec_place place,
                      const struct sg_yaml *yaml, const struct sg_rule **out)
{
    struct sg_sources read = {0};
    const struct sg_rule_context in = context(spec, place, &read);

    if (yaml == NULL)
        return;
    sg_spec_said(sg_rule_compile_set(&in, yaml, out));
    sg_login_spec_check_sources(spec, place, yaml, &read);
}

void sg_spec_source(const struct sg_spec *spec, enum sg_spec_place place,
                    const struct sg_yaml *yaml, const struct sg_rule **out)
{
    const struct sg_rule_context in = context(spec, place, NULL);

    if (yaml != NULL)
        sg_spec_said(sg_rule_compile_source(&in, yaml, out));
}

void sg_spec_condition(const struct sg_spec *spec, enum sg_spec_place place,
                       const struct sg_yaml *yaml, const struct sg_condition **out)
{
    const struct sg_rule_context in = context(spec, place, NULL);

    if (yaml != NULL)
        sg_spec_said(sg_condition_compile(&in, yaml, out));
}

void sg_spec_path(const struct sg_spec *spec, enum sg_spec_place place, const struct sg_yaml *yaml,
                  const struct sg_rule **out)
{
    struct sg_sources read = {0};
    const struct sg_rule_context in = context(spec, place, &read);

    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_TEXT, spec->findings))
        return;
    if (sg_secrets_has_reference(yaml->text))
        (void)sg_findings_add(spec->findings, yaml->at, "a secret never stands in a path");
    else if (!sg_str_starts(yaml->text, "/"))
        (void)sg_findings_add(spec->findings, yaml->at,
                              "a path starts with `/`; it is added to `url`");
    else
        sg_spec_said(sg_rule_compile_template(&in, yaml, true, out));
    for (const struct sg_source *source = read.first; source != NULL; source = source->next)
        if (source->scope == SG_SCOPE_SESSION)
            (void)sg_findings_add(spec->findings, yaml->at, "a secret never stands in a path");
}

void sg_spec_named_rules(const struct sg_spec *spec, enum sg_spec_place place,
                         const struct sg_yaml *yaml, const struct sg_named_rule **out)
{
    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_MAP, spec->findings))
        return;
    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next) {
        struct sg_named_rule *named = sg_arena_get(spec->arena, 1, sizeof *named);

        named->name = entry->key;
        sg_spec_rule(spec, place, entry, &named->rule);
        *out = named;
        out = &named->next;
    }
}

static bool is_text(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_TEXT, spec->findings))
        return false;
    if (yaml->text.length > 0)
        return true;
    return sg_findings_add(spec->findings, yaml->at, "a text is expected, and it is empty");
}

void sg_spec_text(const struct sg_spec *spec, const struct sg_yaml *yaml, struct sg_str *out)
{
    if (is_text(spec, yaml))
        sg_spec_said(sg_secrets_expand(spec->secrets, spec->arena, yaml->text, yaml->at, out,
                                       spec->findings));
}

void sg_spec_word(const struct sg_spec *spec, const struct sg_yaml *yaml, struct sg_str *out)
{
    if (!is_text(spec, yaml))
        return;
    if (sg_secrets_has_reference(yaml->text))
        (void)sg_findings_add(spec->findings, yaml->at, "no secret may stand here");
    else
        *out = yaml->text;
}

void sg_spec_url(const struct sg_spec *spec, const struct sg_yaml *yaml, struct sg_str *out)
{
    sg_spec_text(spec, yaml, out);
    const bool is_https = sg_str_starts(*out, "https://");

    if (!is_https && !sg_str_starts(*out, "http://")) {
        if (out->length == 0 || sg_secrets_has_reference(*out))
            return;
        *out = (struct sg_str){0};
        (void)sg_findings_add(spec->findings, yaml->at, "a url starts with http:// or https://");
        return;
    }
    struct sg_str host = sg_str_skip(*out, is_https ? sizeof "https://" - 1 : sizeof "http://" - 1);
    const char *slash = host.length == 0 ? NULL : memchr(host.at, '/', host.length);

    if (slash != NULL)
        host.length = (size_t)(slash - host.at);
    if (sg_str_count(host, '@') > 0)
        (void)sg_findings_add(spec->findings, yaml->at, "user and password belong to `auth`");
}

void sg_spec_secret(const struct sg_spec *spec, const struct sg_yaml *yaml, struct sg_str *out)
{
    if (yaml == NULL)
        return;
    if (yaml->kind == SG_YAML_TEXT && sg_secrets_is_reference(yaml->text))
        sg_spec_text(spec, yaml, out);
    else
        (void)sg_findings_add(spec->findings, yaml->at,
                              "a secret is never in clear: ${env:NAME} or ${file:PATH}");
}

static bool is_map_or_list(const struct sg_yaml *yaml)
{
    return yaml->kind == SG_YAML_MAP || yaml->kind == SG_YAML_LIST;
}

void sg_spec_duration(const struct sg_spec *spec, const struct sg_yaml *yaml, int64_t *ms)
{
    if (yaml != NULL && (is_map_or_list(yaml) || !sg_units_duration_ms(yaml->text, ms)))
        (void)sg_findings_add(spec->findings, yaml->at,
                              "a duration is expected, such as 500ms, 30s, 5m, 2h or 1d");
}

void sg_spec_period(const struct sg_spec *spec, const struct sg_yaml *yaml, int64_t *ms)
{
    int64_t given = -1; /* stays so when it is none, which is said already */

    sg_spec_duration(spec, yaml, &given);
    if (given == 0)
        (void)sg_findings_add(spec->findings, yaml->at,
                              "a duration longer than nothing is expected");
    else if (given > 0)
        *ms = given;
}

void sg_spec_size(const struct sg_spec *spec, const struct sg_yaml *yaml, int64_t *bytes)
{
    int64_t given = 0;

    if (yaml == NULL)
        return;
    if (!is_map_or_list(yaml) && sg_units_size_bytes(yaml->text, &given) && given > 0)
        *bytes = given;
    else
        (void)sg_findings_add(spec->findings, yaml->at, "a size is expected, such as 512KB or 8MB");
}

void sg_spec_integer(const struct sg_spec *spec, const struct sg_yaml *yaml, int64_t least,
                     int64_t most, int64_t *out)
{
    int64_t number = 0;

    if (yaml == NULL)
        return;
    if (yaml->kind == SG_YAML_NUMBER && sg_units_integer(yaml->text, &number) && number >= least &&
        number <= most)
        *out = number;
    else
        (void)sg_findings_add(spec->findings, yaml->at,
                              "a whole number from %lld to %lld is expected", (long long)least,
                              (long long)most);
}

void sg_spec_flag(const struct sg_spec *spec, const struct sg_yaml *yaml, bool *out)
{
    if (yaml == NULL)
        return;
    if (yaml->kind == SG_YAML_BOOLEAN)
        *out = sg_str_is(yaml->text, "true");
    else
        (void)sg_findings_add(spec->findings, yaml->at, "true or false is expected");
}

void sg_spec_pointer(const struct sg_spec *spec, const struct sg_yaml *yaml,
                     const struct sg_pointer **out)
{
    struct sg_error err;

    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_TEXT, spec->findings))
        return;
    if (!sg_pointer_compile(spec->arena, yaml->text, yaml->at, out, &err))
        (void)sg_findings_add(spec->findings, err.at, "%s", err.text);
}

void sg_spec_key_pointer(const struct sg_spec *spec, const struct sg_yaml *entry,
                         const struct sg_pointer **out)
{
    struct sg_error err;

    if (!sg_pointer_compile(spec->arena, entry->key, entry->key_at, out, &err))
        (void)sg_findings_add(spec->findings, err.at, "%s", err.text);
}

void sg_spec_loosen(const struct sg_spec *spec, const struct sg_pointer **pointer)
{
    if (*pointer != NULL && spec->record->view.is_loose)
        *pointer = sg_pointer_loose(spec->arena, *pointer);
}

bool sg_spec_choice(const struct sg_spec *spec, const struct sg_yaml *yaml,
                    const struct sg_str *words, size_t count, size_t *out)
{
    struct sg_buffer all = {.arena = spec->arena};

    if (yaml == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (yaml->kind == SG_YAML_TEXT && sg_str_equal(yaml->text, words[i])) {
            *out = i;
            return true;
        }
        sg_buffer_add_format(&all, "%s%.*s", i == 0 ? "" : ", ", SG_STR_ARG(words[i]));
    }
    if (is_map_or_list(yaml))
        return sg_findings_add(spec->findings, yaml->at, "one of %s is expected",
                               sg_buffer_c(&all));
    for (size_t i = 0; i < count; i++)
        if (sg_str_equal(yaml->text, words[i]))
            return sg_findings_add(spec->findings, yaml->at,
                                   "a text is expected; quote it: \"%.*s\"",
                                   SG_STR_ARG(yaml->text));
    return sg_findings_add(spec->findings, yaml->at, "`%.*s` is not one of %s",
                           SG_STR_ARG(yaml->text), sg_buffer_c(&all));
}

const char *sg_spec_suggest(const struct sg_spec *spec, struct sg_str wrong,
                            const struct sg_yaml *map)
{
    const struct sg_yaml *entry = map == NULL ? NULL : map->first;
    struct sg_str *names = sg_arena_get(spec->arena, map == NULL ? 0 : map->count, sizeof *names);
    size_t count = 0;

    for (; entry != NULL; entry = entry->next)
        names[count++] = entry->key;
    return sg_suggest_ending(spec->arena, wrong, names, count);
}

bool sg_spec_map(const struct sg_spec *spec, const struct sg_yaml *yaml, const struct sg_str *words,
                 size_t count)
{
    if (!sg_yaml_expect(yaml, SG_YAML_MAP, spec->findings))
        return false;
    (void)sg_yaml_check_keys(yaml, words, count, spec->findings);
    return true;
}

const struct sg_yaml *sg_spec_need(const struct sg_spec *spec, const struct sg_yaml *map,
                                   const char *owner, const char *key)
{
    const struct sg_yaml *found = sg_yaml_find(map, key);

    if (found == NULL)
        (void)sg_findings_add(spec->findings, map->key_at, "`%s` needs `%s`", owner, key);
    return found;
}

bool sg_spec_may_speak(const struct sg_spec *spec, enum sg_format format)
{
    return !spec->has_format || spec->system->format == format;
}

void sg_spec_refuse_without_soap(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    if (yaml != NULL && !sg_spec_may_speak(spec, SG_FORMAT_SOAP))
        (void)sg_findings_add(spec->findings, yaml->key_at,
                              "`%.*s` is for `format: soap`, and this system's is another",
                              SG_STR_ARG(yaml->key));
}

void sg_spec_names(const struct sg_spec *spec, const struct sg_yaml *yaml, bool *is_loose)
{
    static const struct sg_str names[] = {SG_STR_INIT("exact"), SG_STR_INIT("loose")};
    size_t choice = 0;

    if (sg_spec_choice(spec, yaml, SG_SPEC_WORDS(names), &choice))
        *is_loose = choice == 1;
}

/* "stuf:Create" needs the prefix `stuf` among `namespaces`, else what we write is no XML. */
static void check_prefix(const struct sg_spec *spec, const struct sg_yaml *yaml,
                         struct sg_str prefix)
{
    const struct sg_xml_names names = spec->system->names;

    for (size_t i = 0; i < names.count; i++)
        if (sg_str_equal(names.declared[i].prefix, prefix))
            return;
    (void)sg_findings_add(spec->findings, yaml->at, "the prefix `%.*s` is not among `namespaces`",
                          SG_STR_ARG(prefix));
}

void sg_spec_element(const struct sg_spec *spec, const struct sg_yaml *yaml, struct sg_str *out)
{
    sg_spec_word(spec, yaml, out);
    if (out->length == 0)
        return;
    const char *colon = memchr(out->at, ':', out->length);
    const struct sg_str prefix = {out->at, colon == NULL ? 0 : (size_t)(colon - out->at)};

    if (!sg_xml_is_name(colon == NULL ? *out : sg_str_skip(*out, prefix.length + 1)))
        (void)sg_findings_add(spec->findings, yaml->at, "`%.*s` cannot be the name of an element",
                              SG_STR_ARG(*out));
    else if (colon != NULL)
        check_prefix(spec, yaml, prefix);
}

bool sg_spec_check_name(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    return sg_name_is_allowed(yaml->key) ||
           sg_findings_add(spec->findings, yaml->key_at, SG_NAME_RULE);
}
