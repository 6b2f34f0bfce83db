/* `answers`: what a system's replies mean. */
#include "connectors/spec.h"

#include "base/units.h"

/* In the order of enum sg_outcome, whose first is "only `say`". */
static const struct sg_str OUTCOMES[] = {
    SG_STR_INIT(""),        SG_STR_INIT("success"),   SG_STR_INIT("none"),
    SG_STR_INIT("exists"),  SG_STR_INIT("temporary"), SG_STR_INIT("permanent"),
    SG_STR_INIT("unknown"), SG_STR_INIT("login"),
};

const char *sg_outcome_name(enum sg_outcome outcome)
{
    return OUTCOMES[outcome].at;
}

bool sg_outcome_compile(const struct sg_spec *spec, const struct sg_yaml *yaml,
                        enum sg_outcome *out)
{
    if (yaml == NULL)
        return false;
    if (yaml->kind == SG_YAML_TEXT && sg_str_is(yaml->text, "login") && spec->system->login == NULL)
        return sg_findings_add(spec->findings, yaml->at,
                               "`login` is for a system with `login` or `auth: {oauth2: …}`");
    for (size_t i = 1; i < sizeof OUTCOMES / sizeof OUTCOMES[0]; i++)
        if (yaml->kind == SG_YAML_TEXT && sg_str_equal(yaml->text, OUTCOMES[i])) {
            *out = (enum sg_outcome)i;
            return true;
        }
    return sg_findings_add(spec->findings, yaml->at,
                           "`%.*s` is no outcome; one of success, none, exists, login, temporary, "
                           "permanent, unknown",
                           SG_STR_ARG(yaml->text));
}

/* `404`, or `4xx`, which is kept as 4. */
static bool read_status(const struct sg_spec *spec, const struct sg_yaml *yaml, int *out)
{
    int64_t code = 0;

    if (yaml->kind == SG_YAML_NUMBER && sg_units_integer(yaml->text, &code) && code >= 100 &&
        code <= 599) {
        *out = (int)code;
        return true;
    }
    if (yaml->kind == SG_YAML_TEXT && yaml->text.length == 3 && yaml->text.at[0] >= '1' &&
        yaml->text.at[0] <= '5' && sg_str_is(sg_str_skip(yaml->text, 1), "xx")) {
        *out = yaml->text.at[0] - '0';
        return true;
    }
    return sg_findings_add(spec->findings, yaml->at,
                           "a status is a number from 100 to 599, or 1xx to 5xx");
}

static void compile_statuses(const struct sg_spec *spec, const struct sg_yaml *yaml, bool has_is,
                             struct sg_answer_rule *out)
{
    const bool is_list = yaml->kind == SG_YAML_LIST;
    const struct sg_yaml *entry = is_list ? yaml->first : yaml;
    int *statuses = sg_arena_get(spec->arena, is_list ? yaml->count : 1, sizeof *statuses);

    if (is_list && yaml->count == 0)
        (void)sg_findings_add(spec->findings, yaml->at, "the list of statuses is empty");
    for (; entry != NULL; entry = is_list ? entry->next : NULL) {
        int *status = &statuses[out->status_count];

        if (!read_status(spec, entry, status))
            continue;
        out->status_count++;
        if (*status == 4 && has_is)
            (void)sg_findings_add(spec->findings, entry->at,
                                  "`4xx` with `is` would take in 401, 408, 425 and 429, which "
                                  "pass; name the codes");
    }
    out->statuses = statuses;
}

static void compile_answer(const struct sg_spec *spec, const struct sg_yaml *yaml,
                           struct sg_answer_rule *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("status"), SG_STR_INIT("fault"),
                                         SG_STR_INIT("when"), SG_STR_INIT("is"),
                                         SG_STR_INIT("say")};

    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    const struct sg_yaml *status = sg_yaml_find(yaml, "status");
    const struct sg_yaml *fault = sg_yaml_find(yaml, "fault");
    const struct sg_yaml *when = sg_yaml_find(yaml, "when");
    const struct sg_yaml *is = sg_yaml_find(yaml, "is");
    const struct sg_yaml *say = sg_yaml_find(yaml, "say");

    if (status == NULL && fault == NULL && when == NULL)
        (void)sg_findings_add(spec->findings, yaml->at,
                              "an answer is told by `status`, `fault` or `when`");
    if (is == NULL && say == NULL)
        (void)sg_findings_add(spec->findings, yaml->at,
                              "what does this answer mean? give `is`, `say` or both");
    if (status != NULL)
        compile_statuses(spec, status, is != NULL, out);
    sg_spec_refuse_without_soap(spec, fault);
    sg_spec_word(spec, fault, &out->fault);
    sg_spec_condition(spec, SG_SPEC_ANSWER, when, &out->when);
    (void)sg_outcome_compile(spec, is, &out->is);
    sg_spec_rule(spec, SG_SPEC_ANSWER, say, &out->say);
}

void sg_answers_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml,
                             const struct sg_answer_rule **out)
{
    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_LIST, spec->findings))
        return;
    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next) {
        struct sg_answer_rule *answer = sg_arena_get(spec->arena, 1, sizeof *answer);

        compile_answer(spec, entry, answer);
        *out = answer;
        out = &answer->next;
    }
}
