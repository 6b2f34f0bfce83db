/* What run would refuse is told in run's own words; a danger is what run takes, and what may cost
 * the journal one day. */
#include "journal/kafka_inspect.h"

#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "journal/kafka_topics.h"

enum { HEADERS_MAX = 64 * 1024 }; /* of an event: names, ids and a version */

/* One look at one cluster. */
struct look {
    const struct sg_journal_settings *settings;
    struct sg_arena *arena;
    rd_kafka_t *client;
    const struct rd_kafka_metadata *cluster;
    struct sg_str said; /* the last that librdkafka said of a connection */
    sg_inspected_fn *each;
    void *owner;
};

static const struct sg_place AT = {.file = "kafka"};

static void tell(const struct look *look, enum sg_inspected what, struct sg_str text)
{
    look->each(look->owner, what, text);
}

static void tell_unless(const struct look *look, bool is_good, const struct sg_error *err)
{
    if (!is_good)
        tell(look, SG_INSPECTED_WRONG, sg_str_of(err->text));
}

/* --- the topics that are there --- */

static const rd_kafka_metadata_topic_t *find_topic(const struct look *look, const char *name)
{
    for (int t = 0; t < look->cluster->topic_cnt; t++) {
        if (strcmp(look->cluster->topics[t].topic, name) == 0)
            return &look->cluster->topics[t];
    }
    return NULL;
}

/* On how many brokers each of its messages is. */
static int count_copies(const rd_kafka_metadata_topic_t *topic)
{
    int copies = topic->partition_cnt > 0 ? topic->partitions[0].replica_cnt : 0;

    for (int p = 1; p < topic->partition_cnt; p++) {
        if (topic->partitions[p].replica_cnt < copies)
            copies = topic->partitions[p].replica_cnt;
    }
    return copies;
}

static void judge_copies(const struct look *look, const char *topic, int copies, bool is_there)
{
    if (copies == 1)
        tell(look, SG_INSPECTED_DANGER,
             sg_str_format(look->arena,
                           "topic %s %s one copy: the disk that it is on is all there is, and a "
                           "journal that is lost may make cases twice; give it three brokers, "
                           "`replication: 3`%s",
                           topic, is_there ? "has" : "would have",
                           is_there ? ", and to the topic a copy on each of them" : ""));
}

static void judge_durability(const struct look *look, const char *topic, int copies,
                             const struct sg_topic_settings *has)
{
    if (has->has_unclean_leader_election)
        tell(look, SG_INSPECTED_DANGER,
             sg_str_format(look->arena,
                           "topic %s has unclean.leader.election.enable=true: a broker that lacks "
                           "what was acknowledged may lead, and then it is lost; set it to false",
                           topic));
    if (has->min_insync_replicas > copies)
        tell(look, SG_INSPECTED_WRONG,
             sg_str_format(look->arena,
                           "topic %s has min.insync.replicas=%" PRId64
                           " and fewer copies, %d: nothing can be written; set it to %d",
                           topic, has->min_insync_replicas, copies, copies > 2 ? copies - 1 : 1));
    else if (has->min_insync_replicas == 1 && copies > 1)
        tell(look, SG_INSPECTED_DANGER,
             sg_str_format(look->arena,
                           "topic %s has min.insync.replicas=1: what one broker alone has is "
                           "acknowledged, and lost with its disk; with three copies set it to 2",
                           topic));
    if (has->delete_retention_ms < SG_KAFKA_TOMBSTONES_LAST_MS)
        tell(look, SG_INSPECTED_DANGER,
             sg_str_format(look->arena,
                           "topic %s has delete.retention.ms=%" PRId64
                           ": an instance that was away for longer may never hear which rows are "
                           "gone; set it to %lld",
                           topic, has->delete_retention_ms, SG_KAFKA_TOMBSTONES_LAST_MS));
}

