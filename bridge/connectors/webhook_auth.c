/* Whether a webhook comes from whom it says. */
#include "base/buffer.h"
#include "base/hash.h"
#include "base/units.h"
#include "connectors/header.h"
#include "connectors/webhook.h"
#include "mapping/date.h"

enum { AGE_MAX_MS = 5 * 60 * 1000 };

/* A timestamp of more is in milliseconds: in seconds it would be the year 5138. */
#define SECONDS_MAX 100000000000

/* Seconds or milliseconds since 1970, or RFC 3339. */
static bool read_timestamp(struct sg_str text, const struct sg_zone *zone, int64_t *ms)
{
    if (!sg_units_integer(text, ms))
        return sg_date_parse_iso(text, zone, ms);
    if (*ms<SECONDS_MAX && * ms> - SECONDS_MAX)
        *ms *= 1000;
    return true;
}

static bool is_timely(const struct sg_zone *zone, struct sg_str timestamp, int64_t now_ms)
{
    int64_t at_ms, age_ms;

    return read_timestamp(timestamp, zone, &at_ms) &&
           !__builtin_sub_overflow(now_ms, at_ms, &age_ms) && age_ms <= AGE_MAX_MS &&
           age_ms >= -AGE_MAX_MS;
}

static struct sg_str header_of(const struct sg_webhook_request *request, struct sg_str name)
{
    return sg_header_get(request->headers, request->header_count, name);
}

static bool is_signed(const struct sg_webhook_spec *spec, const struct sg_webhook_request *request,
                      struct sg_str stamp)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str sent = header_of(request, spec->header);
    struct sg_hmac *hmac SG_AUTO(sg_hmac) = sg_hmac_new(spec->hash, spec->secret);
    unsigned char bytes[SG_HASH_MAX_BYTES];

    if (hmac == NULL || sent.length < spec->prefix.length ||
        !sg_str_equal((struct sg_str){sent.at, spec->prefix.length}, spec->prefix))
        return false;
    const struct sg_str parts[] = {stamp, stamp.length > 0 ? SG_STR(".") : stamp, request->body};
    const struct sg_str sum = {(const char *)bytes, sg_hmac_of(hmac, parts, 3, bytes)};

    sent = sg_str_skip(sent, spec->prefix.length);
    if (spec->is_base64)
        return sg_hash_equal(sent, sg_base64(arena, sum));
    return sg_hash_equal(sg_str_lower(arena, sent), sg_hex(arena, sum));
}

static bool is_signed_in_time(const struct sg_system *system, const struct sg_webhook_spec *spec,
                              const struct sg_webhook_request *request, int64_t now_ms)
{
    struct sg_str stamp = {0};

    if (spec->timestamp_header.length > 0) {
        stamp = header_of(request, spec->timestamp_header);
        if (!is_timely(system->zone, stamp, now_ms))
            return false;
    }
    return is_signed(spec, request, stamp);
}

/* `Basic dXNlcjpwYXNzd29yZA==`; the scheme's case says nothing. */
static bool has_password(const struct sg_webhook_spec *spec,
                         const struct sg_webhook_request *request)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_str scheme = SG_STR("basic ");
    struct sg_str sent = header_of(request, SG_STR("authorization"));
    struct sg_str both =
        sg_str_format(arena, "%.*s:%.*s", SG_STR_ARG(spec->user), SG_STR_ARG(spec->secret));

    return sent.length > scheme.length &&
           sg_str_equal(sg_str_lower(arena, (struct sg_str){sent.at, scheme.length}), scheme) &&
           sg_hash_equal(sg_str_skip(sent, scheme.length), sg_base64(arena, both));
}

bool sg_webhook_is_known(const struct sg_system *system, const struct sg_webhook_spec *spec,
                         const struct sg_webhook_request *request, int64_t now_ms)
{
    switch (spec->auth) {
    case SG_WEBHOOK_NONE:
        return true;
    case SG_WEBHOOK_HMAC:
        return is_signed_in_time(system, spec, request, now_ms);
    case SG_WEBHOOK_BASIC:
        return has_password(spec, request);
    case SG_WEBHOOK_HEADER:
        return sg_hash_equal(header_of(request, spec->header), spec->secret);
    }
    return false;
}
