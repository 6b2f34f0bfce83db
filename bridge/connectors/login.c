#include "connectors/login.h"

#include "base/mask.h"
#include "base/units.h"
#include "connectors/header.h"
#include "connectors/request.h"

enum { EXPIRY_MARGIN_MS = 60 * 1000, EXPIRY_MAX_S = 366 * 24 * 3600 };

/* --- asking --- */

/* RFC 6749, section 4.4.2; who we are stands in `Authorization` (section 2.3.1). */
static void ask_for_token(const struct sg_login_spec *spec, struct sg_arena *arena,
                          struct sg_request *out)
{
    struct sg_node *form = sg_node_new(arena, SG_NODE_OBJECT);

    (void)sg_node_add(form, SG_STR("grant_type"),
                      sg_node_text(arena, SG_STR("client_credentials")));
    if (spec->scope.length > 0)
        (void)sg_node_add(form, SG_STR("scope"), sg_node_text(arena, spec->scope));
    *out = (struct sg_request){.method = SG_METHOD_POST, .body = SG_BODY_FORM, .content = form};
}

bool sg_login_request(const struct sg_login_spec *spec, struct sg_arena *arena, int64_t now_ms,
                      struct sg_request *out, struct sg_error *err)
{
    struct sg_rule_run run = {.arena = arena};

    if (spec->is_oauth2) {
        ask_for_token(spec, arena, out);
        return true;
    }
    run.scopes.at[SG_SCOPE_NOW] = sg_request_now(arena, now_ms);
    return sg_request_build(spec->door, &spec->request, &run, out) || sg_request_error(&run, err);
}

/* --- what the answer gives --- */

static void refuse(struct sg_login *out, struct sg_str said)
{
    *out = (struct sg_login){.end = SG_LOGIN_REFUSED, .said = said};
}

static struct sg_str text_at(const struct sg_node *object, struct sg_str name)
{
    struct sg_str text = {0};

    return sg_node_as_text(sg_node_find(object, name), &text) ? text : (struct sg_str){0};
}

/* A little before the end that it was told, so that no call meets it: a tenth, a minute at most. */
static int64_t ends_at_ms(const struct sg_node *tree, int64_t asked_ms)
{
    int64_t seconds = 0;

    if (!sg_units_integer(text_at(tree, SG_STR("expires_in")), &seconds) || seconds <= 0)
        return 0;
    if (seconds > EXPIRY_MAX_S)
        seconds = EXPIRY_MAX_S;
    const int64_t tenth_ms = seconds * 100;

    return asked_ms + seconds * 1000 - (tenth_ms < EXPIRY_MARGIN_MS ? tenth_ms : EXPIRY_MARGIN_MS);
}

/* RFC 6749, section 5.1. */
static void take_token(const struct sg_node *tree, int64_t asked_ms, struct sg_login *out)
{
    const struct sg_str type = text_at(tree, SG_STR("token_type"));

    out->session.token = text_at(tree, SG_STR("access_token"));
    out->ends_at_ms = ends_at_ms(tree, asked_ms);
    if (out->session.token.length == 0 || !sg_header_is_value(out->session.token))
        refuse(out, SG_STR("no `access_token` that could be sent is in the answer"));
    else if (!sg_str_equal_loose(type, SG_STR("Bearer")))
        refuse(out, SG_STR("`token_type` is not Bearer, the only one that is known"));
}

/* RFC 6749, section 5.2: the code, and words for a person. */
static struct sg_str words_of_refusal(const struct sg_node *tree, struct sg_arena *arena,
                                      struct sg_str said)
{
    const struct sg_str code = text_at(tree, SG_STR("error"));
    const struct sg_str words = text_at(tree, SG_STR("error_description"));

    if (code.length == 0)
        return said;
    return sg_mask_text(arena, sg_str_format(arena, "%.*s%s%.*s", SG_STR_ARG(code),
                                             words.length > 0 ? ": " : "", SG_STR_ARG(words)));
}

static void take_values(const struct sg_login_spec *spec, const struct sg_reply *reply,
                        const struct sg_node *tree, struct sg_arena *arena, struct sg_login *out)
{
    struct sg_node *values = sg_node_new(arena, SG_NODE_OBJECT);
    struct sg_rule_run run = {.arena = arena};

    run.scopes.at[SG_SCOPE_HAND] = tree;
    run.scopes.at[SG_SCOPE_HEADERS] = sg_header_tree(arena, reply->headers, reply->header_count);
    out->session.values = values;
    for (const struct sg_named_rule *named = spec->gives; named != NULL; named = named->next) {
        struct sg_str value = {0};

        if (!sg_rule_run_text(named->rule, &run, &value)) {
            refuse(out, run.problems != NULL ? run.problems->text : run.ignored);
            return;
        }
        if (!sg_header_is_value(value)) { /* it may go into a header: it must not make two of it */
            refuse(out, sg_str_format(arena, "`%.*s` holds a line end or control character",
                                      SG_STR_ARG(named->name)));
            return;
        }
        if (value.length > 0) /* copies: the session may outlive its file */
            (void)sg_node_add(values, sg_str_copy(arena, named->name),
                              sg_node_text(arena, sg_str_copy(arena, value)));
    }
}

void sg_login_take(const struct sg_login_spec *spec, const struct sg_reply *reply, int64_t asked_ms,
                   struct sg_arena *arena, struct sg_login *out)
{
    struct sg_answer answer;

    sg_answer_judge(&(struct sg_exchange){spec->door, NULL, reply, asked_ms}, SG_CALL_LOGIN,
                    spec->answers, arena, &answer);
    *out = (struct sg_login){.said = answer.said, .retry_after_ms = answer.retry_after_ms};
    switch (answer.outcome) {
    case SG_OUTCOME_SUCCESS:
    case SG_OUTCOME_EXISTS:
        out->ends_at_ms = spec->lasts_ms > 0 ? asked_ms + spec->lasts_ms : 0;
        if (spec->is_oauth2)
            take_token(answer.tree, asked_ms, out);
        else
            take_values(spec, reply, answer.tree, arena, out);
        break;
    case SG_OUTCOME_NONE:
    case SG_OUTCOME_PERMANENT:
    case SG_OUTCOME_LOGIN:
        out->end = SG_LOGIN_REFUSED;
        if (spec->is_oauth2)
            out->said = words_of_refusal(answer.tree, arena, answer.said);
        break;
    case SG_OUTCOME_DEFAULT:
    case SG_OUTCOME_TEMPORARY:
    case SG_OUTCOME_UNKNOWN:
        out->end = SG_LOGIN_WAIT;
        break;
    }
}

/* --- in tests --- */

const struct sg_session *sg_login_shown(const struct sg_system *system, struct sg_arena *arena)
{
    if (system->login == NULL)
        return NULL;
    struct sg_session *session = sg_arena_get(arena, 1, sizeof *session);
    struct sg_node *values = sg_node_new(arena, SG_NODE_OBJECT);

    for (const struct sg_named_rule *named = system->login->gives; named != NULL;
         named = named->next) {
        struct sg_str itself = sg_str_format(arena, "session:/%.*s", SG_STR_ARG(named->name));

        (void)sg_node_add(values, named->name, sg_node_text(arena, itself));
    }
    *session = (struct sg_session){.values = values, .token = SG_STR("access_token")};
    return session;
}
