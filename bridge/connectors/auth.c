#include "connectors/auth.h"

#include "base/hash.h"
#include "mapping/date.h"
#include "tree/xml.h"

#define WSS "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"

struct sg_str sg_auth_header(const struct sg_system *system, const struct sg_session *session,
                             struct sg_arena *arena)
{
    struct sg_str pair;

    switch (system->auth) {
    case SG_AUTH_BASIC:
        pair = sg_str_format(arena, "%.*s:%.*s", SG_STR_ARG(system->user),
                             SG_STR_ARG(system->password));
        pair = sg_base64(arena, pair);
        return sg_str_format(arena, "Basic %.*s", SG_STR_ARG(pair));
    case SG_AUTH_BEARER:
        return sg_str_format(arena, "Bearer %.*s", SG_STR_ARG(system->password));
    case SG_AUTH_OAUTH2:
        if (session != NULL)
            return sg_str_format(arena, "Bearer %.*s", SG_STR_ARG(session->token));
        break;
    case SG_AUTH_NONE:
    case SG_AUTH_WSSE:
        break;
    }
    return (struct sg_str){0};
}

static void write_timestamp(struct sg_buffer *out, const struct sg_system *system, int64_t now_ms)
{
    struct sg_str created = sg_date_write_iso_utc(out->arena, now_ms);
    struct sg_str expires = sg_date_write_iso_utc(out->arena, now_ms + system->expires_ms);

    sg_buffer_add(out, SG_STR("<wsu:Timestamp><wsu:Created>"));
    sg_buffer_add(out, created);
    sg_buffer_add(out, SG_STR("</wsu:Created><wsu:Expires>"));
    sg_buffer_add(out, expires);
    sg_buffer_add(out, SG_STR("</wsu:Expires></wsu:Timestamp>"));
}

static struct sg_str digest_of(struct sg_arena *arena, struct sg_str nonce, struct sg_str created,
                               struct sg_str password)
{
    struct sg_buffer bytes = {.arena = arena};
    unsigned char sum[20];

    sg_buffer_add(&bytes, nonce);
    sg_buffer_add(&bytes, created);
    sg_buffer_add(&bytes, password);
    sg_sha1_of(sg_buffer_text(&bytes), sum);
    return sg_base64(arena, (struct sg_str){(const char *)sum, sizeof sum});
}

static void write_digest(struct sg_buffer *out, const struct sg_system *system, struct sg_str nonce,
                         int64_t now_ms)
{
    struct sg_str created = sg_date_write_iso_utc(out->arena, now_ms);
    struct sg_str digest = digest_of(out->arena, nonce, created, system->password);
    struct sg_str nonce64 = sg_base64(out->arena, nonce);

    sg_buffer_add(
        out, SG_STR("<wsse:Password Type=\"" WSS "username-token-profile-1.0#PasswordDigest\">"));
    sg_buffer_add(out, digest);
    sg_buffer_add(out, SG_STR("</wsse:Password><wsse:Nonce EncodingType=\"" WSS
                              "soap-message-security-1.0#Base64Binary\">"));
    sg_buffer_add(out, nonce64);
    sg_buffer_add(out, SG_STR("</wsse:Nonce><wsu:Created>"));
    sg_buffer_add(out, created);
    sg_buffer_add(out, SG_STR("</wsu:Created>"));
}

void sg_auth_write_wsse(struct sg_buffer *out, const struct sg_system *system, const char *soap,
                        const unsigned char nonce[SG_AUTH_NONCE_BYTES], int64_t now_ms)
{
    sg_buffer_add(out, SG_STR("<wsse:Security xmlns:wsse=\"" WSS "wssecurity-secext-1.0.xsd\" "
                              "xmlns:wsu=\"" WSS "wssecurity-utility-1.0.xsd\" "));
    sg_buffer_add(out, sg_str_of(soap));
    sg_buffer_add(out, SG_STR(":mustUnderstand=\"1\">"));
    if (system->expires_ms > 0)
        write_timestamp(out, system, now_ms);
    sg_buffer_add(out, SG_STR("<wsse:UsernameToken><wsse:Username>"));
    sg_xml_write_text(out, system->user);
    sg_buffer_add(out, SG_STR("</wsse:Username>"));
    if (system->is_digest) {
        write_digest(out, system, (struct sg_str){(const char *)nonce, SG_AUTH_NONCE_BYTES},
                     now_ms);
    } else {
        sg_buffer_add(
            out, SG_STR("<wsse:Password Type=\"" WSS "username-token-profile-1.0#PasswordText\">"));
        sg_xml_write_text(out, system->password);
        sg_buffer_add(out, SG_STR("</wsse:Password>"));
    }
    sg_buffer_add(out, SG_STR("</wsse:UsernameToken></wsse:Security>"));
}
