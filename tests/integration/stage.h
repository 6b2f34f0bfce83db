/** A running service on a test's own files and clock, calling a target that the test plays itself. */
#ifndef SG_TESTS_STAGE_H
#define SG_TESTS_STAGE_H

#include "folder_unit.h"
#include "journal/view.h"
#include "service/service.h"

enum { SG_STAGE_CALLS_MAX = 8 };

struct sg_stage {
    struct sg_arena *arena; /* of what is captured */
    struct unit_folder files, state;
    struct sg_settings settings;
    struct sg_journal *journal;
    struct sg_keeper *keeper;
    struct sg_service *service;
    struct sg_transport transport;
    struct sg_catalog *loaded;                 /* by the last command that asked for it */
    struct sg_call *calls[SG_STAGE_CALLS_MAX]; /* under way, in the order in which they began */
    size_t call_count;
    int64_t now_ms;
};

/** 2026-07-01T04:30:00Z, when every stage opens. */
extern const int64_t SG_STAGE_START_MS;

struct sg_stage_file {
    const char *name, *text;
};

/** Writes the files and starts a service with them. */
void sg_stage_open(struct sg_stage *stage, const struct sg_stage_file *files, size_t count);
/** Stops it; fails the test where it does not come to rest. Calls under way are lost. */
void sg_stage_close(struct sg_stage *stage);

/** The catalog of the files as they are now; the caller's. */
struct sg_catalog *sg_stage_load(const struct sg_stage *stage);

/** Lets all happen that needs no answer. */
void sg_stage_settle(struct sg_stage *stage);

/** Answers the oldest call; status 0 loses the connection instead. */
void sg_stage_answer(struct sg_stage *stage, int status, const char *body);

/** Takes in an item of `record` of `system`, as a webhook would bring it. */
void sg_stage_capture(struct sg_stage *stage, const char *system, const char *record,
                      const char *item);

/** What the journal's view answers, its first columns with a space between, a line a row. */
const char *sg_stage_view(struct sg_stage *stage, enum sg_view_question question,
                          const char *ticket, int columns);

#endif
