#include "learn/learn.h"

#include "base/buffer.h"
#include "connectors/catalog.h"
#include "folder_unit.h"
#include "tree/xml.h"

/* Invented. */
#define PAGE                                                                                     \
    "{\"code\": 0, \"total\": 4, \"data\": ["                                                    \
    "{\"ticketId\": \"1405-1\", \"status\": \"open\", \"mobile\": \"09120000001\","              \
    " \"title\": \"چاله در خیابان\", \"updatedAt\": \"1405/04/10 08:00:00\","        \
    " \"created\": \"1405/04/09 08:00:00\", \"body\": \"{\\\"a\\\": 1}\", \"media\": [1, 2]},"   \
    "{\"ticketId\": \"1405-2\", \"status\": \"closed\", \"mobile\": \"09120000002\","            \
    " \"updatedAt\": \"1405/04/11 08:00:00\", \"created\": \"1405/04/09 08:00:00\"},"            \
    "{\"ticketId\": \"1405-3\", \"status\": \"open\", \"contact\": {\"mail\": \"a@b.example\"}," \
    " \"updatedAt\": \"1405/04/12 08:00:00\", \"created\": \"1405/04/09 08:00:00\"},"            \
    "{\"ticketId\": \"1405-4\", \"status\": \"open\", \"note\": \"تلفن 09120000003\","       \
    " \"updatedAt\": \"1405/04/13 08:00:00\", \"created\": \"1405/04/09 08:00:00\"}]}"

#define WSDL(types, style, use, location)                                                  \
    "<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\""                              \
    " xmlns:s=\"http://schemas.xmlsoap.org/wsdl/soap12/\" xmlns:t=\"urn:t\""               \
    " xmlns:x=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:t\">"             \
    "<types><x:schema targetNamespace=\"urn:t\">" types "</x:schema></types>"              \
    "<message name=\"In\"><part name=\"p\" element=\"t:SendLetter\"/></message>"           \
    "<message name=\"Out\"><part name=\"p\" element=\"t:SendLetterResponse\"/></message>"  \
    "<portType name=\"P\"><operation name=\"SendLetter\"><input message=\"t:In\"/>"        \
    "<output message=\"t:Out\"/></operation></portType>"                                   \
    "<binding name=\"B\" type=\"t:P\"><s:binding style=\"" style "\"/>"                    \
    "<operation name=\"SendLetter\"><s:operation soapAction=\"urn:t#send\"/>"              \
    "<input><s:body use=\"" use "\"/></input></operation></binding>"                       \
    "<service name=\"S\"><port name=\"Q\" binding=\"t:B\"><s:address location=\"" location \
    "\"/></port></service></definitions>"

#define ELEMENT(content)                                                 \
    "<x:element name=\"SendLetter\"><x:complexType><x:sequence>" content \
    "</x:sequence></x:complexType></x:element>"
#define RESPONSE                                                                         \
    "<x:element name=\"SendLetterResponse\"><x:complexType><x:sequence>"                 \
    "<x:element name=\"SendLetterResult\"><x:complexType><x:sequence>"                   \
    "<x:element name=\"Code\" type=\"x:int\"/></x:sequence></x:complexType></x:element>" \
    "</x:sequence></x:complexType></x:element>"

static bool learn_from(struct sg_arena *arena, const char *const *texts, size_t count,
                       const char *items, struct sg_str *out, struct sg_error *err)
{
    static const char *const names[] = {"one.json", "two.json", "three.json"};
    struct sg_learn_document documents[3];
    const struct sg_learn_system from = {.system = SG_STR("demo"),
                                         .record = SG_STR("ticket"),
                                         .items = items,
                                         .documents = documents,
                                         .count = count};

    for (size_t d = 0; d < count; d++)
        documents[d] = (struct sg_learn_document){names[d], unit_text(arena, texts[d])};
    return sg_learn_system(arena, &from, out, err);
}

/* The file that is learned from one document, which must be possible. */
static const char *learned(struct sg_arena *arena, const char *text)
{
    struct sg_str out;
    struct sg_error err;

    if (!learn_from(arena, &text, 1, NULL, &out, &err))
        fail_msg("%s", err.text);
    return sg_str_c(arena, out);
}

