#include "journal/kafka_names.h"

#include "base/buffer.h"

/* An event's body is JSON in a JSON text, where each of its quotes becomes two bytes; a delivery's row
 * holds a request and its input, both made of it. */
int64_t sg_kafka_message_max(const struct sg_journal_settings *settings)
{
    return 4 * settings->max_event_bytes + 64LL * 1024;
}

const char *sg_kafka_topic(struct sg_arena *arena, const struct sg_journal_settings *settings,
                           struct sg_str what)
{
    return sg_str_c(arena,
                    sg_str_format(arena, "%s.%.*s", settings->kafka->prefix, SG_STR_ARG(what)));
}
