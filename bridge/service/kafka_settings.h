/** `journal: {kafka: …}` of sgbridge.yaml: where the journal lives, and how librdkafka gets there. */
#ifndef SG_SERVICE_KAFKA_SETTINGS_H
#define SG_SERVICE_KAFKA_SETTINGS_H

#include "base/findings.h"
#include "sgbridge/journal.h"
#include "tree/yaml.h"

/** As written, with the places of what may hold a secret. */
struct sg_kafka_settings {
    struct sg_journal_kafka as_written; /* `${…}` stands for itself */
    const struct sg_place *places;      /* of each property's value */
};

/** Reads the map under `kafka`. NULL when anything is wrong, which is in `findings`. */
const struct sg_kafka_settings *sg_kafka_settings_read(struct sg_arena *arena,
                                                       const struct sg_yaml *map,
                                                       struct sg_findings *findings);

/** The same with its secrets read: for who goes there. NULL when one is missing. */
const struct sg_journal_kafka *sg_kafka_settings_open(struct sg_arena *arena,
                                                      const struct sg_kafka_settings *settings,
                                                      struct sg_findings *findings);

#endif
