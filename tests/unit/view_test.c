/* How SQLite finds the rows of what people ask. */
#include "journal/view_inner.h"
#include "plans_unit.h"

#define ITS_EVENT        "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)"
#define DELIVERY_BY_ID   "SEARCH d USING INTEGER PRIMARY KEY (rowid=?)"
#define FAILED_IN_SPAN   "SEARCH d USING INDEX delivery_failed (failed_at>? AND failed_at<?)"
#define EVENTS_OF_TICKET "SEARCH t USING COVERING INDEX event_ticket (ticket=?)"
#define TICKETS_EVENTS   "SEARCH e USING COVERING INDEX event_ticket (ticket=?)"
#define OF_EVENT         "SEARCH d USING INDEX delivery_event (event=?)"
#define OPEN_ONES        "SCAN d USING INDEX delivery_open"
#define SORTED           "USE TEMP B-TREE FOR ORDER BY"
#define GROUPED          "USE TEMP B-TREE FOR GROUP BY"
#define ITS_COMMAND      "SEARCH c USING PRIMARY KEY (id=?) LEFT-JOIN"
#define ASKED(n)         "CORRELATED SCALAR SUBQUERY " n

static const char *const PLANS[SG_VIEW_QUESTIONS] = {
    [SG_VIEW_OPEN] = "SCAN delivery USING COVERING INDEX delivery_open",
    [SG_VIEW_LANES] =
        "SCAN CONSTANT ROW" AND "SCALAR SUBQUERY 1" AND
        "SCAN delivery USING INDEX delivery_lane" AND "SCALAR SUBQUERY 2" AND
        "SEARCH delivery USING COVERING INDEX delivery_open (state=?)" AND "SCALAR SUBQUERY 3" AND
        "SCAN delivery USING COVERING INDEX delivery_due" AND "SCALAR SUBQUERY 5" AND
        "SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)" AND "SCALAR SUBQUERY 4" AND
        "SEARCH delivery USING COVERING INDEX delivery_open",
    [SG_VIEW_TOTALS] = "SCAN total" AND GROUPED,
    [SG_VIEW_ALARMS] = "SCAN alarm",
    [SG_VIEW_CONTACTS] = "SCAN contact",
    [SG_VIEW_FACTS] = "SCAN fact",
    [SG_VIEW_CURSORS] = "SCAN cursor",
    [SG_VIEW_STANDING] = "SCAN standing",
    [SG_VIEW_TARGETS] = "SEARCH delivery USING INDEX delivery_open (state=?)" AND GROUPED,
    [SG_VIEW_UNKNOWN] =
        "SEARCH delivery USING INDEX delivery_open (state=?)" AND ITS_EVENT AND SORTED,
    [SG_VIEW_IN_DOUBT] = "SEARCH delivery USING INDEX delivery_failed (failed_at>?)",
    [SG_VIEW_DRIFTS] = "SCAN drift" AND SORTED, /* they are bounded */
    [SG_VIEW_OUTLINES] = "SCAN outline",
    [SG_VIEW_PAUSES] = "SCAN pause",
    [SG_VIEW_AUDIT] = "CO-ROUTINE (subquery-3)" AND "COMPOUND QUERY" AND "LEFT-MOST SUBQUERY" AND
                      "SCAN delivery" AND GROUPED AND "UNION ALL" AND "SCAN total" AND
                      "UNION ALL" AND "SCAN total" AND "SCAN (subquery-3)" AND GROUPED AND SORTED,
    [SG_VIEW_AUDIT_MAPPINGS] =
        "CO-ROUTINE (subquery-3)" AND "COMPOUND QUERY" AND "LEFT-MOST SUBQUERY" AND
        "SCAN delivery" AND GROUPED AND "UNION ALL" AND "SCAN total" AND "UNION ALL" AND
        "SCAN total" AND "SCAN (subquery-3)" AND GROUPED AND SORTED,
    [SG_VIEW_ROUNDS] = "SEARCH round USING PRIMARY KEY (ticket=?)",
    [SG_VIEW_AUDIT_SYSTEM] =
        "CO-ROUTINE (subquery-3)" AND "COMPOUND QUERY" AND "LEFT-MOST SUBQUERY" AND
        "SCAN d" AND ITS_EVENT AND GROUPED AND "UNION ALL" AND "SCAN total" AND "UNION ALL" AND
        "SCAN total" AND "SCAN (subquery-3)" AND GROUPED AND SORTED,
    [SG_VIEW_LINKS] = "SEARCH link USING INDEX link_ticket (ticket=?)",
    [SG_VIEW_EVENTS] = "SEARCH event USING INDEX event_ticket (ticket=?)",
    [SG_VIEW_DELIVERIES] = TICKETS_EVENTS AND OF_EVENT AND
    "SEARCH v USING PRIMARY KEY (mapping=? AND since=?) LEFT-JOIN" AND
    "CORRELATED SCALAR SUBQUERY 1" AND "SEARCH w USING PRIMARY KEY (mapping=?)" AND SORTED,
    [SG_VIEW_DELIVERY] = DELIVERY_BY_ID AND ITS_EVENT,
    [SG_VIEW_BODY] = DELIVERY_BY_ID AND ITS_EVENT,
    [SG_VIEW_BEHIND] =
        "SEARCH delivery USING INDEX delivery_lane (lane=? AND seq>?)" AND "SCALAR SUBQUERY 1" AND
        "SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)" AND "SCALAR SUBQUERY 2" AND
        "SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)" AND "REUSE SUBQUERY 2",
    [SG_VIEW_NEXT] =
        "MATERIALIZE d" AND "SEARCH delivery USING INDEX delivery_lane (lane=? AND seq>?)" AND
        "SCALAR SUBQUERY 1" AND "SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)" AND
        "SCALAR SUBQUERY 2" AND "SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)" AND
        "REUSE SUBQUERY 2" AND "SCAN d" AND ITS_EVENT AND SORTED,
    [SG_VIEW_ACTS_OF] = "SEARCH a USING PRIMARY KEY (delivery=?)" AND ITS_COMMAND AND SORTED,
    [SG_VIEW_ACTS] =
        TICKETS_EVENTS AND "SEARCH d USING COVERING INDEX delivery_event (event=?)" AND
                           "SEARCH a USING PRIMARY KEY (delivery=?)" AND ITS_COMMAND AND SORTED,
    [SG_VIEW_COMMAND] = "SEARCH command USING PRIMARY KEY (id=?)",
    [SG_VIEW_REFUSED] = "SEARCH act USING INDEX act_command (command=?)",
    [SG_VIEW_EVENT] = "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)" AND ASKED("1") AND
    "SEARCH r USING PRIMARY KEY (ticket=?)",
};

