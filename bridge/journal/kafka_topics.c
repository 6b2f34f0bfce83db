#include "journal/kafka_topics.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/log.h"

enum { CONFIGS_MAX = 8, EVENT_PARTITIONS = 6 };

static const struct sg_place AT = {.file = "kafka"};

/* A topic as we make it. */
struct wanted {
    const char *name;
    int partitions;
    const char *configs[CONFIGS_MAX][2]; /* until the first NULL */
};

/* --- making --- */

static bool is_made(const rd_kafka_topic_result_t *result,
                    const struct sg_journal_settings *settings, struct sg_error *err)
{
    switch ((int)rd_kafka_topic_result_error(result)) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        SG_LOG(INFO, "kafka.topic_made",
               SG_TEXT("topic", sg_str_of(rd_kafka_topic_result_name(result))));
        return true;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
        return true;
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
        return sg_error_set(err, SG_ERROR_INPUT, AT,
                            "`replication` is %d, and there are fewer brokers: start them, or give "
                            "`replication: 1` where a lost disk may lose the journal",
                            settings->kafka->replication);
    default:
        return sg_error_set(err, SG_ERROR_TEMPORARY, AT, "topic %s cannot be made: %s",
                            rd_kafka_topic_result_name(result),
                            rd_kafka_topic_result_error_string(result));
    }
}