/* How often `part` stands in `text`. */
static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        count++;
    return count;
}

static const char *line_of(struct sg_arena *arena, const char *text, int line)
{
    while (--line > 0 && strchr(text, '\n') != NULL)
        text = strchr(text, '\n') + 1;
    return sg_str_c(arena, (struct sg_str){text, strcspn(text, "\n")});
}

static struct sg_catalog *check(const struct unit_folder *folder, struct sg_findings *findings)
{
    return sg_catalog_load(folder->path, &(struct sg_secrets){.is_read = false}, true, findings);
}

/* Every finding of `check` stands at a mark of the file demo.yaml, and every mark has a finding. */
static void assert_only_marks_are_found(struct sg_arena *arena, const struct unit_folder *folder,
                                        const char *file)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    size_t count = 0, marked = 0;

    sg_catalog_free(check(folder, findings));
    const struct sg_finding *all = sg_findings_sorted(findings, &count);
    for (size_t f = 0; f < count; f++) {
        if (all[f].is_warning && strstr(all[f].at.file, "demo.yaml") == NULL)
            continue; /* of the folder: it has no mapping */
        if (strstr(line_of(arena, file, all[f].at.line), "\"?\"  # ? ") == NULL)
            fail_msg("line %d is no mark: %.*s\n%s", all[f].at.line, SG_STR_ARG(all[f].text), file);
        marked += f == 0 || all[f].at.line != all[f - 1].at.line || all[f - 1].is_warning;
    }
    assert_int_equal(marked, count_of(file, "\"?\"  # ? "));
}

static void assert_only_marks_are_wrong(struct sg_arena *arena, const char *file)
{
    struct unit_folder folder;

    unit_folder_open(&folder);
    unit_folder_write(&folder, "systems/demo.yaml", file);
    assert_only_marks_are_found(arena, &folder, file);
    unit_folder_close(&folder);
}

static void what_is_learned_is_right_but_for_its_marks(void **state)
{
    static const char *const rows[] = {
        PAGE,
        "{\"id\": 7}",
        "[{\"id\": 7, \"updated\": \"2026-07-01T08:00:00Z\"}, {\"id\": 8, \"updated\": "
        "\"2026-07-01T08:00:01Z\"}]",
        "{\"x\": \"it's: a 'text' # {}\", \"true\": [], \"\": \"y\"}",
        "[{\"number\": \"44/1405\", \"modified\": 1782880200, \"a b\": {\"c: d\": \"e\"}}]",
        "<list><item><no>1</no><at>1405/04/10</at></item><item><no>2</no><at>1405/04/11</at>"
        "</item></list>",
        "<case><CaseNumber>44/1405</CaseNumber><Text a=\"b\">متن</Text></case>",
        WSDL(ELEMENT("<x:element name=\"A\" type=\"x:int\"/>"), "document", "literal",
             "http://a/b"),
        WSDL(ELEMENT(""), "document", "literal", "@URL@"),
        WSDL(
            ELEMENT(
                "<x:element name=\"A\" type=\"t:Loop\"/>") "<x:complexType name=\"Loop\"><x:sequence><x:element name=\"B\" type=\"t:Loop\"/>"
                                                           "<x:element name=\"C\" type=\"t:Loop\" maxOccurs=\"2\"/></x:sequence>"
                                                           "</x:complexType>",
            "document", "literal", "http://a/b"),
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_only_marks_are_wrong(arena, learned(arena, rows[r]));
    }
}

