#include "kafka/producer.h"

enum { CLOSE_MS = 1000 };

bool sg_kafka_open_producer(const struct sg_kafka_cluster *cluster,
                            const struct sg_kafka_property *ours, sg_kafka_reported_fn *reported,
                            void *owner, rd_kafka_t **out, struct sg_error *err)
{
    rd_kafka_conf_t *conf = NULL;

    if (!sg_kafka_configure(cluster, ours, &conf, err))
        return false;
    rd_kafka_conf_set_dr_msg_cb(conf, reported);
    rd_kafka_conf_set_opaque(conf, owner);
    return sg_kafka_open(RD_KAFKA_PRODUCER, conf, out, err);
}

void sg_kafka_close_producer(rd_kafka_t *producer, bool is_busy)
{
    if (producer == NULL)
        return;
    if (is_busy) /* destroyed with its first request under way, 2.0.2 may abort() */
        (void)rd_kafka_flush(producer, CLOSE_MS);
    (void)rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_destroy(producer);
}
