/* The `tests` of a system file: whether they are such, and speak of what there is. */
#include "connectors/spec.h"

static const struct sg_str EXPECTED[] = {SG_STR_INIT("sends"), SG_STR_INIT("is"),
                                         SG_STR_INIT("says"), SG_STR_INIT("gives"),
                                         SG_STR_INIT("events")};
enum { EXPECTED_COUNT = sizeof EXPECTED / sizeof EXPECTED[0] };

static const struct sg_yaml *find_entry(const struct sg_yaml *map, struct sg_str key)
{
    const struct sg_yaml *entry = map == NULL ? NULL : map->first;

    while (entry != NULL && !sg_str_equal(entry->key, key))
        entry = entry->next;
    return entry;
}

/* Of the test's `operation` or `record`: that there is one of that name in `root`. */
static void check_subject(const struct sg_spec *spec, const struct sg_yaml *test,
                          const struct sg_yaml *root)
{
    const struct sg_yaml *operation = sg_yaml_find(test, "operation");
    const struct sg_yaml *record = sg_yaml_find(test, "record");
    const struct sg_yaml *subject = operation != NULL ? operation : record;

    if ((operation != NULL) == (record != NULL)) {
        (void)sg_findings_add(spec->findings, test->at, "a test has one of `operation`, `record`");
        return;
    }
    const struct sg_yaml *there = sg_yaml_find(root, operation != NULL ? "operations" : "records");
    if (find_entry(there, subject->text) == NULL)
        (void)sg_findings_add(spec->findings, subject->at, "there is no %.*s `%.*s`%s",
                              SG_STR_ARG(subject->key), SG_STR_ARG(subject->text),
                              sg_spec_suggest(spec, subject->text, there));
}

static void check_sends(const struct sg_spec *spec, const struct sg_yaml *sends)
{
    static const struct sg_str keys[] = {
        SG_STR_INIT("get"),    SG_STR_INIT("post"), SG_STR_INIT("put"),     SG_STR_INIT("patch"),
        SG_STR_INIT("delete"), SG_STR_INIT("soap"), SG_STR_INIT("headers"), SG_STR_INIT("body")};
    const size_t calls = 6;
    size_t found = 0;

    if (sends == NULL || !sg_spec_map(spec, sends, SG_SPEC_WORDS(keys)))
        return;
    for (size_t i = 0; i < calls; i++)
        found += find_entry(sends, keys[i]) != NULL;
    if (found > 1)
        (void)sg_findings_add(spec->findings, sends->at,
                              "a request has one of get, post, put, patch, delete, soap");
    const struct sg_yaml *headers = sg_yaml_find(sends, "headers");
    if (headers != NULL)
        (void)sg_yaml_expect(headers, SG_YAML_MAP, spec->findings);
}

static void check_answer(const struct sg_spec *spec, const struct sg_yaml *answer)
{
    static const struct sg_str keys[] = {SG_STR_INIT("status"), SG_STR_INIT("headers"),
                                         SG_STR_INIT("body")};
    int64_t status = 0;

    if (answer == NULL || !sg_spec_map(spec, answer, SG_SPEC_WORDS(keys)))
        return;
    const struct sg_yaml *headers = sg_yaml_find(answer, "headers");
    const struct sg_yaml *body = sg_yaml_find(answer, "body");

    sg_spec_integer(spec, sg_spec_need(spec, answer, "answer", "status"), 100, 599, &status);
    if (headers != NULL)
        (void)sg_yaml_expect(headers, SG_YAML_MAP, spec->findings);
    if (body != NULL)
        (void)sg_yaml_expect(body, SG_YAML_TEXT, spec->findings);
}

/* What a record of `subscribe` is read from, in the place of an answer. */
static void check_message(const struct sg_spec *spec, const struct sg_yaml *test,
                          const struct sg_yaml *root)
{
    static const struct sg_str keys[] = {SG_STR_INIT("key"), SG_STR_INIT("headers"),
                                         SG_STR_INIT("value")};
    const struct sg_yaml *message = sg_yaml_find(test, "message");
    const struct sg_yaml *record = sg_yaml_find(test, "record");

    if (message == NULL || !sg_spec_map(spec, message, SG_SPEC_WORDS(keys)))
        return;
    if (record == NULL ||
        sg_yaml_find(find_entry(sg_yaml_find(root, "records"), record->text), "subscribe") == NULL)
        (void)sg_findings_add(spec->findings, message->key_at,
                              "`message` is for a test of a record with `subscribe`");
    if (sg_yaml_find(test, "answer") != NULL)
        (void)sg_findings_add(spec->findings, message->key_at,
                              "a test has one of `answer`, `message`");
    (void)sg_spec_need(spec, message, "message", "value");
    for (const struct sg_yaml *entry = message->first; entry != NULL; entry = entry->next)
        (void)sg_yaml_expect(entry, sg_str_is(entry->key, "headers") ? SG_YAML_MAP : SG_YAML_TEXT,
                             spec->findings);
}

/* What a record's fetches are answered with. */
static void check_fetches(const struct sg_spec *spec, const struct sg_yaml *fetches,
                          const struct sg_yaml *test)
{
    static const struct sg_str keys[] = {SG_STR_INIT("sends"), SG_STR_INIT("answer")};

    if (fetches == NULL || !sg_yaml_expect(fetches, SG_YAML_LIST, spec->findings))
        return;
    if (sg_yaml_find(test, "answer") == NULL || sg_yaml_find(test, "events") == NULL)
        (void)sg_findings_add(spec->findings, fetches->key_at,
                              "`fetches` is for a test with an `answer` and `events`");
    for (const struct sg_yaml *entry = fetches->first; entry != NULL; entry = entry->next) {
        if (!sg_spec_map(spec, entry, SG_SPEC_WORDS(keys)))
            continue;
        check_sends(spec, sg_yaml_find(entry, "sends"));
        if (sg_yaml_find(entry, "answer") == NULL)
            (void)sg_findings_add(spec->findings, entry->at, "a fetch in a test needs an `answer`");
        check_answer(spec, sg_yaml_find(entry, "answer"));
    }
}

