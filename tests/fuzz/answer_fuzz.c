#include <assert.h>
#include <stdint.h>

#include "base/mask.h"
#include "sgbridge/connector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes as a reply, JSON, XML or SOAP, after a status and a header: some outcome comes of it, never
 * the default; what cannot be read is never a success; and the words are short enough to keep. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 204, 302, 400, 401, 404, 408, 429, 500, 503};
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_xml_namespace declared[] = {{SG_STR(""), SG_STR("urn:g")}};
    const struct sg_answer_rule busy = {.fault = SG_STR("Busy"), .is = SG_OUTCOME_TEMPORARY};
    struct sg_system system = {.names = {declared, 1}, .answers = &busy};
    struct sg_answer answer;

    if (size < 2)
        return 0;
    system.format = data[0] & 64 ? SG_FORMAT_XML : data[0] & 1 ? SG_FORMAT_SOAP : SG_FORMAT_JSON;
    system.unwrap = 1 + (data[0] >> 1 & 3);
    const struct sg_str rest = {(const char *)data + 2, size - 2};
    const size_t cut = rest.length < 40 ? rest.length : 40;
    const struct sg_header headers[] = {
        {data[0] & 8 ? SG_STR("retry-after") : SG_STR("date"), {rest.at, cut}}};
    const struct sg_reply reply = {.kind = SG_REPLY_WHOLE,
                                   .status = statuses[data[1] % 10],
                                   .headers = headers,
                                   .header_count = 1,
                                   .body = data[0] & 16 ? sg_str_skip(rest, cut) : rest};

    sg_answer_judge(&(struct sg_exchange){&system, NULL, &reply, 1782880200000},
                    data[0] & 32 ? SG_CALL_READ : SG_CALL_WRITE, NULL, arena, &answer);
    assert(answer.outcome != SG_OUTCOME_DEFAULT);
    assert(!answer.is_malformed || (answer.tree == NULL && answer.outcome != SG_OUTCOME_SUCCESS));
    assert(answer.said.length <= 4 * SG_MASK_MAX + sizeof answer.said);
    assert(answer.retry_after_ms >= 0);
    return 0;
}