static bool make(rd_kafka_t *client, const struct sg_journal_settings *settings,
                 const struct wanted *wanted, struct sg_error *err)
{
    char why[200], in_sync[12];
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(
        wanted->name, wanted->partitions, settings->kafka->replication, why, sizeof why);

    if (topic == NULL)
        return sg_error_set(err, SG_ERROR_INPUT, AT, "%s", why);
    (void)snprintf(in_sync, sizeof in_sync, "%d",
                   settings->kafka->replication > 1 ? settings->kafka->replication - 1 : 1);
    (void)rd_kafka_NewTopic_set_config(topic, "min.insync.replicas", in_sync);
    /* a broker refuses a time that is an hour ahead of its own clock, whatever is written with it */
    (void)rd_kafka_NewTopic_set_config(topic, "message.timestamp.type", "LogAppendTime");
    (void)rd_kafka_NewTopic_set_config(topic, "unclean.leader.election.enable", "false");
    for (int c = 0; c < CONFIGS_MAX && wanted->configs[c][0] != NULL; c++)
        (void)rd_kafka_NewTopic_set_config(topic, wanted->configs[c][0], wanted->configs[c][1]);

    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_AdminOptions_t *options =
        sg_kafka_admin_options(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_CreateTopics(client, &topic, 1, options, queue);
    rd_kafka_event_t *event = sg_kafka_admin_await(queue, err, "making a topic");
    bool is_good = event != NULL;

    if (is_good) {
        size_t count = 0;
        const rd_kafka_topic_result_t **results =
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
        is_good = count == 1 && is_made(results[0], settings, err);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(topic);
    return is_good;
}

static void write_size(const struct sg_journal_settings *settings, char *text, size_t room)
{
    (void)snprintf(text, room, "%lld", (long long)sg_kafka_message_max(settings));
}

static bool make_state(rd_kafka_t *client, const struct sg_journal_settings *settings,
                       const char *name, struct sg_error *err)
{
    char size[24], tombstones[24];
    const struct wanted wanted = {.name = name,
                                  .partitions = 1,
                                  .configs = {{"cleanup.policy", "compact"},
                                              {"max.message.bytes", size},
                                              {"delete.retention.ms", tombstones},
                                              {"min.cleanable.dirty.ratio", "0.2"},
                                              {"segment.bytes", "67108864"}}};

    write_size(settings, size, sizeof size);
    (void)snprintf(tombstones, sizeof tombstones, "%lld", SG_KAFKA_TOMBSTONES_LAST_MS);
    return make(client, settings, &wanted, err);
}

static bool make_leader(rd_kafka_t *client, const struct sg_journal_settings *settings,
                        const char *name, struct sg_error *err)
{
    const struct wanted wanted = {.name = name, .partitions = 1};

    return make(client, settings, &wanted, err);
}

static bool make_commands(rd_kafka_t *client, const struct sg_journal_settings *settings,
                          const char *name, struct sg_error *err)
{
    char keep[24];
    const struct wanted wanted = {
        .name = name,
        .partitions = 1,
        .configs = {{"cleanup.policy", "delete"}, {"retention.ms", keep}}};

    (void)snprintf(keep, sizeof keep, "%lld", SG_KAFKA_COMMANDS_LAST_MS);
    return make(client, settings, &wanted, err);
}

/* --- checking --- */

/* How many partitions a topic has; 0: there is none of that name. */
static bool count_partitions(rd_kafka_t *client, const char *name, int *count, struct sg_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(client, 1, NULL, &metadata, SG_KAFKA_ADMIN_MS);

    *count = 0;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return sg_kafka_fail(code, err, "asking for the topics");
    for (int t = 0; t < metadata->topic_cnt; t++) {
        if (strcmp(metadata->topics[t].topic, name) == 0)
            *count = metadata->topics[t].partition_cnt;
    }
    rd_kafka_metadata_destroy(metadata);
    return true;
}

bool sg_kafka_topics_check_partitions(const char *topic, int partitions, struct sg_error *err)
{
    return partitions == 1 || sg_error_set(err, SG_ERROR_INPUT, AT,
                                           "topic %s has %d partitions, and one is expected: what "
                                           "is written there has one order",
                                           topic, partitions);
}

bool sg_kafka_topics_check_policy(const char *topic, const struct sg_topic_settings *has,
                                  struct sg_error *err)
{
    return strcmp(has->cleanup_policy, "compact") == 0 ||
           sg_error_set(err, SG_ERROR_INPUT, AT,
                        "topic %s has cleanup.policy=%s, which forgets the state: set it to "
                        "compact",
                        topic, has->cleanup_policy);
}

bool sg_kafka_topics_check_size(const char *topic, const struct sg_topic_settings *has,
                                int64_t needed_bytes, struct sg_error *err)
{
    return has->max_message_bytes >= needed_bytes ||
           sg_error_set(err, SG_ERROR_INPUT, AT,
                        "topic %s has max.message.bytes=%lld, and `max_event` needs %lld: set the "
                        "one, or lower the other",
                        topic, (long long)has->max_message_bytes, (long long)needed_bytes);
}

static bool check_state(rd_kafka_t *client, const struct sg_journal_settings *settings,
                        const char *name, struct sg_error *err)
{
    struct sg_topic_settings has;

    return sg_kafka_admin_describe(client, name, &has, err) &&
           sg_kafka_topics_check_policy(name, &has, err) &&
           sg_kafka_topics_check_size(name, &has, sg_kafka_message_max(settings), err);
}

static bool open_one(rd_kafka_t *client, const struct sg_journal_settings *settings,
                     const char *name,
                     bool (*make_it)(rd_kafka_t *, const struct sg_journal_settings *, const char *,
                                     struct sg_error *),
                     struct sg_error *err)
{
    int count = 0;

    if (!count_partitions(client, name, &count, err))
        return false;
    if (count == 0)
        return make_it(client, settings, name, err);
    return sg_kafka_topics_check_partitions(name, count, err);
}

bool sg_kafka_topics_open(rd_kafka_t *client, const struct sg_journal_settings *settings,
                          struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const char *state = sg_kafka_topic(arena, settings, SG_STR("state"));
    const char *leader = sg_kafka_topic(arena, settings, SG_STR("leader"));
    const char *commands = sg_kafka_topic(arena, settings, SG_STR("commands"));

    return open_one(client, settings, state, make_state, err) &&
           open_one(client, settings, leader, make_leader, err) &&
           open_one(client, settings, commands, make_commands, err) &&
           check_state(client, settings, state, err);
}

bool sg_kafka_topics_add(rd_kafka_t *client, const struct sg_journal_settings *settings,
                         const char *topic, struct sg_error *err)
{
    char size[24], keep[24];
    int count = 0;
    const struct wanted wanted = {.name = topic,
                                  .partitions = EVENT_PARTITIONS,
                                  .configs = {{"cleanup.policy", "delete"},
                                              {"max.message.bytes", size},
                                              {"retention.ms", keep}}};

    if (!count_partitions(client, topic, &count, err))
        return false;
    if (count > 0) /* not asked for again: whoever made it may be the only one who may */
        return true;
    write_size(settings, size, sizeof size);
    (void)snprintf(keep, sizeof keep, "%lld", (long long)settings->keep_ms);
    return make(client, settings, &wanted, err);
}