static void check_events(const struct sg_spec *spec, const struct sg_yaml *events)
{
    static const struct sg_str keys[] = {SG_STR_INIT("id"), SG_STR_INIT("key"),
                                         SG_STR_INIT("version")};

    if (events == NULL || !sg_yaml_expect(events, SG_YAML_LIST, spec->findings))
        return;
    for (const struct sg_yaml *event = events->first; event != NULL; event = event->next)
        (void)sg_spec_map(spec, event, SG_SPEC_WORDS(keys));
}

/* What is expected must be there, and something that it can come of. */
static void check_expected(const struct sg_spec *spec, const struct sg_yaml *test)
{
    const bool has_answer = sg_yaml_find(test, "answer") != NULL;
    const bool is_record = sg_yaml_find(test, "record") != NULL;
    size_t found = 0;

    for (size_t i = 0; i < EXPECTED_COUNT; i++) {
        const struct sg_yaml *entry = find_entry(test, EXPECTED[i]);
        const bool is_sends = i == 0, is_gives = i == 3, is_events = i == 4;
        const bool comes_of_message = is_events && sg_yaml_find(test, "message") != NULL;

        if (entry == NULL)
            continue;
        found++;
        if (!is_sends && !has_answer && !comes_of_message)
            (void)sg_findings_add(spec->findings, entry->key_at, "`%.*s` needs an `answer`",
                                  SG_STR_ARG(entry->key));
        if (is_events ? !is_record : is_record && (is_sends || is_gives))
            (void)sg_findings_add(spec->findings, entry->key_at, "`%.*s` is for a test of %s",
                                  SG_STR_ARG(entry->key), is_events ? "a record" : "an operation");
    }
    if (found == 0)
        (void)sg_findings_add(spec->findings, test->at,
                              "a test expects something: `sends`, `is`, `says`, `gives` or "
                              "`events`");
}

static void check_test(const struct sg_spec *spec, const struct sg_yaml *test,
                       const struct sg_yaml *root)
{
    static const struct sg_str keys[] = {
        SG_STR_INIT("name"),    SG_STR_INIT("operation"), SG_STR_INIT("record"),
        SG_STR_INIT("input"),   SG_STR_INIT("sends"),     SG_STR_INIT("answer"),
        SG_STR_INIT("is"),      SG_STR_INIT("says"),      SG_STR_INIT("gives"),
        SG_STR_INIT("message"), SG_STR_INIT("events"),    SG_STR_INIT("fetches")};
    static const struct sg_str given[] = {SG_STR_INIT("id"), SG_STR_INIT("version")};
    const struct sg_yaml *input = sg_yaml_find(test, "input");
    const struct sg_yaml *gives = sg_yaml_find(test, "gives");
    const struct sg_yaml *says = sg_yaml_find(test, "says");
    enum sg_outcome outcome = SG_OUTCOME_DEFAULT;

    if (!sg_spec_map(spec, test, SG_SPEC_WORDS(keys)))
        return;
    if (sg_yaml_find(test, "name") == NULL)
        (void)sg_findings_add(spec->findings, test->at, "a test needs a `name`");
    check_subject(spec, test, root);
    if (input != NULL)
        (void)sg_yaml_expect(input, SG_YAML_MAP, spec->findings);
    check_sends(spec, sg_yaml_find(test, "sends"));
    check_answer(spec, sg_yaml_find(test, "answer"));
    check_message(spec, test, root);
    (void)sg_outcome_compile(spec, sg_yaml_find(test, "is"), &outcome);
    if (says != NULL)
        (void)sg_yaml_expect(says, SG_YAML_TEXT, spec->findings);
    if (gives != NULL)
        (void)sg_spec_map(spec, gives, SG_SPEC_WORDS(given));
    check_events(spec, sg_yaml_find(test, "events"));
    check_fetches(spec, sg_yaml_find(test, "fetches"), test);
    check_expected(spec, test);
}

/* Rules of a record that no test shows may be misspelt for ever. */
static void warn_of_untested(const struct sg_spec *spec, const struct sg_yaml *tests,
                             const struct sg_yaml *record)
{
    const struct sg_yaml *test = tests == NULL ? NULL : tests->first;
    const struct sg_yaml *of = NULL;

    for (; test != NULL; test = test->next) {
        of = sg_yaml_find(test, "record");
        if (of != NULL && sg_str_equal(of->text, record->key))
            return;
    }
    sg_findings_warn(spec->findings, record->key_at, "no test shows how a `%.*s` is read",
                     SG_STR_ARG(record->key));
}

void sg_tests_spec_check(const struct sg_spec *spec, const struct sg_yaml *yaml,
                         const struct sg_yaml *root)
{
    const struct sg_yaml *records = sg_yaml_find(root, "records");
    const struct sg_yaml *record = records == NULL ? NULL : records->first;

    if (yaml != NULL && sg_yaml_expect(yaml, SG_YAML_LIST, spec->findings))
        for (const struct sg_yaml *test = yaml->first; test != NULL; test = test->next)
            check_test(spec, test, root);
    for (; record != NULL; record = record->next)
        warn_of_untested(spec, yaml, record);
}
