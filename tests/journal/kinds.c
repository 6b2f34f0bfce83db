/* The kinds of journal that the suite can be run against: a new kind is a new row. */
#include "stage.h"

#include <stdlib.h>

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

static void remove_folder(struct stage *stage)
{
    static const char *const files[] = {"journal.db", "journal.db-wal", "journal.db-shm",
                                        "journal.lock"};

    for (size_t f = 0; f < SG_ROWS(files); f++)
        (void)remove(
            sg_str_c(stage->arena, sg_str_format(stage->arena, "%s/%s", stage->dir, files[f])));
    assert_int_equal(remove(stage->dir), 0);
}

static const struct stage_kind KINDS[] = {
    {"embedded", &SG_JOURNAL_EMBEDDED, make_folder, abandon, remove_folder},
};

const struct stage_kind *sg_stage_find_kind(const char *name)
{
    for (size_t k = 0; k < SG_ROWS(KINDS); k++) {
        if (strcmp(KINDS[k].name, name) == 0)
            return &KINDS[k];
    }
    return NULL;
}
