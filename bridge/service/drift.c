#include "service/drift.h"

#include <stdlib.h>

#include "base/log.h"
#include "mapping/outline.h"
#include "mapping/shown.h"

enum { WRITE_EVERY_MS = 60 * 1000 };

/* One record of the catalog. */
struct watched {
    struct sg_str system, record; /* the catalog's */
    struct sg_outline *outline;
    int64_t written; /* sg_outline_changes(), when it was written last */
};

struct sg_drift_watch {
    struct sg_catalog *catalog; /* in force; NULL: none is yet */
    struct watched *records;    /* of it */
    size_t count;
    bool is_known; /* they are as in the journal, and what was seen since */
    bool has_news; /* to be written at once */
    bool has_counts;
    bool is_of_others; /* codes were met by other files than those in force */
    int64_t written_at;
};

struct sg_drift_watch *sg_drift_watch_new(void)
{
    struct sg_drift_watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL)
        abort();
    return watch;
}

void sg_drift_forget(struct sg_drift_watch *watch)
{
    for (size_t r = 0; r < watch->count; r++)
        sg_outline_free(watch->records[r].outline);
    free(watch->records);
    watch->records = NULL;
    watch->count = 0;
    watch->is_known = watch->has_news = watch->has_counts = false;
}

void sg_drift_watch_free(struct sg_drift_watch *watch)
{
    if (watch == NULL)
        return;
    sg_drift_forget(watch);
    sg_catalog_free(watch->catalog);
    free(watch);
}

/* --- what is known --- */

static struct watched *find(const struct sg_drift_watch *watch, struct sg_str system,
                            struct sg_str record)
{
    for (size_t r = 0; r < watch->count; r++) {
        if (sg_str_equal(watch->records[r].record, record) &&
            sg_str_equal(watch->records[r].system, system))
            return &watch->records[r];
    }
    return NULL;
}

static void show(const struct sg_node *record, void *owner)
{
    sg_outline_show(owner, record);
}

/* What mappings read of the record and show in their tests. */
static void name_by_mappings(const struct sg_catalog *catalog, const struct watched *watched)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    size_t count = 0, mapping_count = 0;
    const struct sg_str *reads =
        sg_catalog_shape_pointers(catalog, watched->system, watched->record, &count);
    const struct sg_mapping *const *mappings = sg_catalog_mappings(catalog, &mapping_count);

    for (size_t i = 0; i < count; i++)
        sg_outline_name(watched->outline, reads[i]);
    for (size_t m = 0; m < mapping_count; m++) {
        if (sg_str_equal(sg_mapping_from_system(mappings[m]), watched->system) &&
            sg_str_equal(sg_mapping_from_record(mappings[m]), watched->record))
            sg_mapping_each_given(mappings[m], arena, show, watched->outline);
    }
}

static void name_by_record(const struct sg_record *record, struct sg_outline *outline)
{
    for (const struct sg_source *source = record->reads.first; source != NULL;
         source = source->next) {
        if (source->scope == SG_SCOPE_HAND && !source->is_walked)
            sg_outline_name(outline, sg_pointer_text(source->pointer));
    }
    for (size_t i = 0; i < record->view.internal_count; i++)
        sg_outline_name(outline, record->view.internal[i]);
}

static void add_records(struct sg_drift_watch *watch, const struct sg_system *system)
{
    if (system->record_count == 0)
        return;
    watch->records =
        reallocarray(watch->records, watch->count + system->record_count, sizeof *watch->records);
    if (watch->records == NULL)
        abort();
    for (size_t r = 0; r < system->record_count; r++)
        watch->records[watch->count++] = (struct watched){
            .system = system->name,
            .record = system->records[r].name,
            .outline = sg_outline_new(system->records[r].view.is_loose),
        };
}