static const char *const AGES_PLANS[SG_AGES_STATEMENT_COUNT] = {
    [SG_AGES_BY_TARGET] = OPEN_ONES AND GROUPED,
    [SG_AGES_BY_MAPPING] = OPEN_ONES AND GROUPED,
    [SG_AGES_BY_DEPARTMENT] =
        OPEN_ONES AND GROUPED AND ASKED("1") AND ITS_EVENT AND ASKED("1") AND ITS_EVENT,
};

/* The events are asked for only where a filter is by system or department, or by a page's rows. */
static const char *const FAILED_PLANS[SG_FAILED_STATEMENT_COUNT] = {
    [SG_FAILED_NEWEST] =
        FAILED_IN_SPAN AND ASKED("4") AND ITS_EVENT AND ASKED("5") AND ITS_EVENT AND ASKED("1")
            AND ITS_EVENT AND ASKED("2") AND ITS_EVENT AND ASKED("3") AND ITS_EVENT,
    [SG_FAILED_NEWEST_OF_TICKET] = EVENTS_OF_TICKET AND OF_EVENT AND ASKED("4")
        AND ITS_EVENT AND ASKED("5") AND ITS_EVENT AND ASKED("1") AND ITS_EVENT AND ASKED("2")
            AND ITS_EVENT AND ASKED("3") AND ITS_EVENT AND SORTED,
    [SG_FAILED_OLDEST] = FAILED_IN_SPAN AND ASKED("1") AND ITS_EVENT AND ASKED("2") AND ITS_EVENT,
    [SG_FAILED_OLDEST_OF_TICKET] = EVENTS_OF_TICKET AND OF_EVENT AND ASKED("1")
        AND ITS_EVENT AND ASKED("2") AND ITS_EVENT AND SORTED,
    [SG_FAILED_COUNT] = FAILED_IN_SPAN AND ASKED("1") AND ITS_EVENT AND ASKED("2") AND ITS_EVENT,
    [SG_FAILED_COUNT_OF_TICKET] =
        EVENTS_OF_TICKET AND OF_EVENT AND ASKED("1") AND ITS_EVENT AND ASKED("2") AND ITS_EVENT,
    [SG_FAILED_WHEN] = "SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)",
    [SG_FAILED_BY_REASON] = "MATERIALIZE f" AND FAILED_IN_SPAN AND ASKED("1")
        AND ITS_EVENT AND ASKED("2") AND ITS_EVENT AND "SCAN f" AND GROUPED AND SORTED,
    [SG_FAILED_BY_MAPPING] = "MATERIALIZE f" AND FAILED_IN_SPAN AND ASKED("1")
        AND ITS_EVENT AND ASKED("2") AND ITS_EVENT AND "SCAN f" AND GROUPED AND SORTED,
    [SG_FAILED_BY_SYSTEM] =
        "MATERIALIZE f" AND FAILED_IN_SPAN AND ASKED("2") AND ITS_EVENT AND ASKED("3")
            AND ITS_EVENT AND ASKED("1") AND ITS_EVENT AND "SCAN f" AND GROUPED AND SORTED,
    [SG_FAILED_BY_DEPARTMENT] =
        "MATERIALIZE f" AND FAILED_IN_SPAN AND ASKED("2") AND ITS_EVENT AND ASKED("3")
            AND ITS_EVENT AND ASKED("1") AND ITS_EVENT AND "SCAN f" AND GROUPED AND SORTED,
};

