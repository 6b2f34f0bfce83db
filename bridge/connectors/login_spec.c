/* `login` and `oauth2`: how a session begins, and what may be said of it elsewhere. */
#include "base/suggest.h"
#include "connectors/placeholder.h"
#include "connectors/spec.h"
#include "tree/form.h"

/* --- what it gives --- */

/* What requests are built with; the login itself is none of them. */
static void make_placeholders(const struct sg_spec *spec, const struct sg_login_spec *login)
{
    struct sg_system *system = spec->system;
    struct sg_node *values = sg_node_new(spec->arena, SG_NODE_OBJECT);

    if (login->gives == NULL)
        return; /* its cookies are all */
    system->session_mark = sg_placeholder_mark(spec->arena);
    for (const struct sg_named_rule *named = login->gives; named != NULL; named = named->next) {
        struct sg_str stands = sg_placeholder_of(spec->arena, system->session_mark, named->name);

        (void)sg_node_add(values, named->name, sg_node_text(spec->arena, stands));
    }
    system->session_values = values;
}

static void compile_gives(const struct sg_spec *spec, const struct sg_yaml *yaml,
                          struct sg_login_spec *login)
{
    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_MAP, spec->findings))
        return;
    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next)
        (void)sg_spec_check_name(spec, entry);
    sg_spec_named_rules(spec, SG_SPEC_SESSION, yaml, &login->gives);
    make_placeholders(spec, login);
}

static void compile_answers(const struct sg_spec *spec, const struct sg_yaml *yaml,
                            struct sg_login_spec *login)
{
    const struct sg_yaml *entry = yaml == NULL ? NULL : yaml->first;

    sg_answers_spec_compile(spec, yaml, &login->answers);
    for (const struct sg_answer_rule *rule = login->answers; rule != NULL && entry != NULL;
         rule = rule->next, entry = entry->next)
        if (rule->is == SG_OUTCOME_LOGIN)
            (void)sg_findings_add(spec->findings, sg_yaml_find(entry, "is")->at,
                                  "a login that asks for a login: say `temporary` or `permanent`");
}

/* --- the two ways --- */

static struct sg_login_spec *begin(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    struct sg_login_spec *login = sg_arena_get(spec->arena, 1, sizeof *login);

    if (spec->system->login != NULL)
        (void)sg_findings_add(spec->findings, yaml->key_at,
                              "`auth: {oauth2: …}` is a login already; a system has one");
    spec->system->login = login;
    return login;
}

void sg_login_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {SG_STR_INIT("request"), SG_STR_INIT("gives"),
                                         SG_STR_INIT("lasts"), SG_STR_INIT("answers")};

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    struct sg_login_spec *login = begin(spec, yaml);

    sg_request_spec_compile(spec, SG_SPEC_LOGIN, sg_spec_need(spec, yaml, "login", "request"),
                            &login->request);
    sg_spec_period(spec, sg_yaml_find(yaml, "lasts"), &login->lasts_ms);
    compile_answers(spec, sg_yaml_find(yaml, "answers"), login);
    compile_gives(spec, sg_yaml_find(yaml, "gives"), login);
}

static struct sg_str form_encoded(const struct sg_spec *spec, struct sg_str text)
{
    struct sg_buffer out = {.arena = spec->arena};

    sg_form_encode(&out, text);
    return sg_buffer_text(&out);
}

/* Whom a token is asked of: a server that speaks JSON and knows us by Basic, both halves of which
 * are form-encoded (RFC 6749, section 2.3.1). */
static struct sg_system *new_token_server(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    struct sg_system *server = sg_arena_get(spec->arena, 1, sizeof *server);
    const struct sg_yaml *url = sg_spec_need(spec, yaml, "oauth2", "token_url");

    sg_spec_url(spec, url, &server->url);
    sg_spec_text(spec, sg_spec_need(spec, yaml, "oauth2", "client_id"), &server->user);
    sg_spec_secret(spec, sg_spec_need(spec, yaml, "oauth2", "client_secret"), &server->password);
    server->user = form_encoded(spec, server->user);
    server->password = form_encoded(spec, server->password);
    server->format = SG_FORMAT_JSON;
    server->zone = spec->system->zone;
    server->auth = SG_AUTH_BASIC;
    return server;
}