/* One that cannot be read is learned anew. */
static void read_outlines(struct sg_drift_watch *watch, const struct sg_kept_outline *kept,
                          size_t count)
{
    struct sg_error err;

    for (size_t k = 0; k < count; k++) {
        struct watched *watched = find(watch, kept[k].system, kept[k].record);

        if (watched != NULL && !sg_outline_read(watched->outline, kept[k].text, &err))
            SG_LOG(WARN, "drift.unread", SG_TEXT("system", watched->system),
                   SG_TEXT("record", watched->record), SG_TEXT("why", sg_str_of(err.text)));
    }
}

/* What drifted of a record that is in no file any more is over; and so are codes, when the tables
 * may name them now. */
static bool read_drifts(struct sg_drift_watch *watch, struct sg_journal *journal,
                        const struct sg_drift *drifts, size_t count, struct sg_error *err)
{
    for (size_t d = 0; d < count; d++) {
        const struct watched *watched = find(watch, drifts[d].system, drifts[d].record);

        if (watched != NULL && !(watch->is_of_others && drifts[d].kind == SG_DRIFT_CODE))
            sg_outline_recall(watched->outline, &drifts[d]);
        else if (!sg_journal_end_drift(journal, &drifts[d], err))
            return false;
    }
    return true;
}

static bool know(struct sg_drift_watch *watch, struct sg_journal *journal, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_kept_outline *outlines = NULL;
    struct sg_drift *drifts = NULL;
    size_t outline_count = 0, drift_count = 0, system_count = 0;
    const struct sg_system *const *systems = sg_catalog_systems(watch->catalog, &system_count);

    if (!sg_journal_outlines(journal, arena, &outlines, &outline_count, err) ||
        !sg_journal_drifts(journal, arena, &drifts, &drift_count, err))
        return false;
    for (size_t s = 0; s < system_count; s++)
        add_records(watch, systems[s]);
    read_outlines(watch, outlines, outline_count);
    if (!read_drifts(watch, journal, drifts, drift_count, err))
        return false;
    for (size_t r = 0; r < watch->count; r++) {
        const struct watched *watched = &watch->records[r];
        const struct sg_system *system = sg_catalog_system(watch->catalog, watched->system);

        name_by_record(sg_system_record(system, watched->record), watched->outline);
        name_by_mappings(watch->catalog, watched);
        watch->records[r].written = sg_outline_changes(watched->outline);
    }
    watch->is_known = watch->has_news = true; /* what files name now is over */
    watch->is_of_others = false;
    return true;
}

/* --- what is written --- */

/* A pointer is made of names that a system gave, and nothing of it says what they hold. */
static void tell(const struct watched *watched, const struct sg_drift *drift)
{
    SG_LOG(WARN, "drift", SG_TEXT("what", sg_str_of(sg_drift_kind_name(drift->kind))),
           SG_TEXT("system", watched->system), SG_TEXT("record", watched->record),
           SG_TEXT("pointer", drift->pointer), SG_TEXT("shows", drift->shows),
           SG_TEXT("example", drift->example));
}

static bool write_drift(const struct watched *watched, struct sg_journal *journal,
                        struct sg_outline_drift *drift, struct sg_error *err)
{
    struct sg_drift row = drift->drift;

    row.system = watched->system;
    row.record = watched->record;
    switch (drift->news) {
    case SG_OUTLINE_KEPT:
    case SG_OUTLINE_FORGOTTEN:
        return true;
    case SG_OUTLINE_OVER:
        drift->news = SG_OUTLINE_FORGOTTEN;
        return sg_journal_end_drift(journal, &row, err);
    case SG_OUTLINE_FIRST:
        tell(watched, &row);
        break;
    case SG_OUTLINE_COUNTED:
        break;
    }
    drift->news = SG_OUTLINE_KEPT;
    return sg_journal_set_drift(journal, &row, err);
}

static bool write_drifts(const struct watched *watched, struct sg_journal *journal,
                         struct sg_error *err)
{
    size_t count = 0;
    struct sg_outline_drift *drifts = sg_outline_drifts(watched->outline, &count);