/* All tickets are gone through, along their index, when a sample of them is taken. */
static const char *const RECORDS_PLANS[SG_RECORDS_STATEMENT_COUNT] = {
    [SG_RECORDS_TICKETS] = "SEARCH event USING COVERING INDEX event_ticket (ticket>?)" AND SORTED,
    [SG_RECORDS_TICKET_COUNT] = "SEARCH event USING COVERING INDEX event_ticket (ticket>?)",
    [SG_RECORDS_OF_TICKET] =
        "SEARCH event USING INDEX event_ticket (ticket=?)" AND "USE TEMP B-TREE FOR DISTINCT",
    [SG_RECORDS_HEAD] = "SEARCH head USING PRIMARY KEY (system=? AND record=? AND record_id=?)",
};

static const char *const PAST_PLANS[SG_PAST_STATEMENT_COUNT] = {
    [SG_PAST_PAGE] = "SEARCH e USING INTEGER PRIMARY KEY (rowid<?)" AND ASKED("1") AND OF_EVENT,
};

static void what_people_ask_is_found_by_the_index_meant_for_it(void **state)
{
    assert_plans(*state, SG_VIEW_STATEMENTS, PLANS, SG_VIEW_QUESTIONS);
    assert_plans(*state, SG_RECORDS_STATEMENTS, RECORDS_PLANS, SG_RECORDS_STATEMENT_COUNT);
    assert_plans(*state, SG_PAST_STATEMENTS, PAST_PLANS, SG_PAST_STATEMENT_COUNT);
    assert_plans(*state, SG_AGES_STATEMENTS, AGES_PLANS, SG_AGES_STATEMENT_COUNT);
}

static void what_has_failed_is_found_among_what_has_failed_alone(void **state)
{
    struct sg_error err;

    assert_true(sg_view_add_functions(*state, &err));
    assert_plans(*state, SG_FAILED_STATEMENTS, FAILED_PLANS, SG_FAILED_STATEMENT_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_ask_is_found_by_the_index_meant_for_it),
        cmocka_unit_test(what_has_failed_is_found_among_what_has_failed_alone),
    };
    return cmocka_run_group_tests_name("view", tests, unit_journal_open, unit_journal_close);
}