static bool judge_state(const struct look *look, const char *name, struct sg_error *err)
{
    const rd_kafka_metadata_topic_t *topic = find_topic(look, name);
    const int copies = count_copies(topic);
    struct sg_topic_settings has;
    struct sg_error why;

    if (!sg_kafka_admin_describe(look->client, name, &has, err))
        return false;
    tell_unless(look, sg_kafka_topics_check_partitions(name, topic->partition_cnt, &why), &why);
    tell_unless(look, sg_kafka_topics_check_policy(name, &has, &why), &why);
    tell_unless(look,
                sg_kafka_topics_check_size(name, &has, sg_kafka_message_max(look->settings), &why),
                &why);
    judge_copies(look, name, copies, true);
    judge_durability(look, name, copies, &has);
    return true;
}

static bool judge_events(const struct look *look, const char *name, struct sg_error *err)
{
    const int64_t keep_ms = look->settings->keep_ms;
    struct sg_topic_settings has;
    struct sg_error why;

    if (!sg_kafka_admin_describe(look->client, name, &has, err))
        return false;
    tell_unless(
        look,
        sg_kafka_topics_check_size(name, &has, look->settings->max_event_bytes + HEADERS_MAX, &why),
        &why);
    if (has.retention_ms >= 0 && has.retention_ms < keep_ms)
        tell(look, SG_INSPECTED_DANGER,
             sg_str_format(look->arena,
                           "topic %s has retention.ms=%" PRId64
                           ", less than `keep`: whoever reads events there loses them while the "
                           "bridge still has them; set it to %" PRId64 ", or lower `keep`",
                           name, has.retention_ms, keep_ms));
    return true;
}

static void tell_made(const struct look *look, const char *name, const char *as)
{
    tell(look, SG_INSPECTED_GOOD,
         sg_str_format(look->arena,
                       "topic %s is not there yet; run makes it: one partition, %s%d %s", name, as,
                       look->settings->kafka->replication,
                       look->settings->kafka->replication == 1 ? "copy" : "copies"));
}

static bool judge_commands(const struct look *look, const char *name, struct sg_error *err)
{
    const rd_kafka_metadata_topic_t *topic = find_topic(look, name);
    struct sg_topic_settings has;
    struct sg_error why;

    if (topic == NULL) {
        tell_made(look, name, "");
        return true;
    }
    if (!sg_kafka_admin_describe(look->client, name, &has, err))
        return false;
    tell_unless(look, sg_kafka_topics_check_partitions(name, topic->partition_cnt, &why), &why);
    if (has.retention_ms >= 0 && has.retention_ms < SG_KAFKA_COMMANDS_LAST_MS)
        tell(look, SG_INSPECTED_DANGER,
             sg_str_format(look->arena,
                           "topic %s has retention.ms=%" PRId64
                           ": what people asked of an instance that stands by is lost when none "
                           "leads for so long; set it to %lld",
                           name, has.retention_ms, SG_KAFKA_COMMANDS_LAST_MS));
    return true;
}

/* The journal's own topics; what else there is of its prefix are events. */
struct topics {
    const char *state, *leader, *commands;
};

static bool is_own(const struct topics *topics, const char *name)
{
    return strcmp(name, topics->state) == 0 || strcmp(name, topics->leader) == 0 ||
           strcmp(name, topics->commands) == 0;
}

/* Topics of events are `PREFIX.SYSTEM`; a dot more, and the topic is another prefix's. */
static bool judge_all_events(const struct look *look, const struct topics *topics,
                             struct sg_error *err)
{
    const struct sg_str prefix = sg_str_of(sg_kafka_topic(look->arena, look->settings, SG_STR("")));

    for (int t = 0; t < look->cluster->topic_cnt; t++) {
        const char *name = look->cluster->topics[t].topic;

        if (strncmp(name, prefix.at, prefix.length) != 0 || strchr(name + prefix.length, '.') ||
            is_own(topics, name))
            continue;
        if (!judge_events(look, name, err))
            return false;
    }
    return true;
}