static void records_tell_what_their_fields_are(void **state)
{
    static const char *const parts[] = {
        "\n    id: /ticketId  #",
        "\n    internal: [/mobile, /contact/mail, /note]\n",
        "\n    version: {from: /updatedAt, with: {date: {from: \"jalali %Y/%m/%d %H:%M:%S\"}}}\n",
        "\n    decode: {/body: json}\n",
        "\n      items: /data\n",
        "\n        time: {from: /updatedAt",
        "\nzone: \"?\"  # ? of /updatedAt",
        "/status (4): codes: closed open\n",
        "/media: a list\n",
        "\n      - {id: \"1405-1\"}\n"};
    static const char *const not_there[] = {"0912", "چاله", "example", "تلفن"};
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const char *file = learned(arena, PAGE);

    (void)state;
    for (size_t p = 0; p < SG_ROWS(parts); p++) {
        if (strstr(file, parts[p]) == NULL)
            fail_msg("%s is missing in\n%s", parts[p], file);
    }
    for (size_t n = 0; n < SG_ROWS(not_there); n++)
        assert_null(strstr(file, not_there[n]));
}

/* Answers a mark: the value of the first line that begins so. */
static const char *answer(struct sg_arena *arena, const char *file, const char *begin,
                          const char *value)
{
    const char *at = strstr(file, begin);

    assert_non_null(at);
    at += strlen(begin);
    return sg_str_c(arena, sg_str_format(arena, "%.*s%s%s", (int)(at - file), file, value,
                                         at + strcspn(at, "\n")));
}

static void with_its_marks_answered_its_test_passes(void **state)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const char *file = learned(arena, PAGE);
    struct unit_folder folder;
    struct sg_catalog_counts counts;

    (void)state;
    file = answer(arena, file, "url: ", "https://saja.example/api");
    file = answer(arena, file, "zone: ", "Asia/Tehran");
    file = answer(arena, file, "key: ", "/ticketId");
    file = answer(arena, file, "request: ", "{get: /tickets}");
    file = answer(arena, file, "pages: ", "{by: number}");
    file = answer(arena, file, "start: ", "now");
    unit_folder_open(&folder);
    unit_folder_write(&folder, "systems/demo.yaml", file);
    struct sg_catalog *catalog =
        sg_catalog_check(folder.path, &(struct sg_secrets){.is_read = false}, findings, &counts);
    if (catalog == NULL)
        sg_findings_print(findings, stderr);
    assert_non_null(catalog);
    assert_int_equal(counts.passed, 1);
    sg_catalog_free(catalog);
    unit_folder_close(&folder);
}

static void several_files_are_records_of_one_kind(void **state)
{
    static const char *const texts[] = {"{\"id\": 1, \"open\": true}", "{\"id\": 2}",
                                        "{\"id\": 3}"};
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str out;
    struct sg_error err;

    (void)state;
    assert_true(learn_from(arena, texts, 3, NULL, &out, &err));
    const char *file = sg_str_c(arena, out);
    assert_non_null(strstr(file, "id: /id  # another one in each of 3 records"));
    assert_non_null(strstr(file, "/open (1)"));
    assert_non_null(strstr(file, "items: \"\"\n"));
}

