/**
 * What stands in for SAJA's and GAM's data in benchmarks: ticket number `n` of many, all alike, and
 * what becomes of it. Of the sizes that design.md, section 9, was measured with: some 850 bytes.
 */
#ifndef SG_BENCH_SAMPLE_H
#define SG_BENCH_SAMPLE_H

#include <stddef.h>

enum { SAMPLE_BYTES_MAX = 4096 };

/** A text being written; longer than its room is a fault of the benchmark, and ends it. */
struct sample {
    char text[SAMPLE_BYTES_MAX];
    size_t length;
};

/** "1405-1000042" and "1000042/1405": the ticket's key and its case's number; they grow. */
void sg_sample_key(struct sample *out, long n);
void sg_sample_case(struct sample *out, long n);

/** A ticket as SAJA's JSON, and the department's answer to it as GAM's XML. */
void sg_sample_ticket(struct sample *out, long n);
void sg_sample_response(struct sample *out, long n);

/** The response as the bridge keeps it: JSON. */
void sg_sample_response_kept(struct sample *out, long n);

/** What the bridge sends for them: `add_update` as a form, `create_case` in its envelope. */
void sg_sample_update_sent(struct sample *out, long n);
void sg_sample_case_sent(struct sample *out, long n);

/** `create_case` as the journal keeps it before it is sent. */
void sg_sample_case_intended(struct sample *out, long n);

#endif
