/** What systems send that no file names, as people are shown it. */
#ifndef SG_CLI_DRIFT_H
#define SG_CLI_DRIFT_H

#include "cli/answers.h"

/** So long it is shown from its first sight on; then it is taken as known. */
enum { SG_DRIFT_SHOWN_DAYS = 30 };

/**
 * All that was first seen within those days, or ever, the newest first; with `record` ("saja.ticket")
 * not NULL, of it alone. NULL after saying why not.
 */
struct sg_node *sg_drift_rows(const struct sg_cli *cli, struct sg_view *view, const char *record,
                              bool is_ever);

#endif