static void a_schema_tells_what_may_be_set(void **state)
{
    /* what stands in the schema, and what comes of it */
    static const char *const rows[][2] = {
        {"<x:element name=\"A\" type=\"x:string\"/>", "/A: {required: true}\n"},
        {"<x:element name=\"A\" type=\"x:long\" minOccurs=\"0\"/>", "/A: {type: integer}\n"},
        {"<x:element name=\"A\" type=\"x:boolean\" maxOccurs=\"unbounded\"/>",
         "/A: {type: list, required: true}\n"},
        {"<x:element name=\"A\"><x:simpleType><x:restriction base=\"x:string\">"
         "<x:enumeration value=\"open\"/><x:enumeration value=\"1\"/></x:restriction>"
         "</x:simpleType></x:element>",
         "/A: {required: true, in: [open, \"1\"]}\n"},
        {"<x:element name=\"A\" type=\"t:Short\"/>", "/A: {required: true, max: 20}\n"},
        {"<x:element name=\"A\" type=\"t:Coded\" minOccurs=\"0\"/>",
         "/A/#text\": {}\n      /A/@Code: {}\n"},
        {"<x:element name=\"A\" type=\"t:More\" maxOccurs=\"9\"/>",
         "/A: {type: list, required: true, of: {/B: {required: true}, /C: {type: number}}}\n"},
        {"<x:choice><x:element name=\"A\" type=\"x:string\"/><x:element name=\"B\" "
         "type=\"x:string\"/></x:choice>",
         "/A: {}\n      /B: {}\n"},
        {"<x:element name=\"A\" type=\"x:int\"/><x:any/>",
         "/A: {type: integer, required: true}\n      # and more that is not read"},
        {"<x:element ref=\"t:Other\"/>", "/Other: {type: any, required: true}\n"},
        {"<x:any/>",
         "input: \"?\"  # ? what may be set, one thing at least; its schema is not read"},
    };
#define TYPES                                                                                    \
    "<x:simpleType name=\"Short\"><x:restriction base=\"x:string\"><x:maxLength value=\"20\"/>"  \
    "</x:restriction></x:simpleType><x:complexType name=\"Coded\"><x:simpleContent>"             \
    "<x:extension base=\"x:string\"><x:attribute name=\"Code\" use=\"required\"/></x:extension>" \
    "</x:simpleContent></x:complexType><x:complexType name=\"Base\"><x:sequence>"                \
    "<x:element name=\"B\" type=\"x:string\"/></x:sequence></x:complexType>"                     \
    "<x:complexType name=\"More\"><x:complexContent><x:extension base=\"t:Base\"><x:sequence>"   \
    "<x:element name=\"C\" type=\"x:decimal\" minOccurs=\"0\"/></x:sequence></x:extension>"      \
    "</x:complexContent></x:complexType><x:element name=\"Other\" type=\"x:anyType\"/>"

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const char *whole = WSDL(ELEMENT("%s") TYPES RESPONSE, "document", "literal", "http://a/b");
        const char *hole = strstr(whole, "%s");
        const char *text = sg_str_c(arena, sg_str_format(arena, "%.*s%s%s", (int)(hole - whole),
                                                         whole, rows[r][0], hole + 2));
        const char *file = learned(arena, text);

        if (strstr(file, rows[r][1]) == NULL)
            fail_msg("%s is missing in\n%s", rows[r][1], file);
        assert_only_marks_are_wrong(arena, file);
    }
}

static void a_wsdl_tells_how_its_messages_are_written(void **state)
{
    static const char *const parts[] = {
        "\nurl: \"http://a/b\"\n",
        "\nsoap: \"1.2\"\n",
        "\nnamespaces: {t: \"urn:t\"}\n",
        "\nunwrap: 2\n",
        "  send_letter:\n",
        "    # answers with SendLetterResponse: /SendLetterResult/Code\n",
        "    request: {soap: \"t:SendLetter\", action: \"urn:t#send\"}\n"};
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const char *file =
        learned(arena, WSDL(ELEMENT("") RESPONSE, "document", "literal", "http://a/b"));

    (void)state;
    for (size_t p = 0; p < SG_ROWS(parts); p++) {
        if (strstr(file, parts[p]) == NULL)
            fail_msg("%s is missing in\n%s", parts[p], file);
    }
}

/* Types that hold each other many times over, and a schema of many fields: an end comes soon. */
static void a_schema_that_grows_without_end_is_cut(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_buffer types = {.arena = arena};

    (void)state;
    for (int t = 0; t < 12; t++) {
        sg_buffer_add_format(&types, "<x:complexType name=\"T%d\"><x:sequence>", t);
        for (int e = 0; e < 12; e++)
            sg_buffer_add_format(&types, "<x:element name=\"E%d\" type=\"t:T%d\"/>", e, t + 1);
        sg_buffer_add(&types, SG_STR("</x:sequence></x:complexType>"));
    }
    const char *whole = WSDL(ELEMENT("<x:element name=\"A\" type=\"t:T0\"/>") "%s", "document",
                             "literal", "http://a/b");
    const char *hole = strstr(whole, "%s");
    const char *file =
        learned(arena, sg_str_c(arena, sg_str_format(arena, "%.*s%s%s", (int)(hole - whole), whole,
                                                     sg_buffer_c(&types), hole + 2)));
    assert_non_null(strstr(file, "its schema is not read"));
}

