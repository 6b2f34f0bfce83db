#include "connectors/spec.h"

#include "system_unit.h"

/* A login; what a row adds to it starts on line 6. */
#define LOGIN HEAD "login:\n  request: {post: /login, content: {const: me}}\n"
/* The same, which gives a token: what a row adds starts on line 7. */
#define SESSION LOGIN "  gives: {token: /t, user-id: /u}\n"

static void a_login_says_how_a_session_begins(void **state)
{
    static const char *const rows[][2] = {
        {LOGIN OPERATIONS, ""}, /* its cookies will do */
        {LOGIN "  gives: {token: {from: headers:/x-token, with: trim}}\n  lasts: 20m\n"
               "  answers: [{status: 403, is: temporary}]\n" OPERATIONS,
         ""},
        {HEAD "login: {gives: {token: /t}}\n" OPERATIONS, "4:1: `login` needs `request`"},
        {HEAD "login: /login\n" OPERATIONS, "4:8: a map is expected"},
        {LOGIN "  give: {token: /t}\n" OPERATIONS,
         "6:3: unknown key `give`; did you mean `gives`?"},
        {LOGIN "  gives: [token]\n" OPERATIONS, "6:10: a map is expected"},
        {LOGIN "  gives: {Token: /t}\n" OPERATIONS,
         "6:11: a name is of a-z, 0-9, _ and -, and starts with a letter"},
        {LOGIN "  gives: {token: input:/t}\n" OPERATIONS,
         "6:18: unknown scope `input:`; a login's answer has headers: and record:"},
        {LOGIN "  lasts: 0s\n" OPERATIONS, "6:10: a duration longer than nothing is expected"},
        {LOGIN "  answers: [{status: 401, is: login}]\n" OPERATIONS,
         "6:31: a login that asks for a login: say `temporary` or `permanent`"},
        {HEAD "login:\n  request: {post: /login, content: /user}\n" OPERATIONS,
         "5:36: nothing is at hand for `/user`; a login's request has now: and record:"},
        {HEAD "login:\n  request: {post: /login, content: session:/token}\n"
              "  gives: {token: /t}\n" OPERATIONS,
         "5:36: unknown scope `session:`; a login's request has now: and record:"},
        {SESSION "answers: [{status: 403, is: login}]\n" OPERATIONS, ""},
        {HEAD "answers: [{status: 401, is: login}]\n" OPERATIONS,
         "4:29: `login` is for a system with `login` or `auth: {oauth2: …}`"},
    };

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void a_session_is_spoken_of_where_a_request_is_sent_in_it(void **state)
{
#define IN_FULL "; only `always` can ask for it or change it"
    static const char *const rows[][2] = {
        {SESSION "always: {headers: {X: {text: \"T {session:/token}\", with: lower}}}\n" OPERATIONS,
         ""},
        {SESSION "operations: {create: {request: {post: /t, headers: {X: session:/user-id},\n"
                 "  content: {set: {/a: {text: \"T {session:/token}\"}}}}, input: {/a: {}}, once: "
                 "idempotent}}\n",
         ""},
        {SESSION "always: {headers: {X: session:/tokn}}\n" OPERATIONS,
         "7:23: `login` gives no `tokn`; did you mean `session:/token`?"},
        {SESSION "always: {headers: {X: session:/token/a}}\n" OPERATIONS,
         "7:23: `login` gives no `token/a`; did you mean `session:/token`?"},
        {SESSION "always: {headers: {X: session:/expires}}\n" OPERATIONS,
         "7:23: `login` gives no `expires`; there is `session:/token`"},
        {SESSION "always: {set: {/a: {text: \"{session:/tokn}\"}}}\n" OPERATIONS,
         "7:27: `login` gives no `tokn`; did you mean `session:/token`?"},
        {LOGIN "always: {headers: {X: session:/token}}\n" OPERATIONS,
         "6:23: unknown scope `session:`; `always` has now: and record:"},
        {HEAD "always: {headers: {X: session:/token}}\n" OPERATIONS,
         "4:23: unknown scope `session:`; `always` has now: and record:"},
        {SESSION "operations: {create: {request: {post: \"/t/{session:/token}\"}, input: {/a: {}}, "
                 "once: idempotent}}\n",
         "7:39: a secret never stands in a path"},
        {SESSION
         "operations: {create: {request: {post: /t, headers: {X: {from: session:/token, with: "
         "lower}}}, input: {/a: {}}, once: idempotent}}\n",
         "7:63: a request's `session:` is put in as it is, when it is sent" IN_FULL},
        {SESSION "operations: {create: {request: {post: /t, headers: {X: {const: a, when: {from: "
                 "session:/token, is: present}}}}, input: {/a: {}}, once: idempotent}}\n",
         "7:80: a request's `session:` is put in as it is, when it is sent" IN_FULL},
        {SESSION "records: {ticket: {id: session:/token, key: /id, read: {request: {get: "
                 "\"/t/{/id}\", query: {t: session:/token}}, items: \"\"}}}\n",
         "7:24: unknown scope `session:`; a record has only record:"},
    };
#undef IN_FULL

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

static void oauth2_names_who_gives_the_token(void **state)
{
#define CLIENT "token_url: https://idp/token, client_id: sgbridge, client_secret: \"${env:S}\""
    static const char *const rows[][2] = {
        {HEAD "auth: {oauth2: {" CLIENT ", scope: tickets}}\n"
              "answers: [{status: 403, is: login}]\n" OPERATIONS,
         ""},
        {HEAD "auth: {oauth2: {client_id: a}}\n" OPERATIONS,
         "4:8: `oauth2` needs `token_url`\n4:8: `oauth2` needs `client_secret`"},
        {HEAD
         "auth: {oauth2: {token_url: /token, client_id: a, client_secret: \"${env:S}\"}}\n" OPERATIONS,
         "4:28: a url starts with http:// or https://"},
        {HEAD "auth: {oauth2: {token_url: \"https://me:pw@idp/\", client_id: a, client_secret: "
              "\"${env:S}\"}}\n" OPERATIONS,
         "4:28: user and password belong to `auth`"},
        {HEAD
         "auth: {oauth2: {token_url: https://idp/, client_id: a, client_secret: b}}\n" OPERATIONS,
         "4:71: a secret is never in clear: ${env:NAME} or ${file:PATH}"},
        {HEAD "auth: {oauth2: {" CLIENT ", scopes: tickets}}\n" OPERATIONS,
         "4:95: unknown key `scopes`; did you mean `scope`?"},
        {HEAD "auth: {oauth2: {" CLIENT "}}\nlogin: {request: {get: /l}}\n" OPERATIONS,
         "5:1: `auth: {oauth2: …}` is a login already; a system has one"},
        {HEAD "auth: {oauth2: {" CLIENT "}}\n"
              "always: {headers: {X: session:/access_token}}\n" OPERATIONS,
         "5:23: unknown scope `session:`; `always` has now: and record:"},
    };
#undef CLIENT

    (void)state;
    unit_system_check(rows, SG_ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_says_how_a_session_begins),
        cmocka_unit_test(a_session_is_spoken_of_where_a_request_is_sent_in_it),
        cmocka_unit_test(oauth2_names_who_gives_the_token),
    };
    return cmocka_run_group_tests_name("login_spec", tests, NULL, NULL);
}
