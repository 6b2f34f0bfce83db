#include "kafka/client.h"

#include "base/buffer.h"
#include "base/log.h"

static const struct sg_place AT = {.file = "kafka"};

/* librdkafka's own lines; those below a warning say nothing that ops could act on. */
static void write_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void)rk;
    if (level <= 3)
        SG_LOG(WARN, "kafka", SG_TEXT("about", sg_str_of(facility)),
               SG_TEXT("said", sg_str_of(text)));
    else
        SG_LOG(DEBUG, "kafka", SG_TEXT("about", sg_str_of(facility)),
               SG_TEXT("said", sg_str_of(text)));
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value, struct sg_error *err)
{
    char why[300];

    return rd_kafka_conf_set(conf, name, value, why, sizeof why) == RD_KAFKA_CONF_OK ||
           sg_error_set(err, SG_ERROR_INPUT, AT, "%s", why);
}

static bool set_all(rd_kafka_conf_t *conf, const struct sg_kafka_cluster *cluster,
                    const struct sg_kafka_property *ours, struct sg_error *err)
{
    if (!set(conf, "bootstrap.servers", cluster->brokers, err) ||
        !set(conf, "client.id", "sgbridge", err))
        return false;
    for (size_t p = 0; p < cluster->property_count; p++) {
        if (!set(conf, cluster->properties[p].name, cluster->properties[p].value, err))
            return false;
    }
    for (; ours->name != NULL; ours++) {
        if (!set(conf, ours->name, ours->value, err))
            return false;
    }
    return true;
}

bool sg_kafka_configure(const struct sg_kafka_cluster *cluster,
                        const struct sg_kafka_property *ours, rd_kafka_conf_t **out,
                        struct sg_error *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    rd_kafka_conf_set_log_cb(conf, write_log);
    if (!set_all(conf, cluster, ours, err)) {
        rd_kafka_conf_destroy(conf);
        return false;
    }
    *out = conf;
    return true;
}

bool sg_kafka_open(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **out,
                   struct sg_error *err)
{
    char why[300];

    *out = rd_kafka_new(type, conf, why, sizeof why);
    if (*out != NULL)
        return true;
    rd_kafka_conf_destroy(conf); /* it is still ours when there is no handle */
    return sg_error_set(err, SG_ERROR_INPUT, AT, "%s", why);
}

bool sg_kafka_is_brokers(struct sg_str text)
{
    return text.length > 0 && sg_str_count(text, ':') == sg_str_count(text, ',') + 1;
}

static bool is_ours(struct sg_str name)
{
    static const char *const ours[] = {"bootstrap.servers",  "client.id",         "group.id",
                                       "transactional.id",   "isolation.level",   "acks",
                                       "enable.idempotence", "enable.auto.commit"};

    for (size_t o = 0; o < sizeof ours / sizeof ours[0]; o++) {
        if (sg_str_is(name, ours[o]))
            return true;
    }
    return false;
}

bool sg_kafka_check_property(struct sg_str name, struct sg_str value, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    rd_kafka_conf_t *conf;
    char why[300];

    if (is_ours(name))
        return sg_error_set(err, SG_ERROR_INPUT, AT, "`%.*s` is the bridge's own to set",
                            SG_STR_ARG(name));
    conf = rd_kafka_conf_new();
    const rd_kafka_conf_res_t result =
        rd_kafka_conf_set(conf, sg_str_c(arena, name), sg_str_c(arena, value), why, sizeof why);
    rd_kafka_conf_destroy(conf);
    return result == RD_KAFKA_CONF_OK || (value.at == NULL && result != RD_KAFKA_CONF_UNKNOWN) ||
           sg_error_set(err, SG_ERROR_INPUT, AT, "%s", why);
}

rd_kafka_vu_t sg_kafka_bytes_part(rd_kafka_vtype_t type, struct sg_str bytes)
{
    rd_kafka_vu_t part = {.vtype = type, .u.mem = {.size = bytes.length}};

    memcpy(&part.u.mem.ptr, &bytes.at, sizeof part.u.mem.ptr); /* its type there has no const */
    return part;
}

bool sg_kafka_fail(rd_kafka_resp_err_t code, struct sg_error *err, const char *doing)
{
    return sg_error_set(err, SG_ERROR_TEMPORARY, AT, "%s: %s", doing, rd_kafka_err2str(code));
}

bool sg_kafka_fail_with(rd_kafka_error_t *error, struct sg_error *err, const char *doing)
{
    (void)sg_error_set(err, SG_ERROR_TEMPORARY, AT, "%s: %s", doing, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return false;
}
