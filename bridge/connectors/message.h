/** A message of Kafka, in which a system published a change: read as events. */
#ifndef SG_CONNECTORS_MESSAGE_H
#define SG_CONNECTORS_MESSAGE_H

#include "connectors/item.h"

struct sg_message {
    struct sg_str topic;
    int partition;
    int64_t offset, time_ms;
    struct sg_str key, value;
    bool has_value; /* else it says that the key's record is gone from a compacted topic */
    const struct sg_header *headers; /* names in lower case */
    size_t header_count;
};

/**
 * Reads it: `items`, then `put`, then each item (format of `subscribe`: README). What cannot be read
 * is one event with a `problem`, its bytes kept as base64; without a value there is none.
 */
void sg_message_read(const struct sg_record_reader *reader, const struct sg_message *message,
                     int64_t now_ms, struct sg_events *out);

#endif
