#include "journal/view_records.h"

#include "base/buffer.h"
#include "journal/view_inner.h"

const char *const SG_RECORDS_STATEMENTS[SG_RECORDS_STATEMENT_COUNT] = {
    [SG_RECORDS_TICKETS] = "SELECT ticket FROM event WHERE ticket IS NOT NULL"
                           " GROUP BY ticket ORDER BY max(seq) DESC",
    [SG_RECORDS_TICKET_COUNT] = "SELECT count(DISTINCT ticket) FROM event WHERE ticket IS NOT NULL",
    [SG_RECORDS_OF_TICKET] =
        "SELECT DISTINCT system, record, record_id FROM event WHERE ticket = ?1",
    /* Without a version it only keeps what our own calls changed. */
    [SG_RECORDS_HEAD] = "SELECT version, version_kind, version_value FROM head"
                        " WHERE system = ?1 AND record = ?2 AND record_id = ?3"
                        " AND version IS NOT NULL",
};

bool sg_view_tickets(struct sg_view *view, const struct sg_view_reader *reader,
                     struct sg_error *err)
{
    return sg_view_each(&view->records, SG_RECORDS_TICKETS, NULL, 0, reader, err);
}

static void set_number(const struct sg_view_row *row, void *owner)
{
    *(int64_t *)owner = sg_view_number(row, 0);
}

bool sg_view_ticket_count(struct sg_view *view, int64_t *count, struct sg_error *err)
{
    return sg_view_each(&view->records, SG_RECORDS_TICKET_COUNT, NULL, 0,
                        &(struct sg_view_reader){set_number, count}, err);
}

bool sg_view_records(struct sg_view *view, struct sg_str ticket,
                     const struct sg_view_reader *reader, struct sg_error *err)
{
    const struct sg_sql_value value = SG_V_TEXT(ticket);

    return sg_view_each(&view->records, SG_RECORDS_OF_TICKET, &value, 1, reader, err);
}

struct finding_head {
    struct sg_arena *arena;
    struct sg_view_head *head;
};

static void set_head(const struct sg_view_row *row, void *owner)
{
    const struct finding_head *finding = owner;

    finding->head->is_there = true;
    finding->head->version = sg_str_copy(finding->arena, sg_view_text(row, 0));
    finding->head->version_kind = (enum sg_version_kind)sg_view_number(row, 1);
    finding->head->version_value = sg_view_number(row, 2);
}

bool sg_view_head(struct sg_view *view, struct sg_arena *arena, struct sg_view_head *head,
                  struct sg_error *err)
{
    const struct sg_sql_value values[] = {SG_V_TEXT(head->system), SG_V_TEXT(head->record),
                                          SG_V_TEXT(head->record_id)};
    struct finding_head finding = {arena, head};

    head->is_there = false;
    return sg_view_each(&view->records, SG_RECORDS_HEAD, values, 3,
                        &(struct sg_view_reader){set_head, &finding}, err);
}
