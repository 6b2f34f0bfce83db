#include "connectors/system.h"

#include "system_unit.h"

/* As HEAD, of a SOAP system: what a row adds starts on line 6. */
#define SOAP \
    "system: s\nurl: ${env:S_URL}\nformat: soap\nsoap: \"1.1\"\nnamespaces: {\"\": \"urn:s\"}\n"
#define SOAP_OPERATIONS \
    "operations: {create: {request: {soap: Create}, input: {/a: {}}, once: idempotent}}\n"
/* A record, an operation and a poll: what a row adds starts on lines 8, 6 and 9. */
#define RECORD    HEAD "records:\n  ticket:\n    id: /id\n    key: /id\n"
#define OPERATION HEAD "operations:\n  create:\n"
#define POLL      RECORD "    poll:\n      every: 30s\n      request: {get: /t}\n      items: \"\"\n"

static void the_top_of_a_wrong_file_is_refused_at_its_place(void **state)
{
    static const char *const rows[][2] = {
        {HEAD OPERATIONS, ""},
        {HEAD "zone: Asia/Tehran\ncharset: utf-8\nauth: none\n" OPERATIONS, ""},
        {"url: ${env:S_URL}\nformat: json\n" OPERATIONS, "1:1: `a system file` needs `system`"},
        {"system: s\nformat: json\n" OPERATIONS, "1:1: `a system file` needs `url`"},
        {"system: s\nurl: ${env:S_URL}\n" OPERATIONS, "1:1: `a system file` needs `format`"},
        {"system: t\nurl: ${env:S_URL}\nformat: json\n" OPERATIONS,
         "1:9: a system has the name of its file, `s`"},
        {"system: s\nurl: gam.example\nformat: json\n" OPERATIONS,
         "2:6: a url starts with http:// or https://"},
        {"system: s\nurl: https://bridge:hunter2@gam.example/api\nformat: json\n" OPERATIONS,
         "2:6: user and password belong to `auth`"},
        {"system: s\nurl: https://gam.example/api@1\nformat: json\n" OPERATIONS, ""},
        {"system: s\nurl: http://gam.example/api?key=1\nformat: json\n" OPERATIONS,
         "2:6: a url ends with its path; what every query has is for `always`"},
        {"system: s\nurl: \"\"\nformat: json\n" OPERATIONS,
         "2:6: a text is expected, and it is empty"},
        {"system: s\nurl: ${env:S_URL}\nformat: yaml\n" OPERATIONS,
         "3:9: `yaml` is not one of json, soap, xml"},
        {HEAD "zon: UTC\n" OPERATIONS, "4:1: unknown key `zon`; did you mean `zone`?"},
        {HEAD "zone: Asia/Mashad\n" OPERATIONS,
         "4:7: no such time zone `Asia/Mashad`; did you mean `Asia/Baghdad`?"},
        {HEAD "names: loose\n" OPERATIONS, ""},
        {HEAD "names: any\n" OPERATIONS, "4:8: `any` is not one of exact, loose"},
        {HEAD "charset: windows-1256\n" OPERATIONS, ""},
        {HEAD "charset: latin1\n" OPERATIONS, "4:10: `latin1` is not one of utf-8, windows-1256"},
        {"system: s\nurl: ${env:S_URL}\nformat: xml\nnamespaces: {v: \"urn:v\"}\n" OPERATIONS, ""},
        {"system: s\nurl: ${env:S_URL}\nformat: xml\nunwrap: 2\n" OPERATIONS,
         "4:1: `unwrap` is for `format: soap`, and this system's is another"},
        {HEAD "soap: \"1.1\"\n" OPERATIONS,
         "4:1: `soap` is for `format: soap`, and this system's is another"},
        {HEAD "unwrap: 2\n" OPERATIONS,
         "4:1: `unwrap` is for `format: soap`, and this system's is another"},
        {HEAD, "1:1: a system needs `records` or `operations`"},
        {HEAD "records: {}\n", "1:1: a system needs `records` or `operations`"},
        {HEAD "records: {}\noperations: {}\n", "1:1: a system needs `records` or `operations`"},
        {HEAD "operations: []\n", "4:13: a map is expected"},
        {"[1]\n", "1:1: a map is expected"},
        {"", "1:1: the file is empty"},
        {HEAD "zone: UTC\nzone: UTC\n" OPERATIONS, "5:1: `zone` is given twice; first on line 4"},
    };

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void a_soap_system_says_what_its_envelopes_are_made_of(void **state)
{
    static const char *const rows[][2] = {
        {SOAP SOAP_OPERATIONS, ""},
        {"system: s\nurl: ${env:S_URL}\nformat: soap\nsoap: \"1.1\"\n" SOAP_OPERATIONS,
         "3:1: a SOAP system needs `namespaces`"},
        {"system: s\nurl: ${env:S_URL}\nformat: soap\nnamespaces: {\"\": \"urn:s\"}\n" SOAP_OPERATIONS,
         "3:1: a SOAP system needs `soap`: \"1.1\" or \"1.2\""},
        {"system: s\nurl: ${env:S_URL}\nformat: soap\nsoap: 1.1\nnamespaces: {\"\": \"urn:s\"}\n" SOAP_OPERATIONS,
         "4:7: a text is expected; quote it: \"1.1\""},
        {SOAP "unwrap: 0\n" SOAP_OPERATIONS, "6:9: a whole number from 1 to 3 is expected"},
        {SOAP "action: \"\"\n" SOAP_OPERATIONS, "6:9: a text is expected, and it is empty"},
        {SOAP "operations: {c: {request: {soap: v:C}, input: {/a: {}}, once: resend}}\n",
         "6:34: the prefix `v` is not among `namespaces`"},
        {SOAP "operations: {c: {request: {soap: C, path: /x, soap_header: {const: h}}, input: "
              "{/a: {}}, once: resend}}\n",
         ""},
        {SOAP "operations: {c: {request: {soap: C, body: json}, input: {/a: {}}, once: ask}}\n",
         "6:37: a SOAP request has no `body`; its content stands in the element"},
        {OPERATION "    request: {soap: C}\n    input: {/a: {}}\n    once: ask\n",
         "6:15: `soap` is for `format: soap`, and this system's is another"},
    };

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

/* Of a file whose `format` is wrong nobody knows what may stand in it: what is wrong in any format is said. */
static void a_wrong_format_is_blamed_alone(void **state)
{
#define UNKNOWN "system: s\nurl: ${env:S_URL}\nformat: SOAP\n"
#define SAID    "3:9: `SOAP` is not one of json, soap, xml"
    static const char *const rows[][2] = {
        {UNKNOWN
         "soap: \"1.1\"\nnamespaces: {\"\": \"urn:s\"}\naction: urn:s/\nunwrap: 2\n"
         "auth: {wsse: {user: u, password: \"${env:P}\"}}\nalways: {soap_header: {const: h}}\n"
         "answers: [{fault: Busy, is: temporary}]\n" SOAP_OPERATIONS,
         SAID},
        {UNKNOWN
         "kafka: {brokers: \"k:9092\"}\nrecords:\n  ticket:\n    id: /id\n    key: /id\n"
         "    subscribe: {topic: t, start: all, items: \"\"}\n"
         "    webhook: {path: /h, auth: none, items: \"\", element: T, refuse: {status: 422, "
         "body: {soap: E}}}\n",
         SAID},
        {UNKNOWN
         "operations: {c: {request: {post: /t, content: {const: x}}, input: {/a: {}}, once: "
         "ask}}\n",
         SAID},
        {"system: s\nurl: ${env:S_URL}\nformat: [soap]\nsoap: \"1.1\"\n" SOAP_OPERATIONS,
         "3:9: one of json, soap, xml is expected"},
        {"system: s\nurl: ${env:S_URL}\nsoap: \"1.1\"\n" SOAP_OPERATIONS,
         "1:1: `a system file` needs `format`"},
        {UNKNOWN "soap: 1.1\nauth: {wsse: {user: u, password: hunter2}}\noperations: {c: {request: "
                 "{soap: v:C, body: json}, input: {/a: {}}}}\n",
         SAID
         "\n4:7: a text is expected; quote it: \"1.1\"\n"
         "5:34: a secret is never in clear: ${env:NAME} or ${file:PATH}\n"
         "6:14: `c` says nothing of repeats; give `once` (header, field, idempotent, find, ask "
         "or resend)\n"
         "6:34: the prefix `v` is not among `namespaces`\n"
         "6:39: a SOAP request has no `body`; its content stands in the element"},
    };
#undef SAID
#undef UNKNOWN

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void what_a_system_is_told_of_us_is_checked(void **state)
{
    static const char *const rows[][2] = {
        {HEAD "auth: {basic: {user: u, password: \"${env:P}\"}}\n" OPERATIONS, ""},
        {HEAD "auth: {bearer: \"${file:/etc/t}\"}\n" OPERATIONS, ""},
        {HEAD "auth: {basic: {user: u, password: hunter2}}\n" OPERATIONS,
         "4:35: a secret is never in clear: ${env:NAME} or ${file:PATH}"},
        {HEAD "auth: {bearer: \"Token ${env:T}\"}\n" OPERATIONS,
         "4:16: a secret is never in clear: ${env:NAME} or ${file:PATH}"},
        {HEAD "auth: {basic: {user: u}}\n" OPERATIONS, "4:8: `basic` needs `password`"},
        {HEAD "auth: {basic: {password: \"${env:P}\"}}\n" OPERATIONS, "4:8: `basic` needs `user`"},
        {HEAD "auth: {bearer: \"${env:T}\", basic: {user: u, password: \"${env:P}\"}}\n" OPERATIONS,
         "4:7: `auth` is none, or has one of basic, bearer, wsse, oauth2"},
        {HEAD "auth: {beaer: \"${env:T}\"}\n" OPERATIONS,
         "4:8: unknown key `beaer`; did you mean `bearer`?"},
        {HEAD "auth: basic\n" OPERATIONS, "4:7: a map is expected"},
        {HEAD "auth: {wsse: {user: u, password: \"${env:P}\"}}\n" OPERATIONS,
         "4:8: `wsse` is for `format: soap`, and this system's is another"},
        {SOAP "auth: {wsse: {user: u, password: \"${env:P}\", digest: yes}}\n" SOAP_OPERATIONS,
         "6:54: true or false is expected"},
        {HEAD "tls: {ca: /etc/ssl/gam.pem}\n" OPERATIONS, ""},
        {HEAD "tls: {ca: /c, cert: /c, key: /k}\n" OPERATIONS, ""},
        {HEAD "tls: {cert: /c}\n" OPERATIONS,
         "4:7: `cert` and `key` go together; they may name one file"},
        {HEAD "tls: {key: /k}\n" OPERATIONS,
         "4:7: `cert` and `key` go together; they may name one file"},
        {HEAD "tls: {cacert: /etc/ssl/gam.pem}\n" OPERATIONS,
         "4:7: unknown key `cacert`; did you mean `cert`?"},
        {HEAD
         "always: {query: {j: {const: m}}, headers: {X: now:/time}, set: {/t: {const: x}}}\n" OPERATIONS,
         ""},
        {HEAD "always: {query: {j: mashhad}}\n" OPERATIONS,
         "4:21: `mashhad` is neither a pointer nor a rule; fixed text is {const: mashhad}"},
        {HEAD "always: {headers: {X: /a}}\n" OPERATIONS,
         "4:23: nothing is at hand for `/a`; `always` has now: and record:"},
        {HEAD "always: {soap_header: {const: h}}\n" OPERATIONS,
         "4:10: `soap_header` is for `format: soap`, and this system's is another"},
    };

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void limits_are_numbers_that_let_something_through(void **state)
{
    static const char *const rows[][2] = {
        {HEAD
         "limits: {concurrency: 1, rate: 600/m, timeout: 500ms, answer: 1MB, file: 512KB}\n" OPERATIONS,
         ""},
        {HEAD "limits: {concurrency: 0}\n" OPERATIONS,
         "4:23: a whole number from 1 to 1000 is expected"},
        {HEAD "limits: {concurrency: \"4\"}\n" OPERATIONS,
         "4:23: a whole number from 1 to 1000 is expected"},
        {HEAD "limits: {rate: 20}\n" OPERATIONS, "4:16: a rate is expected, such as 20/s or 600/m"},
        {HEAD "limits: {rate: 0/s}\n" OPERATIONS,
         "4:16: a rate is expected, such as 20/s or 600/m"},
        {HEAD "limits: {timeout: 30}\n" OPERATIONS,
         "4:19: a duration is expected, such as 500ms, 30s, 5m, 2h or 1d"},
        {HEAD "limits: {timeout: 0s}\n" OPERATIONS,
         "4:19: a duration longer than nothing is expected"},
        {HEAD "limits: {answer: 16 MB}\n" OPERATIONS,
         "4:18: a size is expected, such as 512KB or 8MB"},
        {HEAD "limits: {answer: 0MB}\n" OPERATIONS,
         "4:18: a size is expected, such as 512KB or 8MB"},
        {HEAD "limits: {timeot: 30s}\n" OPERATIONS,
         "4:10: unknown key `timeot`; did you mean `timeout`?"},
    };

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void a_request_is_one_call_with_a_path(void **state)
{
#define REQUEST(request) \
    OPERATION "    request: {" request "}\n    input: {/a: {}}\n    once: ask\n"
    static const char *const rows[][2] = {
        {REQUEST("delete: \"/t/{/a}\""), ""},
        {REQUEST("get: /t, body: form, content: {set: {/x: /a}}"), ""},
        {REQUEST("post: /t, body: {xml: درخواست}"), ""},
        {"namespaces: {v: \"urn:v\"}\n" REQUEST("post: /t, body: {xml: v:R}"), ""},
        {REQUEST("post: /t, body: {xml: v:R}"), "6:37: the prefix `v` is not among `namespaces`"},
        {REQUEST("post: /t, body: {xml: a b}"), "6:37: `a b` cannot be the name of an element"},
        {REQUEST("post: /t, body: {xml: \"\"}"), "6:37: a text is expected, and it is empty"},
        {REQUEST("post: /t, body: {xm: R}"),
         "6:25: `body` needs `xml`\n6:32: unknown key `xm`; did you mean `xml`?"},
        {REQUEST("post: /t, body: [xml]"), "6:31: one of json, form, multipart is expected"},
        {REQUEST("post: /t, put: /t"),
         "6:14: a request has one of get, post, put, patch, delete, soap"},
        {REQUEST("query: {a: /a}"),
         "6:14: a request has one of get, post, put, patch, delete, soap"},
        {REQUEST("post: t"), "6:21: a path starts with `/`; it is added to `url`"},
        {REQUEST("post: \"/t?key=${env:K}\""), "6:21: a secret never stands in a path"},
        {REQUEST("post: \"/t/{a}\""),
         "6:21: `a` is neither a pointer nor a rule; fixed text is {const: a}"},
        {REQUEST("post: [t]"), "6:21: a text is expected"},
        {REQUEST("post: /t, body: {multipart: a}"),
         "6:25: `body` needs `xml`\n6:32: unknown key `multipart`; one of xml"},
        {REQUEST("post: /t, body: text"), "6:31: `text` is not one of json, form, multipart"},
        {REQUEST("get: /t, content: {const: x}"),
         "6:24: `content` without a body; say `body: json`, `body: form`, `body: multipart` "
         "or `body: {xml: ROOT}`"},
        {REQUEST("post: /t, action: x"), "6:25: `action` is for a request with `soap`"},
        {REQUEST("post: /t, header: {X: /a}"),
         "6:25: unknown key `header`; did you mean `headers`?"},
        {REQUEST("post: /t, query: {a: cursor:/time}"),
         "6:36: unknown scope `cursor:`; an operation's request has event:, delivery:, now: and record:"},
    };
#undef REQUEST

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void an_answer_is_told_by_something_and_means_something(void **state)
{
#define ANSWER(answer) HEAD "answers: [{" answer "}]\n" OPERATIONS
    static const char *const rows[][2] = {
        {ANSWER("status: [404, 5xx], is: temporary, say: /message"), ""},
        {ANSWER("status: 4xx, say: /message"), ""},
        {ANSWER("status: 4xx, is: permanent"),
         "4:20: `4xx` with `is` would take in 401, 408, 425 and 429, which pass; name the codes"},
        {ANSWER("status: [500, 4xx], is: permanent"),
         "4:26: `4xx` with `is` would take in 401, 408, 425 and 429, which pass; name the codes"},
        {ANSWER("status: 418, is: retry"),
         "4:29: `retry` is no outcome; one of success, none, exists, login, temporary, permanent, "
         "unknown"},
        {ANSWER("status: 600, is: success"),
         "4:20: a status is a number from 100 to 599, or 1xx to 5xx"},
        {ANSWER("status: \"404\", is: success"),
         "4:20: a status is a number from 100 to 599, or 1xx to 5xx"},
        {ANSWER("status: [], is: success"), "4:20: the list of statuses is empty"},
        {ANSWER("is: success"), "4:11: an answer is told by `status`, `fault` or `when`"},
        {ANSWER("status: 404"), "4:11: what does this answer mean? give `is`, `say` or both"},
        {ANSWER("fault: Busy, is: temporary"),
         "4:12: `fault` is for `format: soap`, and this system's is another"},
        {ANSWER("status: 404, is: none, says: x"), "4:35: unknown key `says`; did you mean `say`?"},
        {HEAD "answers: {status: 404, is: none}\n" OPERATIONS, "4:10: a list is expected"},
    };
#undef ANSWER

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void a_record_can_be_told_and_comes_some_way(void **state)
{
    static const char *const rows[][2] = {
        {RECORD "    read: {request: {get: \"/t/{/id}\"}, items: \"\"}\n", ""},
        {RECORD, "5:3: `ticket` has none of `poll`, `webhook`, `read`; nor `subscribe`"},
        {HEAD "records:\n  ticket:\n    read: {request: {get: /t}, items: \"\"}\n",
         "5:3: `ticket` needs `id`\n5:3: `ticket` needs `key`"},
        {HEAD "records:\n  Ticket:\n    id: /id\n    key: /id\n"
              "    read: {request: {get: /t}, items: \"\"}\n",
         "5:3: a name is of a-z, 0-9, _ and -, and starts with a letter"},
        {HEAD "records:\n  case:\n    id: /id\n    key: {link: /no, wait: 1d, then: drop}\n"
              "    read: {request: {get: /t}, items: \"\"}\n",
         "7:38: `drop` is not one of fail, skip"},
        {RECORD "    internal: phone\n    read: {request: {get: /t}, items: \"\"}\n",
         "8:15: a list is expected"},
        {RECORD "    internal: [phone]\n    read: {request: {get: /t}, items: \"\"}\n",
         "8:16: a pointer starts with '/'"},
        {RECORD "    own: {from: /by}\n    read: {request: {get: /t}, items: \"\"}\n",
         "8:10: a test has one of equals, in, matches, is; here is none"},
        {RECORD "    decode: {/x: xml, /y/z: json}\n    read: {request: {get: /t}, items: \"\"}\n",
         ""},
        {RECORD "    decode: {x: xml}\n    read: {request: {get: /t}, items: \"\"}\n",
         "8:14: a pointer starts with '/'"},
        {RECORD "    decode: {/x: yaml}\n    read: {request: {get: /t}, items: \"\"}\n",
         "8:18: `yaml` is not one of xml, json"},
        {RECORD "    decode: [/x]\n    read: {request: {get: /t}, items: \"\"}\n",
         "8:13: a map is expected"},
        {RECORD "    versions: /at\n    read: {request: {get: /t}, items: \"\"}\n",
         "8:5: unknown key `versions`; did you mean `version`?"},
        {RECORD "    read: {request: {get: /t}}\n", "8:5: `read` needs `items`"},
        {RECORD "    read: {request: {get: /t}, items: {const: x}}\n",
         "8:39: a source is expected: /pointer or scope:/pointer"},
        {RECORD "    read: {request: {get: /t}, items: \"\", reference: {from: /no}}\n", ""},
        {RECORD "    read: {request: {get: /t}, items: \"\", reference: no}\n",
         "8:54: `no` is neither a pointer nor a rule; fixed text is {const: no}"},
        {RECORD "    read: {request: {get: /t}, items: \"\", referense: /no}\n",
         "8:43: unknown key `referense`; did you mean `reference`?"},
        {RECORD "    version: {from: /at, with: {lookup: months}}\n"
                "    read: {request: {get: /t}, items: \"\"}\n",
         "8:41: no table `months`; lookups/months.csv is not there"},
    };

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void a_poll_knows_its_pages_and_where_it_begins(void **state)
{
    static const char *const rows[][2] = {
        {POLL, ""},
        {POLL "      cursor: {time: /at, start: now}\n", ""},
        {POLL "      cursor: {number: /n, start: 0}\n      pages: {by: cursor}\n", ""},
        {POLL "      cursor: {time: /at}\n",
         "12:7: a time cursor needs `start`: from when on tickets count"},
        {POLL "      cursor: {time: /at, start: yesterday}\n",
         "12:34: `start` is a time such as 2026-03-21T00:00:00+03:30, now or all"},
        {POLL "      cursor: {number: /n, start: now}\n",
         "12:35: `start` is a whole number, or all"},
        {POLL "      cursor: {token: /n, start: all}\n",
         "12:27: a token cursor has no `start`: the system's first token begins"},
        {POLL "      cursor: {time: /at, number: /n, start: all}\n",
         "12:15: a cursor has one of time, number, token"},
        {POLL "      cursor: {number: /n, start: 0, overlap: 5m}\n",
         "12:38: `overlap` is for a time cursor"},
        {POLL "      pages: {by: token}\n",
         "12:7: pages by token need `at`: where the token stands"},
        {POLL "      pages: {by: next}\n",
         "12:7: pages by next need `at`: where the next page's URL stands"},
        {POLL "      pages: {by: number, at: /next}\n",
         "12:27: `at` is for pages by token or next"},
        {POLL "      pages: {by: cursor}\n", "12:7: pages by cursor need `cursor`"},
        {POLL "      pages: {by: numbers}\n",
         "12:19: `numbers` is not one of number, offset, row, token, next, cursor"},
        {POLL "      pages: {by: number, size: 0}\n",
         "12:33: a whole number from 1 to 100000 is expected"},
        {POLL "      pages: {size: 10}\n", "12:7: `pages` needs `by`"},
        {RECORD "    poll: {request: {get: /t}, items: \"\"}\n", "8:5: `poll` needs `every`"},
        {RECORD "    poll: {every: 0s, request: {get: /t}, items: \"\"}\n",
         "8:19: a duration longer than nothing is expected"},
        {RECORD "    poll: {every: 30s, items: \"\"}\n", "8:5: `poll` needs `request`"},
        {POLL "      fetch: [{request: {get: \"/t/{/id}\"}, each: /parts, into: /file,\n"
              "               where: {from: /id, equals: {from: record:/id}}}]\n",
         ""},
        {POLL "      fetch: {request: {get: /t}}\n", "12:14: a list is expected"},
        {POLL "      fetch: [{into: /x}]\n", "12:15: a fetch needs `request`"},
        {POLL "      fetch: [{request: {get: /t}, whole: true}]\n",
         "12:36: unknown key `whole`; did you mean `where`?"},
        {POLL "      fetch: [{request: {get: /t}, into: x}]\n", "12:42: a pointer starts with '/'"},
        {POLL "      fetch: [{request: {get: /t}, each: page:/x}]\n",
         "12:42: unknown scope `page:`; a record has only record:"},
        {POLL "      fetch: [{request: {get: \"/t/{record:/id}\"}}]\n",
         "12:31: `record:` is the outer thing inside `each` and `pick`; here the thing at hand is a "
         "pointer alone"},
        {POLL "      split: {list: /l, rest: /of}\n", ""},
        {POLL "      split: {list: /l}\n", "12:7: `split` needs `rest`"},
        {POLL "      split: {rest: /of}\n", "12:7: `split` needs `list`"},
        {POLL "      split: {list: page:/l, rest: of}\n",
         "12:21: unknown scope `page:`; a record has only record:\n12:36: a pointer starts with '/'"},
        {POLL "      split: {list: /l, rest: \"\"}\n",
         "12:31: the rest goes into each element, at a pointer such as /letter"},
        {RECORD "    poll: {every: 30s, request: {get: /t}}\n", "8:5: `poll` needs `items`"},
        {RECORD "    poll: {every: 30s, request: {get: \"/t/{/id}\"}, items: \"\"}\n",
         "8:39: nothing is at hand for `/id`; a poll's request has now:, cursor:, page: and record:"},
    };

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void a_webhook_says_who_sends_what(void **state)
{
#define WEBHOOK(rest) RECORD "    webhook: {" rest "}\n"
#define HMAC          "auth: {hmac: {hash: sha256, header: X-Sign, secret: \"${env:K}\"}}"
    static const char *const rows[][2] = {
        {WEBHOOK("path: /hooks/t, items: \"\", " HMAC), ""},
        {WEBHOOK("path: hooks/t, items: \"\", " HMAC), "8:21: a path starts with `/`"},
        {WEBHOOK("path: /hooks/t, " HMAC), "8:5: `webhook` needs `items`"},
        {WEBHOOK("path: /hooks/t, items: \"\""), "8:5: `webhook` needs `auth`"},
        {WEBHOOK("items: \"\", " HMAC), "8:5: `webhook` needs `path`"},
        {WEBHOOK("path: /h, items: \"\", auth: {hmac: {header: X, secret: \"${env:K}\"}}"),
         "8:43: `hmac` needs `hash`"},
        {WEBHOOK("path: /h, items: \"\", auth: {hmac: {hash: md5, header: X, secret: "
                 "\"${env:K}\"}}"),
         "8:56: `md5` is not one of sha256, sha512, sha1"},
        {WEBHOOK("path: /h, items: \"\", auth: {hmac: {hash: sha1, header: X, secret: s}}"),
         "8:81: a secret is never in clear: ${env:NAME} or ${file:PATH}"},
        {WEBHOOK("path: /h, items: \"\", auth: {}"),
         "8:42: `auth` of a webhook is none, or has one of hmac, basic, header"},
        {WEBHOOK("path: /h, items: \"\", auth: none"), ""},
        {WEBHOOK("path: /h, items: \"\", auth: open"), "8:42: a map is expected"},
        {WEBHOOK("path: /h, items: \"\", auth: {basic: {user: u, password: \"${env:K}\"}}"), ""},
        {WEBHOOK("path: /h, items: \"\", auth: {basic: {user: u}}"),
         "8:43: `basic` needs `password`"},
        {WEBHOOK("path: /h, items: \"\", auth: {basic: {user: u, password: p}}"),
         "8:70: a secret is never in clear: ${env:NAME} or ${file:PATH}"},
        {WEBHOOK("path: /h, items: \"\", auth: {header: {name: X, value: \"${env:K}\"}}"), ""},
        {WEBHOOK("path: /h, items: \"\", auth: {header: {value: \"${env:K}\"}}"),
         "8:43: `header` needs `name`"},
        {WEBHOOK("path: /h, items: \"\", auth: none, element: E"),
         "8:48: `element` is for XML, and this system speaks JSON"},
        {WEBHOOK("path: /h, items: \"\", auth: none, accept: {status: 202}"), ""},
        {WEBHOOK("path: /h, items: \"\", auth: none, accept: {status: 99}"),
         "8:65: a whole number from 200 to 599 is expected"},
        {WEBHOOK("path: /h, items: \"\", auth: none, refuse: {body: json, content: /id}"),
         "8:48: `the reply` needs `status`"},
        {WEBHOOK("path: /h, items: \"\", auth: none, accept: {status: 200, body: json}"),
         "8:70: `body: json` needs `content`"},
        {WEBHOOK("path: /h, items: \"\", auth: none, accept: {status: 200, content: /id}"),
         "8:70: `content` without a body; say `body: json`, {xml: ROOT} or {soap: ELEMENT}"},
        {WEBHOOK("path: /h, items: \"\", auth: none, accept: {status: 200, body: form, content: "
                 "/id}"),
         "8:76: one of json, {xml: ROOT}, {soap: ELEMENT} is expected"},
        {WEBHOOK("path: /h, items: \"\", auth: none, refuse: {status: 500, body: {soap: E}}"),
         "8:77: `soap` is for `format: soap`, and this system's is another"},
        {WEBHOOK("path: /h, items: \"\", auth: none, accept: {status: 200, body: json, content: "
                 "{from: link:/x}}"),
         "8:98: unknown scope `link:`; a webhook's reply has event:, now:, headers:, error: and "
         "record:"},
        {SOAP "records: {r: {id: /i, key: /i, webhook: {path: /h, items: /i, element: E, auth: "
              "none}}}\n",
         ""},
    };
#undef HMAC
#undef WEBHOOK

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void an_operation_says_how_a_repeat_does_no_harm(void **state)
{
#define ONCE(once) \
    OPERATION "    request: {post: /t}\n    input: {/a: {required: true}, /b: {}}\n" once
    static const char *const rows[][2] = {
        {ONCE("    once: {field: /a, kept: 1d}\n"), ""},
        {ONCE("    once: {header: X-Key}\n"), ""},
        {ONCE(""), "5:3: `create` says nothing of repeats; give `once` (header, field, idempotent, "
                   "find, ask or resend)"},
        {ONCE("    once: twice\n"), "8:11: `twice` tells no repeats; one of header, field, "
                                    "idempotent, find, ask, resend"},
        {ONCE("    once: {field: /b}\n"),
         "8:19: `/b` is no required input of `create`, and repeats are told by it"},
        {ONCE("    once: {field: /c}\n"),
         "8:19: `/c` is no required input of `create`, and repeats are told by it"},
        {ONCE("    once: {field: /a, header: X}\n"), "8:11: `once` has one of header, field, find"},
        {ONCE("    once: {header: X, visible_after: 1m}\n"), "8:23: `visible_after` is for find"},
        {ONCE("    once: {find: {request: {get: /t}, items: \"\", gives: {id: /id}}}\n"),
         "8:5: `find` without `visible_after`: say how late the target may show what was made, "
         "such as 1m"},
        {ONCE("    once: {visible_after: 1m, kept: 1d, find: {request: {get: /t}, items: \"\", "
              "gives: {id: /id}}}\n"),
         "8:31: `kept` is for header and field"},
        {ONCE("    once: {visible_after: 1m, find: {request: {get: /t}}}\n"),
         "8:31: `find` needs `items`\n8:31: `find` needs `gives`"},
        {ONCE("    once: ask\n    unchanged: keep\n"), "9:16: `keep` is not one of send, skip"},
        {OPERATION "    request: {post: /t}\n    once: ask\n", "5:3: `create` needs `input`"},
        {OPERATION "    input: {/a: {}}\n    once: ask\n", "5:3: `create` needs `request`"},
    };
#undef ONCE

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void an_operation_that_opens_a_link_gives_its_id(void **state)
{
#define OPENS(rest) OPERATION "    request: {post: /t}\n    input: {/a: {}}\n    link: opens\n" rest
    static const char *const rows[][2] = {
        {OPENS("    once: resend\n    gives: {id: /id}\n"), ""},
        {OPENS("    once: resend\n"), "5:3: `create` opens a link, so `gives: {id: …}` is needed"},
        {OPENS(
             "    once: resend\n    gives: {id: /id}\n    answers: [{status: 409, is: exists}]\n"),
         "11:33: `create` opens a link, so `exists` needs `once: {find: …}`, which fetches the id"},
        {OPENS("    once: resend\n    gives: {id: /id}\nanswers: [{status: 409, is: exists}]\n"),
         "5:3: `create` opens a link, and the system's answers say `exists`; that needs `once: "
         "{find: …}`, which fetches the id"},
        {OPENS("    once: resend\n    gives: {id: /id, record: case}\n"),
         "10:30: this system has no record `case`"},
        {OPENS("    once: resend\n    gives: {id: /id, shows: {/s: /a}}\n"),
         "10:22: `shows` needs `record`: of which?"},
        {OPENS("    once: resend\n    gives: {id: /id, record: case, shows: {/s: /b}}\n"
               "records: {case: {id: /id, key: /id, read: {request: {get: /t}, items: \"\"}}}\n"),
         "10:48: the input has no `/b`; did you mean `/a`?"},
        {OPENS("    once: resend\n    gives: {version: /v}\n"),
         "5:3: `create` opens a link, so `gives: {id: …}` is needed\n10:5: `gives` needs `id`"},
        {OPERATION "    request: {post: /t}\n    input: {/a: {}}\n    link: open\n    once: ask\n",
         "8:11: `open` is not one of needs, opens, ignores"},
    };
#undef OPENS

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void all_secrets_that_are_missing_are_named(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    assert_string_equal(
        unit_system_errors(arena,
                           "system: s\nurl: ${env:SG_TEST_NONE}\nformat: json\n"
                           "auth: {bearer: \"${env:SG_TEST_NO_TOKEN}\"}\n"
                           "always: {query: {k: {const: \"${env:SG_TEST_NO_KEY}\"}}}\n" OPERATIONS,
                           true),
        "2:6: ${env:SG_TEST_NONE} is not set\n4:16: ${env:SG_TEST_NO_TOKEN} is not set\n"
        "5:29: ${env:SG_TEST_NO_KEY} is not set");
}

static void a_record_that_no_test_shows_is_a_warning(void **state)
{
    static const char *const tests[][2] = {
        {"", "5:3: warning: no test shows how a `ticket` is read"},
        {"tests:\n  - {name: t, record: ticket, answer: {status: 404}, is: none}\n", ""},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(tests); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();

        (void)unit_system_compile(arena, findings,
                                  sg_str_c(arena, sg_str_format(arena, "%s%s", POLL, tests[r][0])),
                                  false);
        assert_string_equal(unit_findings(arena, findings), tests[r][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_top_of_a_wrong_file_is_refused_at_its_place),
        cmocka_unit_test(a_soap_system_says_what_its_envelopes_are_made_of),
        cmocka_unit_test(a_wrong_format_is_blamed_alone),
        cmocka_unit_test(what_a_system_is_told_of_us_is_checked),
        cmocka_unit_test(limits_are_numbers_that_let_something_through),
        cmocka_unit_test(a_request_is_one_call_with_a_path),
        cmocka_unit_test(an_answer_is_told_by_something_and_means_something),
        cmocka_unit_test(a_record_can_be_told_and_comes_some_way),
        cmocka_unit_test(a_poll_knows_its_pages_and_where_it_begins),
        cmocka_unit_test(a_webhook_says_who_sends_what),
        cmocka_unit_test(an_operation_says_how_a_repeat_does_no_harm),
        cmocka_unit_test(an_operation_that_opens_a_link_gives_its_id),
        cmocka_unit_test(all_secrets_that_are_missing_are_named),
        cmocka_unit_test(a_record_that_no_test_shows_is_a_warning),
    };
    return cmocka_run_group_tests_name("system", tests, NULL, NULL);
}
