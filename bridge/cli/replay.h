/** What `replay` shows before it sends, and which events a mapping has never had. */
#ifndef SG_CLI_REPLAY_H
#define SG_CLI_REPLAY_H

#include "cli/handover.h"
#include "journal/view_events.h"

/** `--dry-run`: each delivery as it would be sent, and what differs from what was. An exit code. */
int sg_replay_rehearse(struct sg_handover *handover);

/** Sets what `events->mapping` takes. False after saying that there is no such mapping. */
SG_MUST_USE bool sg_replay_find_record(const struct sg_cli *cli, const struct sg_settings *settings,
                                       struct sg_unsent_events *events);

#endif
