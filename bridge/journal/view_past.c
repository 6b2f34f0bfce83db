#include "journal/view_past.h"

#include "journal/view_inner.h"

enum column { SEQ, SYSTEM, RECORD, RECORD_ID, VERSION, TICKET, ROUND, CAPTURED_AT, KIND, BODY };

/* The kind is the number in enum sg_past_kind. What could be no event has a lane of its own, and no
 * round (see intake.c). */
const char *const SG_PAST_STATEMENTS[SG_PAST_STATEMENT_COUNT] = {
    [SG_PAST_PAGE] = "SELECT e.seq, e.system, e.record, e.record_id, e.version, e.ticket, e.round,"
                     " e.captured_at, CASE WHEN e.round IS NULL AND EXISTS(SELECT 1 FROM delivery d"
                     "   WHERE d.event = e.seq AND d.lane = '!' || e.seq) THEN 2"
                     "  WHEN e.ticket IS NULL THEN 3 WHEN e.body IS NULL THEN 1 ELSE 0 END, e.body"
                     " FROM event e WHERE e.seq < ?1 ORDER BY e.seq DESC LIMIT ?2",
};

static void read_event(sqlite3_stmt *row, struct sg_past_event *out)
{
    out->kind = (enum sg_past_kind)sg_sql_number(row, KIND);
    out->delivery = (struct sg_delivery){
        .seq = sg_sql_number(row, SEQ),
        .run = 1,
        .ticket = sg_sql_text(row, TICKET),
        .round = sg_sql_number(row, ROUND),
        .event = {.system = sg_sql_text(row, SYSTEM),
                  .record = sg_sql_text(row, RECORD),
                  .record_id = sg_sql_text(row, RECORD_ID),
                  .version = sg_sql_text(row, VERSION),
                  .captured_at = sg_sql_number(row, CAPTURED_AT)},
    };
    if (out->kind == SG_PAST_WHOLE)
        out->delivery.event.body = sg_sql_text(row, BODY);
}

static bool tell(struct sg_view *view, sqlite3_stmt *row, struct sg_past_page *page,
                 struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_past_event event = {.arena = arena};

    read_event(row, &event);
    page->before = event.delivery.seq;
    page->count++;
    if (event.kind == SG_PAST_WHOLE &&
        !sg_state_read_links(&view->state, arena, &event.delivery, err))
        return false;
    page->each(&event, page->owner);
    return true;
}

bool sg_view_past(struct sg_view *view, struct sg_past_page *page, struct sg_error *err)
{
    bool is_there = true;

    page->count = 0;
    if (!sg_view_open_state(view, err))
        return false;
    sqlite3_stmt *row =
        SG_SQL_BIND(&view->past, SG_PAST_PAGE, SG_V_NUMBER(page->before), SG_V_NUMBER(page->room));

    while (is_there) {
        if (!sg_sql_row(&view->past, row, &is_there, err))
            return false;
        if (is_there && !tell(view, row, page, err)) {
            sg_sql_done(row);
            return false;
        }
    }
    return true;
}
