/* What a reply means: the table of format.md, section 6. */
#include <time.h>

#include <curl/curl.h>

#include "base/buffer.h"
#include "base/mask.h"
#include "base/units.h"
#include "connectors/header.h"
#include "connectors/placeholder.h"
#include "connectors/soap.h"
#include "tree/json.h"

enum { RETRY_AFTER_MAX_MS = 24 * 3600 * 1000, DATE_BYTES_MAX = 64 };

/* One reply being judged. */
struct judging {
    const struct sg_system *system;
    enum sg_call_kind kind;
    const struct sg_reply *reply;
    struct sg_arena *arena;
    struct sg_answer *out;
    bool is_fault;           /* `out->tree` is inside of it */
    bool is_empty;           /* there is no body */
    struct sg_error problem; /* of a body that is malformed */
    struct sg_rule_run run;
};

/* --- headers --- */

static struct sg_str header(const struct judging *judging, struct sg_str name)
{
    return sg_header_get(judging->reply->headers, judging->reply->header_count, name);
}

/* An HTTP-date (RFC 9110, section 5.6.7) in any of its three forms; 0 for anything else, such as a
 * year of more than four digits, which libcurl takes. */
static int64_t date_ms(struct sg_arena *arena, struct sg_str text)
{
    const int64_t end_s = 253402300800; /* of the year 9999 */

    if (text.length == 0 || text.length > DATE_BYTES_MAX)
        return 0;
    time_t seconds = curl_getdate(sg_str_c(arena, text), NULL);

    return seconds < 0 || seconds >= end_s ? 0 : (int64_t)seconds * 1000;
}

/* A date is the server's, and so is counted from the server's own clock where that is known. That
 * is read only where it is asked for: it costs more than all other headers. */
static void read_times(struct judging *judging, int64_t now_ms)
{
    struct sg_str text = header(judging, SG_STR("retry-after"));
    int64_t seconds = 0, after_ms = 0;
    const bool is_number = sg_units_integer(text, &seconds);

    if (judging->kind == SG_CALL_READ || (text.length > 0 && !is_number))
        judging->out->date_ms = date_ms(judging->arena, header(judging, SG_STR("date")));
    if (is_number) {
        after_ms = seconds < RETRY_AFTER_MAX_MS / 1000 ? seconds * 1000 : RETRY_AFTER_MAX_MS;
    } else {
        int64_t at_ms = date_ms(judging->arena, text);

        if (at_ms != 0)
            after_ms = at_ms - (judging->out->date_ms != 0 ? judging->out->date_ms : now_ms);
    }
    if (after_ms > RETRY_AFTER_MAX_MS)
        after_ms = RETRY_AFTER_MAX_MS;
    judging->out->retry_after_ms = after_ms > 0 ? after_ms : 0;
}

/* --- body --- */

static bool is_blank(struct sg_str text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (strchr(" \t\r\n", text.at[i]) == NULL || text.at[i] == '\0')
            return false;
    }
    return true;
}

static void read_body(struct judging *judging)
{
    struct sg_answer *out = judging->out;
    struct sg_str body = judging->reply->body;
    struct sg_soap_body soap = {0};

    judging->is_empty = is_blank(body);
    if (judging->is_empty)
        return;
    body = sg_charset_decode(judging->system->charset, judging->arena, body);
    switch (judging->system->format) {
    case SG_FORMAT_JSON:
        out->is_malformed =
            !sg_json_read(judging->arena, body, NULL, &out->tree, &judging->problem);
        break;
    case SG_FORMAT_XML:
        out->is_malformed = !sg_xml_read(judging->arena, body, judging->system->names, NULL,
                                         &out->tree, &judging->problem);
        break;
    case SG_FORMAT_SOAP:
        out->is_malformed =
            !sg_soap_read(judging->system, judging->arena, body, &soap, &judging->problem);
        out->tree = soap.tree;
        judging->is_fault = soap.is_fault;
        judging->is_empty = !out->is_malformed && soap.tree == NULL;
        break;
    }
    if (out->is_malformed)
        out->tree = NULL;
}

/* --- the defaults --- */

static enum sg_outcome in_doubt(const struct judging *judging)
{
    return judging->kind == SG_CALL_WRITE ? SG_OUTCOME_UNKNOWN : SG_OUTCOME_TEMPORARY;
}

/* 401: whoever logs in is refused, what is asked in a session needs a new one, and all others wait
 * until a person has seen to it. */
static enum sg_outcome default_of_unauthorized(const struct judging *judging)
{
    if (judging->kind == SG_CALL_LOGIN)
        return SG_OUTCOME_PERMANENT;
    return judging->system->login != NULL ? SG_OUTCOME_LOGIN : SG_OUTCOME_TEMPORARY;
}

static enum sg_outcome default_of_fault(const struct judging *judging)
{
    switch (sg_soap_fault_side(judging->out->tree)) {
    case SG_FAULT_SENDER:
        return SG_OUTCOME_PERMANENT;
    case SG_FAULT_RECEIVER:
        return in_doubt(judging);
    case SG_FAULT_OTHER:
        break;
    }
    return judging->reply->status / 100 == 4 ? SG_OUTCOME_PERMANENT : in_doubt(judging);
}

/* A status that says "not done, wait" is believed before a fault, any other one after it. */
static enum sg_outcome default_outcome(const struct judging *judging)
{
    int status = judging->reply->status;

    if (status == 401)
        return default_of_unauthorized(judging);
    if (status == 425 || status == 429 || status == 503)
        return SG_OUTCOME_TEMPORARY;
    if (judging->is_fault)
        return default_of_fault(judging);
    if (status == 404 && judging->kind == SG_CALL_READ)
        return SG_OUTCOME_NONE;
    if (status == 408)
        return in_doubt(judging);
    if (status / 100 == 3 || status / 100 == 4)
        return SG_OUTCOME_PERMANENT;
    if (status / 100 == 2 && !judging->out->is_malformed)
        return SG_OUTCOME_SUCCESS;
    return in_doubt(judging);
}