void sg_oauth2_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {SG_STR_INIT("token_url"), SG_STR_INIT("client_id"),
                                         SG_STR_INIT("client_secret"), SG_STR_INIT("scope")};

    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    struct sg_login_spec *login = begin(spec, yaml);

    spec->system->auth = SG_AUTH_OAUTH2;
    login->is_oauth2 = true;
    login->door = new_token_server(spec, yaml);
    sg_spec_text(spec, sg_yaml_find(yaml, "scope"), &login->scope);
}

/* A login is asked without what is for a session; of an authorization server, by our certificate. */
void sg_login_spec_finish(const struct sg_spec *spec)
{
    const struct sg_system *system = spec->system;

    if (system->login == NULL)
        return;
    struct sg_login_spec *login = sg_arena_get(spec->arena, 1, sizeof *login);
    struct sg_system *door = sg_arena_get(spec->arena, 1, sizeof *door);

    *login = *system->login;
    *door = login->is_oauth2 ? *login->door : *system;
    door->name = system->name;
    door->limits = system->limits;
    door->tls_ca = system->tls_ca;
    door->tls_cert = system->tls_cert;
    door->tls_key = system->tls_key;
    door->login = NULL;
    door->session_mark = (struct sg_str){0};
    door->session_values = NULL;
    door->always_query = door->always_headers = NULL;
    door->always_set = door->always_soap_header = NULL;
    login->door = door;
    spec->system->login = login;
}

/* --- where rules speak of it --- */

static void report_unknown(const struct sg_spec *spec, const struct sg_source *source)
{
    const struct sg_node *given = spec->system->session_values; /* not empty: it is a scope here */
    const struct sg_str wrong = sg_str_skip(sg_pointer_text(source->pointer), 1);
    struct sg_str *names = sg_arena_get(spec->arena, given->count, sizeof *names);
    size_t count = 0;

    for (const struct sg_node *value = given->first; value != NULL; value = value->next)
        names[count++] = value->name;
    const struct sg_str *meant = sg_suggest(wrong, names, count);

    (void)sg_findings_add(spec->findings, source->at,
                          "`login` gives no `%.*s`; %s `session:/%.*s`%s", SG_STR_ARG(wrong),
                          meant != NULL ? "did you mean" : "there is",
                          SG_STR_ARG(meant != NULL ? *meant : names[0]), meant != NULL ? "?" : "");
}

static bool speaks_of_session(struct sg_str text)
{
    bool is_any = sg_str_starts(text, "session:/"); /* a source; or inside a template */

    for (size_t i = 0; i < text.length && !is_any; i++)
        is_any = sg_str_starts(sg_str_skip(text, i), "{session:/");
    return is_any;
}

/* In a request a placeholder stands for the value, which is put in when it is sent: nothing can be
 * asked of it or made from it before. `always` is asked only then. */
static void refuse_use(const struct sg_spec *spec, const struct sg_yaml *yaml, bool is_used)
{
    if (is_used && yaml->kind == SG_YAML_TEXT && speaks_of_session(yaml->text))
        (void)sg_findings_add(spec->findings, yaml->at,
                              "a request's `session:` is put in as it is, when it is sent; only "
                              "`always` can ask for it or change it");
    is_used = is_used || (yaml->kind == SG_YAML_MAP && sg_yaml_find(yaml, "with") != NULL);
    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next)
        refuse_use(spec, entry,
                   is_used || sg_str_is(entry->key, "when") || sg_str_is(entry->key, "where"));
}

void sg_login_spec_check_sources(const struct sg_spec *spec, enum sg_spec_place place,
                                 const struct sg_yaml *yaml, const struct sg_sources *sources)
{
    bool is_any = false;

    for (const struct sg_source *source = sources->first; source != NULL; source = source->next) {
        if (source->scope != SG_SCOPE_SESSION)
            continue;
        is_any = true;
        if (sg_node_find(spec->system->session_values,
                         sg_str_skip(sg_pointer_text(source->pointer), 1)) == NULL)
            report_unknown(spec, source);
    }
    if (is_any && place != SG_SPEC_ALWAYS)
        refuse_use(spec, yaml, false);
}
