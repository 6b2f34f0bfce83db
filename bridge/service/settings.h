/** sgbridge.yaml: the installation's settings, checked as strictly as mappings are. */
#ifndef SG_SERVICE_SETTINGS_H
#define SG_SERVICE_SETTINGS_H

#include "base/arena.h"
#include "base/findings.h"
#include "base/log.h"
#include "base/str.h"
#include "service/kafka_settings.h"

struct sg_zone;

struct sg_settings {
    struct sg_str name;      /* a-z 0-9 -, at most 12; no default */
    const char *mappings;    /* folder; relative to the settings' own */
    const char *state;       /* folder of journal, spool and lock */
    const char *listen_host; /* NULL: nothing is listened to */
    int listen_port;
    const struct sg_journal_kind *journal;
    const struct sg_kafka_settings *kafka; /* NULL for other kinds */
    const struct sg_zone *zone; /* of the times shown, and of the days that totals are kept by */
    int64_t keep_ms, reserve_bytes, max_event_bytes;
    enum sg_log_level log;
    struct sg_str departments; /* sg_departments_read(); "" when none are set */
};

/**
 * The file to read: `wanted` (--config; may be NULL), $SGBRIDGE_CONFIG, ./sgbridge.yaml,
 * /etc/sgbridge/sgbridge.yaml. Fails with INPUT, naming all, when there is none.
 */
SG_MUST_USE bool sg_settings_locate(const char *wanted, const char **path, struct sg_error *err);

/** Reads it into the arena. NULL when anything is wrong: every error is in `findings`. */
const struct sg_settings *sg_settings_read(struct sg_arena *arena, const char *path,
                                           struct sg_findings *findings);

#endif