static void what_cannot_be_learned_from_says_why(void **state)
{
    static const char *const rows[][2] = {
        {"", "one.json:0 is empty; a captured record is expected"},
        {" \n", "one.json:0 is empty; a captured record is expected"},
        {"[]", "one.json:0 holds no record; at least one is expected"},
        {"{\"data\": []}", "one.json:0 holds no record"},
        {"[1, 2]", "one.json:0 holds no records: objects are expected, one or a list of them"},
        {"\"text\"", "one.json:0 holds no records"},
        {"{\"a\": \xff}", "one.json:0 is not in UTF-8, from its byte 7 on; convert it first"},
        {"{\"a\":\n !}", "one.json:2 "},
        {"<a>\n<b></a>", "one.json:2 "},
        {"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "one.json:"},
        {"<s:Envelope xmlns:s=\"urn:s\"><s:Body/></s:Envelope>", "one.json:0 is a SOAP message"},
        {"<definitions/>", "one.json:0 has no binding of SOAP 1.1 or 1.2 to http"},
        {WSDL(ELEMENT(""), "rpc", "literal", "http://a/b"),
         "one.json:0 its binding has the style rpc"},
        {WSDL(ELEMENT(""), "document", "encoded", "http://a/b"),
         "one.json:0 its messages are encoded"},
        {WSDL("", "document", "literal", "http://a/b"), "one.json:0 holds no schema"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_str out;
        struct sg_error err;

        if (learn_from(arena, &rows[r][0], 1, NULL, &out, &err))
            fail_msg("%s is learned from:\n%.*s", rows[r][0], SG_STR_ARG(out));
        const char *said =
            sg_str_c(arena, sg_str_format(arena, "%s:%d %s", err.at.file, err.at.line, err.text));
        if (strncmp(said, rows[r][1], strlen(rows[r][1])) != 0)
            fail_msg("%s: %s", rows[r][0], said);
    }
}

/* As deep as a document may be, and deeper. */
static void a_deep_record_is_read_or_refused(void **state)
{
    static const struct {
        int levels;
        bool is_read;
    } rows[] = {{60, true}, {100000, false}};

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_buffer text = {.arena = arena};
        struct sg_str out;
        struct sg_error err;

        for (int l = 0; l < rows[r].levels; l++)
            sg_buffer_add(&text, SG_STR("{\"a\":"));
        sg_buffer_add_byte(&text, '1');
        for (int l = 0; l < rows[r].levels; l++)
            sg_buffer_add_byte(&text, '}');
        const char *all = sg_buffer_c(&text);
        assert_int_equal(learn_from(arena, &all, 1, NULL, &out, &err), rows[r].is_read);
    }
}

static void a_list_stands_where_it_is_said_to(void **state)
{
    static const char *const text =
        "{\"a\": [{\"id\": 1}], \"b\": {\"c\": [{\"id\": 2}, {\"id\": 3}]}}";
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str out;
    struct sg_error err;

    (void)state;
    assert_true(learn_from(arena, &text, 1, "/b/c", &out, &err));
    assert_non_null(strstr(sg_str_c(arena, out), "      items: /b/c\n"));
    assert_non_null(
        strstr(sg_str_c(arena, out), "'{\"b\":{\"c\":[{\"id\":\"2\"},{\"id\":\"3\"}]}}'"));
    assert_false(learn_from(arena, &text, 1, "b", &out, &err));
    assert_string_equal(err.at.file, "--items");
}

/* --- mappings --- */

#define SYSTEM_A                                                                           \
    "system: a\nurl: http://a\nformat: json\nzone: Asia/Tehran\n"                          \
    "records: {item: {id: /id, key: /id, internal: [/person], read: {request: {get: /i}, " \
    "items: \"\"}}}\n"                                                                     \
    "tests: [{name: t, record: item, answer: {status: 404}, is: none}]\n"
#define SYSTEM_B                                                                        \
    "system: b\nurl: http://b\nformat: json\nzone: Asia/Tehran\n"                       \
    "operations: {tell: {request: {put: /t}, once: idempotent, input: {"                \
    "/x: {}, /status: {in: [open, \"3\"]}, /n: {type: integer}, /is: {type: boolean}, " \
    "/list: {type: list}, /open/at: {}, /public: {public: true}, /must: {required: %s}}}}\n"

/* The mapping of two records, in a folder with both systems. */
static const char *learned_mapping(struct sg_arena *arena, const struct unit_folder *folder,
                                   const char *from, const char *to)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_catalog *catalog =
        sg_catalog_load_systems(folder->path, &(struct sg_secrets){.is_read = false}, findings);
    struct sg_str out;
    struct sg_error err;

    sg_findings_print(findings, stderr);
    assert_non_null(catalog);
    const struct sg_system *a = sg_catalog_system(catalog, SG_STR("a"));
    const struct sg_system *b = sg_catalog_system(catalog, SG_STR("b"));
    const struct sg_record *record = sg_system_record(a, SG_STR("item"));
    const struct sg_learn_mapping it = {.mapping = SG_STR("demo"),
                                        .from_system = a->name,
                                        .from_record = record->name,
                                        .to_system = b->name,
                                        .to_operation = SG_STR("tell"),
                                        .from_zone = a->zone,
                                        .to_zone = b->zone,
                                        .internal = record->view.internal,
                                        .internal_count = record->view.internal_count,
                                        .input = sg_system_operation(b, SG_STR("tell"))->input,
                                        .from = {"from.json", unit_text(arena, from)},
                                        .to = {"to.json", unit_text(arena, to)}};

    const bool is_good = sg_learn_mapping(arena, &it, &out, &err);
    sg_catalog_free(catalog);
    return is_good ? sg_str_c(arena, out)
                   : sg_str_c(arena, sg_str_format(arena, "%s: %s", err.at.file, err.text));
}

