/*
 * Traps of librdkafka 2.0.2: rd_kafka_query_watermark_offsets() waits for ever when the broker that
 * it asks has died, and rd_kafka_offsets_for_times() does not; both believe for minutes that a
 * partition is led by whoever led it before, unless the topic's metadata was asked for since.
 */
#include "kafka/consumer.h"

static const struct sg_place AT = {.file = "kafka"};

bool sg_kafka_open_consumer(const struct sg_kafka_cluster *cluster, bool tells_end,
                            rd_kafka_t **out, struct sg_error *err)
{
    const struct sg_kafka_property ours[] = {{"group.id", "sgbridge"}, /* must be set; unused */
                                             {"enable.auto.commit", "false"},
                                             {"enable.auto.offset.store", "false"},
                                             {"isolation.level", "read_committed"},
                                             {"auto.offset.reset", "error"},
                                             {"fetch.wait.max.ms", "100"},
                                             {"enable.partition.eof", tells_end ? "true" : "false"},
                                             {NULL, NULL}};
    rd_kafka_conf_t *conf = NULL;

    if (!sg_kafka_configure(cluster, ours, &conf, err) ||
        !sg_kafka_open(RD_KAFKA_CONSUMER, conf, out, err))
        return false;
    (void)rd_kafka_poll_set_consumer(*out);
    return true;
}

void sg_kafka_close_consumer(rd_kafka_t *consumer)
{
    if (consumer == NULL)
        return;
    (void)rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
}

bool sg_kafka_read_from(rd_kafka_t *consumer, const char *topic, int64_t offset, const char *doing,
                        struct sg_error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(list, topic, 0)->offset = offset;
    rd_kafka_resp_err_t code = rd_kafka_assign(consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || sg_kafka_fail(code, err, doing);
}

bool sg_kafka_count_partitions(rd_kafka_t *consumer, const char *topic, int wait_ms, int *count,
                               struct sg_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(consumer, topic, NULL);
    rd_kafka_resp_err_t code = rd_kafka_last_error();

    *count = 0;
    if (handle != NULL)
        code = rd_kafka_metadata(consumer, 0, handle, &metadata, wait_ms);
    if (handle != NULL && code == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1) {
        code = metadata->topics[0].err;
        *count = metadata->topics[0].partition_cnt;
    }
    if (metadata != NULL)
        rd_kafka_metadata_destroy(metadata);
    if (handle != NULL)
        rd_kafka_topic_destroy(handle);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           sg_error_set(err, SG_ERROR_TEMPORARY, AT, "topic %s: %s", topic, rd_kafka_err2str(code));
}

bool sg_kafka_find_offsets(rd_kafka_t *consumer, rd_kafka_topic_partition_list_t *list, int wait_ms,
                           struct sg_error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(consumer, list, wait_ms);

    for (int p = 0; p < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; p++)
        code = list->elems[p].err;
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           sg_kafka_fail(code, err, "asking where a topic begins and ends");
}
