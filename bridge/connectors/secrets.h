/** `${env:NAME}` and `${file:PATH}` in system files: read, or left as they stand. */
#ifndef SG_CONNECTORS_SECRETS_H
#define SG_CONNECTORS_SECRETS_H

#include "base/arena.h"
#include "base/findings.h"
#include "base/str.h"

struct sg_secrets {
    bool is_read; /* false: plain `check` and tests, where the text `${…}` itself stands for it */
};

/**
 * `text` with what stands in it put in (one trailing line end of a file dropped). A name that is
 * missing is a finding at `at`: all that are missing are named.
 */
SG_MUST_USE bool sg_secrets_expand(const struct sg_secrets *secrets, struct sg_arena *arena,
                                   struct sg_str text, struct sg_place at, struct sg_str *out,
                                   struct sg_findings *findings);

/**
 * The same inside a text template: braces of what is put in are doubled, those of `${…}` itself as
 * well, so that none of them is taken for a source.
 */
SG_MUST_USE bool sg_secrets_expand_template(const struct sg_secrets *secrets,
                                            struct sg_arena *arena, struct sg_str text,
                                            struct sg_place at, struct sg_str *out,
                                            struct sg_findings *findings);

/** Whether the whole text is one `${…}`, as a secret must be. */
bool sg_secrets_is_reference(struct sg_str text);

/** Whether a `${…}` stands anywhere in it. */
bool sg_secrets_has_reference(struct sg_str text);

#endif