    for (size_t d = 0; d < count; d++) {
        if (!write_drift(watched, journal, &drifts[d], err))
            return false;
    }
    return true;
}

static bool write_outline(struct watched *watched, struct sg_journal *journal, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    if (watched->written == sg_outline_changes(watched->outline))
        return true;
    watched->written = sg_outline_changes(watched->outline);
    const struct sg_kept_outline kept = {.system = watched->system,
                                         .record = watched->record,
                                         .text = sg_outline_write(arena, watched->outline)};

    return sg_journal_set_outline(journal, &kept, err);
}

bool sg_drift_is_due(const struct sg_drift_watch *watch, int64_t now_ms)
{
    return watch->has_counts &&
           (now_ms < watch->written_at || now_ms >= watch->written_at + WRITE_EVERY_MS);
}

bool sg_drift_write(struct sg_drift_watch *watch, struct sg_journal *journal, int64_t now_ms,
                    bool is_last, struct sg_error *err)
{
    const bool is_due = is_last || sg_drift_is_due(watch, now_ms);

    if (!watch->has_news && !is_due)
        return true;
    for (size_t r = 0; r < watch->count; r++) {
        if (!write_drifts(&watch->records[r], journal, err) ||
            (is_due && !write_outline(&watch->records[r], journal, err)))
            return false;
    }
    watch->has_news = false;
    if (is_due) {
        watch->has_counts = false;
        watch->written_at = now_ms;
    }
    return true;
}

/* --- what is seen --- */

bool sg_drift_set(struct sg_drift_watch *watch, struct sg_journal *journal,
                  struct sg_catalog *catalog, struct sg_error *err)
{
    if (watch->is_known && !sg_drift_write(watch, journal, watch->written_at, true, err))
        return false; /* what was seen until now */
    sg_drift_forget(watch);
    watch->is_of_others |= watch->catalog != NULL &&
                           !sg_str_equal(sg_catalog_hash(watch->catalog), sg_catalog_hash(catalog));
    sg_catalog_free(watch->catalog);
    watch->catalog = sg_catalog_share(catalog);
    return know(watch, journal, err);
}

/* Of a record of the catalog in force; NULL for others, which were mapped by the one before. */
static bool find_known(struct sg_drift_watch *watch, struct sg_journal *journal,
                       struct sg_str system, struct sg_str record, struct watched **out,
                       struct sg_error *err)
{
    *out = NULL;
    if (watch->catalog == NULL)
        return true;
    if (!watch->is_known && !know(watch, journal, err))
        return false;
    *out = find(watch, system, record);
    return true;
}

bool sg_drift_see(struct sg_drift_watch *watch, struct sg_journal *journal,
                  const struct sg_event *event, struct sg_error *err)
{
    struct watched *watched = NULL;

    if (event->tree == NULL || event->problem.length > 0)
        return true;
    if (!find_known(watch, journal, event->system, event->record, &watched, err))
        return false;
    if (watched == NULL)
        return true;
    watch->has_news |= sg_outline_see(watched->outline, event->tree, event->captured_at);
    watch->has_counts = true;
    return true;
}

bool sg_drift_see_codes(struct sg_drift_watch *watch, struct sg_journal *journal,
                        const struct sg_drift_codes *met, struct sg_error *err)
{
    struct watched *watched = NULL;

    if (!find_known(watch, journal, met->system, met->record, &watched, err))
        return false;
    if (watched == NULL)
        return true;
    for (const struct sg_new_code *code = met->codes; code != NULL; code = code->next) {
        const struct sg_shown shown = sg_shown_of(code->code);

        watch->has_news |= sg_outline_see_code(watched->outline, code->sources,
                                               sg_str_of(shown.text), met->met_at);
        watch->has_counts = true;
    }
    return true;
}
