#include "journal/kafka_admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

rd_kafka_event_t *sg_kafka_admin_await(rd_kafka_queue_t *queue, struct sg_error *err,
                                       const char *doing)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, SG_KAFKA_ADMIN_MS + 1000);

    if (event == NULL) {
        (void)sg_kafka_fail(RD_KAFKA_RESP_ERR__TIMED_OUT, err, doing);
        return NULL;
    }
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)sg_kafka_fail(rd_kafka_event_error(event), err, doing);
        rd_kafka_event_destroy(event);
        return NULL;
    }
    return event;
}

rd_kafka_AdminOptions_t *sg_kafka_admin_options(rd_kafka_t *client, rd_kafka_admin_op_t operation)
{
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(client, operation);

    (void)rd_kafka_AdminOptions_set_request_timeout(options, SG_KAFKA_ADMIN_MS, NULL, 0);
    return options;
}

/* --- a topic's settings --- */

/* "" for one that the broker does not know or does not tell. */
static const char *find(const rd_kafka_ConfigResource_t *resource, const char *name)
{
    size_t count = 0;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &count);

    for (size_t e = 0; e < count; e++) {
        const char *value = rd_kafka_ConfigEntry_value(entries[e]);
        if (strcmp(rd_kafka_ConfigEntry_name(entries[e]), name) == 0 && value != NULL)
            return value;
    }
    return "";
}

static int64_t find_number(const rd_kafka_ConfigResource_t *resource, const char *name)
{
    return strtoll(find(resource, name), NULL, 10);
}

static void read_settings(const rd_kafka_ConfigResource_t *resource, struct sg_topic_settings *out)
{
    *out = (struct sg_topic_settings){
        .max_message_bytes = find_number(resource, "max.message.bytes"),
        .min_insync_replicas = find_number(resource, "min.insync.replicas"),
        .retention_ms = find_number(resource, "retention.ms"),
        .delete_retention_ms = find_number(resource, "delete.retention.ms"),
        .has_unclean_leader_election =
            strcmp(find(resource, "unclean.leader.election.enable"), "true") == 0};
    (void)snprintf(out->cleanup_policy, sizeof out->cleanup_policy, "%s",
                   find(resource, "cleanup.policy"));
}

static bool read_answer(rd_kafka_event_t *event, struct sg_topic_settings *out,
                        struct sg_error *err)
{
    size_t count = 0;
    const rd_kafka_ConfigResource_t **found = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &count);

    if (count != 1 || rd_kafka_ConfigResource_error(found[0]) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return sg_kafka_fail(count == 1 ? rd_kafka_ConfigResource_error(found[0])
                                        : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                             err, "asking for a topic's settings");
    read_settings(found[0], out);
    return true;
}

bool sg_kafka_admin_describe(rd_kafka_t *client, const char *topic, struct sg_topic_settings *out,
                             struct sg_error *err)
{
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_AdminOptions_t *options =
        sg_kafka_admin_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);

    rd_kafka_DescribeConfigs(client, &resource, 1, options, queue);
    rd_kafka_event_t *event = sg_kafka_admin_await(queue, err, "asking for a topic's settings");
    bool is_good = event != NULL && read_answer(event, out, err);

    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    rd_kafka_ConfigResource_destroy(resource);
    return is_good;
}
