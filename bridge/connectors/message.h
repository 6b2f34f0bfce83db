/** A message of Kafka, in which a system published a change: read as events. */
#ifndef SG_CONNECTORS_MESSAGE_H
#define SG_CONNECTORS_MESSAGE_H

#include "sgbridge/connector.h"

struct sg_message {
    struct sg_str topic;
    int partition;
    int64_t offset, time_ms;
    struct sg_str key, value;
    bool has_value; /* else it says that the key's record is gone from a compacted topic */
    const struct sg_header *headers; /* names in lower case */
    size_t header_count;
};

struct sg_message_events {
    struct sg_event *events;
    size_t count;
};

/**
 * Reads it: `items`, then `put`, then the record's own rules (format of `subscribe`: README). What
 * cannot be read is one event with a `problem`, its bytes kept as base64; without a value there is
 * none. All of `out` lives in the arena.
 */
void sg_message_read(const struct sg_record_reader *reader, const struct sg_message *message,
                     int64_t now_ms, struct sg_arena *arena, struct sg_message_events *out);

#endif