static void open_systems(struct sg_arena *arena, struct unit_folder *folder,
                         const char *is_required)
{
    unit_folder_open(folder);
    unit_folder_write(folder, "systems/a.yaml", SYSTEM_A);
    unit_folder_write(folder, "systems/b.yaml",
                      sg_str_c(arena, sg_str_format(arena, SYSTEM_B, is_required)));
}

static void two_records_tell_where_a_value_comes_from(void **state)
{
    /* a record, the input that was made of it, and a line of the mapping */
    static const char *const rows[][3] = {
        {"{\"id\": 7, \"a\": {\"b\": \"متن\"}}", "{\"x\": \"متن\"}", "  /x: /a/b\n"},
        {"{\"a\": \" نشت \"}", "{\"x\": \"نشت\"}", "  /x: {from: /a, with: trim}\n"},
        {"{\"a\": \"كوي علي\"}", "{\"x\": \"کوی علی\"}",
         "  /x: {from: /a, with: persian_letters}\n"},
        {"{\"a\": \" کوی \"}", "{\"x\": \"كوي\"}",
         "  /x: {from: /a, with: [arabic_letters, trim]}\n"},
        {"{\"a\": \"۱۴۰۵-۷\"}", "{\"x\": \"1405-7\"}", "  /x: {from: /a, with: digits}\n"},
        {"{\"at\": \"2026-07-01T04:30:00Z\"}", "{\"x\": \"1405/04/10 08:00:00\"}",
         "  /x: {from: /at, with: {date: {from: iso, to: \"jalali %Y/%m/%d %H:%M:%S\"}}}\n"},
        {"{\"at\": \"1405/04/10 08:00:00\"}", "{\"x\": \"2026-07-01T04:30:00Z\"}",
         "  /x: {from: /at, with: {date: {from: \"jalali %Y/%m/%d %H:%M:%S\", to: iso}}}\n"},
        {"{\"created_at\": 1782880200}", "{\"x\": \"2026-07-01\"}",
         "  /x: {from: /created_at, with: {date: {from: unix, to: \"%Y-%m-%d\"}}}\n"},
        {"{\"b\": \"same\", \"c\": \"same\"}", "{\"x\": \"same\"}",
         "  /x: /b  # or /c, which is the same here\n"},
        {"{\"b\": \"same\", \"X\": \"same\"}", "{\"x\": \"same\"}",
         "  /x: /X  # or /b, which is the same here\n"},
        {"{\"status\": \"3\", \"b\": \"3\"}", "{\"status\": \"3\"}",
         "  /status: /status  # or /b, which is the same here\n"},
        {"{\"b\": \"3\"}", "{\"status\": \"3\"}",
         "  /status: \"?\"  # ? \"3\", as /b is, perhaps by chance"},
        {"{\"Status\": \"9\"}", "{\"status\": \"open\"}",
         "  /status: \"?\"  # ? \"open\", and /Status is \"9\": {from: /Status, with: {lookup: "},
        {"{\"b\": \"3\"}", "{\"x\": \"137\"}",
         "  /x: \"?\"  # ? \"137\", which stands nowhere in the record: {const: …}"},
        {"{\"b\": \"3\"}", "{\"x\": \"متن شهروند\"}", "  /x: \"?\"  # ? ***(10), which stands"},
        {"{\"id\": 123}", "{\"n\": 123}", "  /n: /id\n"},
        {"{\"is\": true}", "{\"is\": 1}", "  /is: \"?\"  # ? \"1\", and /is is \"true\""},
        {"{\"l\": [1, 2]}", "{\"list\": [1, 2]}", "  /list: \"?\"  # ? a list or more"},
        {"{\"person\": \"مریم\"}", "{\"public\": \"مریم\"}",
         "  /public: \"?\"  # ? /person, which is internal while this is public"},
        {"{\"person\": \"مریم\"}", "{\"x\": \"مریم\"}", "  /x: /person\n"},
        {"{\"a\": \"09120000001\"}",
         "{\"x\": \"09120000001\", \"open\": {\"at\": \"09120000001\"}}",
         "    expect: {\"x\":\"1\",\"open\":{\"at\":\"1\"}}\n"},
        {"{\"a\": \"b\"}", "[]", "to.json: holds no record: one object is expected"},
        {"{\"a\": \"b\"}", "{\"y\": 1}", "to.json: holds nothing that b.tell may be given"},
        {"{\"a\": \"b\"}", "{\"open\": [{}, {}]}", "to.json: 2 elements at /open, one expected"},
        {"", "{}", "from.json: is empty"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct unit_folder folder;

        open_systems(arena, &folder, "false");
        const char *file = learned_mapping(arena, &folder, rows[r][0], rows[r][1]);
        if (strstr(file, rows[r][2]) == NULL)
            fail_msg("%s is missing in\n%s", rows[r][2], file);
        if (strncmp(file, "#", 1) == 0) {
            unit_folder_write(&folder, "demo.yaml", file);
            assert_only_marks_are_found(arena, &folder, file);
        }
        unit_folder_close(&folder);
    }
}

static void a_required_input_that_was_not_set_is_marked(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct unit_folder folder;

    (void)state;
    open_systems(arena, &folder, "true");
    const char *file = learned_mapping(arena, &folder, "{\"a\": \"text\"}", "{\"x\": \"text\"}");
    assert_non_null(strstr(file, "  /must: \"?\"  # ? required, and nothing stands there"));
    unit_folder_write(&folder, "demo.yaml", file);
    assert_only_marks_are_found(arena, &folder, file);
    unit_folder_close(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_learned_is_right_but_for_its_marks),
        cmocka_unit_test(records_tell_what_their_fields_are),
        cmocka_unit_test(with_its_marks_answered_its_test_passes),
        cmocka_unit_test(several_files_are_records_of_one_kind),
        cmocka_unit_test(a_schema_tells_what_may_be_set),
        cmocka_unit_test(a_wsdl_tells_how_its_messages_are_written),
        cmocka_unit_test(a_schema_that_grows_without_end_is_cut),
        cmocka_unit_test(what_cannot_be_learned_from_says_why),
        cmocka_unit_test(a_deep_record_is_read_or_refused),
        cmocka_unit_test(a_list_stands_where_it_is_said_to),
        cmocka_unit_test(two_records_tell_where_a_value_comes_from),
        cmocka_unit_test(a_required_input_that_was_not_set_is_marked),
    };
    sg_xml_init();
    return cmocka_run_group_tests_name("learn", tests, NULL, NULL);
}
