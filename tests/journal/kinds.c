/* The kinds of journal that the suite can be run against: a new kind is a new row. */
#include "stage.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

static void make_folder(struct stage *stage)
{
    (void)snprintf(stage->dir, sizeof stage->dir, "/tmp/sgbridge-test-XXXXXX");
    assert_non_null(mkdtemp(stage->dir));
    stage->settings.dir = stage->dir;
}

/* The transaction is left open, and nobody says that it is over: the file's next reader undoes it. */
static void abandon(struct stage *stage)
{
    sg_journal_close(stage->journal);
}

static void remove_files(struct stage *stage, const char *const *files, size_t count)
{
    for (size_t f = 0; f < count; f++)
        (void)remove(
            sg_str_c(stage->arena, sg_str_format(stage->arena, "%s/%s", stage->dir, files[f])));
}

static const char *const VIEW[] = {"view.db", "view.db-wal", "view.db-shm"};

static void remove_folder(struct stage *stage)
{
    static const char *const files[] = {"journal.db", "journal.db-wal", "journal.db-shm",
                                        "journal.lock"};

    remove_files(stage, files, SG_ROWS(files));
    remove_files(stage, VIEW, SG_ROWS(VIEW));
    assert_int_equal(remove(stage->dir), 0);
}

/* A prefix that no journal of this broker had before; groups run side by side. */
static void make_topics(struct stage *stage)
{
    static int made;
    struct sg_journal_kafka *kafka = sg_arena_get(stage->arena, 1, sizeof *kafka);
    struct sg_str prefix = sg_str_format(stage->arena, "suite-%d-%lld-%d", (int)getpid(),
                                         (long long)sg_clock_now_ms(), made++);

    make_folder(stage);
    *kafka = (struct sg_journal_kafka){.cluster = {.brokers = getenv("SG_TEST_KAFKA")},
                                       .prefix = sg_str_c(stage->arena, prefix),
                                       .replication = 1};
    stage->settings.kafka = kafka;
}

/* The machine is lost with its view: all there is is in the topics. */
static void lose_view(struct stage *stage)
{
    sg_journal_close(stage->journal);
    remove_files(stage, VIEW, SG_ROWS(VIEW));
}

static const struct stage_kind KINDS[] = {
    {"embedded", &SG_JOURNAL_EMBEDDED, make_folder, abandon, remove_folder},
    {"kafka", &SG_JOURNAL_KAFKA, make_topics, lose_view, remove_folder},
};

const struct stage_kind *sg_stage_find_kind(const char *name)
{
    for (size_t k = 0; k < SG_ROWS(KINDS); k++) {
        if (strcmp(KINDS[k].name, name) == 0)
            return &KINDS[k];
    }
    return NULL;
}