/* --- the cluster --- */

static void judge_brokers(const struct look *look, bool makes_topics)
{
    const int wanted = look->settings->kafka->replication, brokers = look->cluster->broker_cnt;

    tell(look, SG_INSPECTED_GOOD,
         sg_str_format(look->arena, "Kafka answers; brokers: %d", brokers));
    if (brokers >= wanted)
        return;
    if (makes_topics)
        tell(look, SG_INSPECTED_WRONG,
             sg_str_format(look->arena,
                           "`replication` is %d, and there are fewer brokers: no topic can be "
                           "made; start them, or give `replication: 1` where a lost disk may lose "
                           "the journal",
                           wanted));
    else
        tell(look, SG_INSPECTED_DANGER,
             sg_str_format(look->arena,
                           "`replication` is %d, and there are fewer brokers: the topic of a new "
                           "system cannot be made; start them",
                           wanted));
}

static bool judge(const struct look *look, struct sg_error *err)
{
    const struct topics own = {
        .state = sg_kafka_topic(look->arena, look->settings, SG_STR("state")),
        .leader = sg_kafka_topic(look->arena, look->settings, SG_STR("leader")),
        .commands = sg_kafka_topic(look->arena, look->settings, SG_STR("commands"))};
    const rd_kafka_metadata_topic_t *leader = find_topic(look, own.leader);
    struct sg_error why;

    judge_brokers(look, find_topic(look, own.state) == NULL || leader == NULL ||
                            find_topic(look, own.commands) == NULL);
    if (leader == NULL)
        tell_made(look, own.leader, "");
    else
        tell_unless(look, sg_kafka_topics_check_partitions(own.leader, leader->partition_cnt, &why),
                    &why);
    if (!judge_commands(look, own.commands, err))
        return false;
    if (find_topic(look, own.state) != NULL)
        return judge_state(look, own.state, err) && judge_all_events(look, &own, err);
    tell_made(look, own.state, "compacted, ");
    judge_copies(look, own.state, look->settings->kafka->replication, false);
    return judge_all_events(look, &own, err);
}

/* --- asking it --- */

/* That all brokers are down is what follows from the reason, which was told before. */
static void heard(rd_kafka_t *client, int code, const char *reason, void *owner)
{
    struct look *look = owner;

    (void)client;
    if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        look->said = sg_str_copy(look->arena, sg_str_of(reason));
}

static bool open_client(struct look *look, struct sg_error *err)
{
    static const struct sg_kafka_property ours[] = {{NULL, NULL}};
    rd_kafka_conf_t *conf = NULL;

    if (!sg_kafka_configure(&look->settings->kafka->cluster, ours, &conf, err))
        return false;
    rd_kafka_conf_set_error_cb(conf, heard);
    rd_kafka_conf_set_opaque(conf, look);
    return sg_kafka_open(RD_KAFKA_PRODUCER, conf, &look->client, err);
}

static bool ask(struct look *look, struct sg_error *err)
{
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(look->client, 1, NULL, &look->cluster, SG_KAFKA_ADMIN_MS);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    (void)rd_kafka_poll(look->client, 0); /* what was heard */
    return sg_error_set(
        err, SG_ERROR_TEMPORARY, AT, "no broker of %s answers: %.*s",
        look->settings->kafka->cluster.brokers,
        SG_STR_ARG(look->said.length > 0 ? look->said : sg_str_of(rd_kafka_err2str(code))));
}

bool sg_kafka_inspect(const struct sg_journal_settings *settings, sg_inspected_fn *each,
                      void *owner, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct look look = {.settings = settings, .arena = arena, .each = each, .owner = owner};
    bool is_good = open_client(&look, err) && ask(&look, err) && judge(&look, err);

    if (look.cluster != NULL)
        rd_kafka_metadata_destroy(look.cluster);
    if (look.client != NULL)
        rd_kafka_destroy(look.client);
    return is_good;
}