/* --- the answers of the file --- */

static bool fits_status(const struct sg_answer_rule *rule, int status)
{
    for (size_t s = 0; s < rule->status_count; s++) {
        if (rule->statuses[s] == status || rule->statuses[s] == status / 100)
            return true;
    }
    return rule->status_count == 0;
}

/* `when` alone is asked only of what the defaults would call a success. */
static bool fits_when(struct judging *judging, const struct sg_answer_rule *rule)
{
    bool is_alone = rule->status_count == 0 && rule->fault.length == 0;

    if (rule->when == NULL)
        return true;
    if (judging->out->tree == NULL ||
        (is_alone && (judging->is_fault || judging->reply->status / 100 != 2)))
        return false;
    return sg_condition_holds(rule->when, &judging->run, NULL);
}

static bool fits(struct judging *judging, const struct sg_answer_rule *rule)
{
    if (rule->fault.length > 0 &&
        (!judging->is_fault || !sg_soap_fault_is(judging->out->tree, rule->fault)))
        return false;
    return fits_status(rule, judging->reply->status) && fits_when(judging, rule);
}

static const struct sg_answer_rule *find_rule(struct judging *judging,
                                              const struct sg_answer_rule *rules)
{
    for (const struct sg_answer_rule *rule = rules; rule != NULL; rule = rule->next) {
        if (fits(judging, rule))
            return rule;
    }
    return NULL;
}

/* --- the target's own words --- */

static struct sg_str joined(struct sg_arena *arena, const struct sg_node *node)
{
    struct sg_buffer out = {.arena = arena};
    struct sg_str text = {0};

    if (node == NULL || sg_node_as_text(node, &text) || node->kind != SG_NODE_LIST)
        return text;
    for (const struct sg_node *entry = node->first; entry != NULL; entry = entry->next) {
        if (!sg_node_as_text(entry, &text))
            continue;
        if (out.length > 0)
            sg_buffer_add(&out, SG_STR("; "));
        sg_buffer_add(&out, text);
    }
    return sg_buffer_text(&out);
}

static struct sg_str own_words(struct judging *judging, const struct sg_answer_rule *rule)
{
    const struct sg_node *node = NULL;
    struct sg_str words = {0};

    if (rule != NULL && rule->say != NULL && judging->out->tree != NULL &&
        sg_rule_run(rule->say, &judging->run, &node))
        words = joined(judging->arena, node);
    if (words.length == 0 && judging->is_fault)
        words = sg_soap_fault_text(judging->out->tree);
    words = sg_placeholder_hide(judging->arena, judging->reply->session, words);
    return sg_mask_text(judging->arena, words);
}

static bool is_good(enum sg_outcome outcome)
{
    return outcome == SG_OUTCOME_SUCCESS || outcome == SG_OUTCOME_NONE ||
           outcome == SG_OUTCOME_EXISTS;
}

/* Where the target gave no words, what a person needs to look into it. */
static void say(struct judging *judging, const struct sg_answer_rule *rule)
{
    struct sg_answer *out = judging->out;
    const struct sg_error *problem = &judging->problem;

    out->said = own_words(judging, rule);
    if (out->said.length > 0 || is_good(out->outcome))
        return;
    struct sg_buffer words = {.arena = judging->arena};

    sg_buffer_add_format(&words, "HTTP %d", judging->reply->status);
    if (out->is_malformed && judging->reply->status / 100 == 2) {
        sg_buffer_add_format(&words, ", malformed: %s", problem->text);
        if (problem->at.line > 0)
            sg_buffer_add_format(&words, " (line %d, column %d)", problem->at.line,
                                 problem->at.column);
    }
    out->said = sg_buffer_text(&words);
}

/* --- all of it --- */

static void judge_whole(struct judging *judging, const struct sg_answer_rule *own, int64_t now_ms)
{
    struct sg_answer *out = judging->out;

    read_times(judging, now_ms);
    read_body(judging);
    judging->run.scopes.at[SG_SCOPE_HAND] = out->tree;
    judging->run.scopes.at[SG_SCOPE_HEADERS] =
        sg_header_tree(judging->arena, judging->reply->headers, judging->reply->header_count);
    const struct sg_answer_rule *rule = find_rule(judging, own);

    if (rule == NULL)
        rule = find_rule(judging, judging->system->answers);
    out->outcome =
        rule == NULL || rule->is == SG_OUTCOME_DEFAULT ? default_outcome(judging) : rule->is;
    say(judging, rule);
}

void sg_answer_judge(const struct sg_exchange *exchange, enum sg_call_kind kind,
                     const struct sg_answer_rule *own, struct sg_arena *arena,
                     struct sg_answer *out)
{
    struct judging judging = {.system = exchange->system,
                              .kind = kind,
                              .reply = exchange->reply,
                              .arena = arena,
                              .out = out,
                              .run = {.arena = arena}};

    *out = (struct sg_answer){0};
    judging.run.scopes.at[SG_SCOPE_INPUT] = exchange->input;
    if (exchange->reply->kind == SG_REPLY_WHOLE) {
        judge_whole(&judging, own, exchange->now_ms);
        return;
    }
    out->outcome =
        exchange->reply->kind == SG_REPLY_NOT_SENT ? SG_OUTCOME_TEMPORARY : in_doubt(&judging);
    out->said = exchange->reply->problem;
    out->retry_after_ms = exchange->reply->retry_after_ms;
}
