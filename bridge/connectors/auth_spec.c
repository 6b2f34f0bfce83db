/* `auth`: how we show who we are. */
#include "connectors/spec.h"

static void compile_basic(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {SG_STR_INIT("user"), SG_STR_INIT("password")};

    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    spec->system->auth = SG_AUTH_BASIC;
    sg_spec_text(spec, sg_spec_need(spec, yaml, "basic", "user"), &spec->system->user);
    sg_spec_secret(spec, sg_spec_need(spec, yaml, "basic", "password"), &spec->system->password);
}

static void compile_wsse(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {SG_STR_INIT("user"), SG_STR_INIT("password"),
                                         SG_STR_INIT("digest"), SG_STR_INIT("expires")};

    sg_spec_refuse_without_soap(spec, yaml);
    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    spec->system->auth = SG_AUTH_WSSE;
    sg_spec_text(spec, sg_spec_need(spec, yaml, "wsse", "user"), &spec->system->user);
    sg_spec_secret(spec, sg_spec_need(spec, yaml, "wsse", "password"), &spec->system->password);
    sg_spec_flag(spec, sg_yaml_find(yaml, "digest"), &spec->system->is_digest);
    sg_spec_duration(spec, sg_yaml_find(yaml, "expires"), &spec->system->expires_ms);
}

static void compile_bearer(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    spec->system->auth = SG_AUTH_BEARER;
    sg_spec_secret(spec, yaml, &spec->system->password);
}

void sg_auth_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {SG_STR_INIT("basic"), SG_STR_INIT("bearer"),
                                         SG_STR_INIT("wsse"), SG_STR_INIT("oauth2")};

    if (yaml == NULL || (yaml->kind == SG_YAML_TEXT && sg_str_is(yaml->text, "none")))
        return;
    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    if (yaml->count != 1)
        (void)sg_findings_add(spec->findings, yaml->at,
                              "`auth` is none, or has one of basic, bearer, wsse, oauth2");
    if (sg_yaml_find(yaml, "basic") != NULL)
        compile_basic(spec, sg_yaml_find(yaml, "basic"));
    if (sg_yaml_find(yaml, "bearer") != NULL)
        compile_bearer(spec, sg_yaml_find(yaml, "bearer"));
    if (sg_yaml_find(yaml, "wsse") != NULL)
        compile_wsse(spec, sg_yaml_find(yaml, "wsse"));
    if (sg_yaml_find(yaml, "oauth2") != NULL)
        sg_oauth2_spec_compile(spec, sg_yaml_find(yaml, "oauth2"));
}
