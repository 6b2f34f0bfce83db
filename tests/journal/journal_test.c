/* journal_test KIND [GROUP]: the contract of the journal, whole or one group of it, against one kind. */
#include <stdio.h>

#include "stage.h"

static const struct {
    const char *name;
    int (*run)(struct stage_choice *kind);
} GROUPS[] = {
    {"capture", sg_capture_tests},   {"rounds", sg_rounds_tests},
    {"links", sg_links_tests},       {"lanes", sg_lanes_tests},
    {"outcome", sg_outcome_tests},   {"shadows", sg_shadows_tests},
    {"notes", sg_notes_tests},       {"sweep", sg_sweep_tests},
    {"opening", sg_opening_tests},   {"transaction", sg_transaction_tests},
    {"commands", sg_commands_tests}, {"verdicts", sg_verdicts_tests},
    {"pauses", sg_pauses_tests},     {"handed_on", sg_handed_on_tests},
    {"past", sg_past_tests},         {"drop", sg_drop_tests},
};

int main(int argc, char **argv)
{
    struct stage_choice choice = {argc > 1 ? sg_stage_find_kind(argv[1]) : NULL};
    int failed = 0, groups = 0;

    for (size_t g = 0; choice.kind != NULL && g < SG_ROWS(GROUPS); g++) {
        if (argc > 2 && strcmp(argv[2], GROUPS[g].name) != 0)
            continue;
        failed += GROUPS[g].run(&choice);
        groups++;
    }
    if (groups == 0) {
        (void)fprintf(stderr, "usage: journal_test KIND [GROUP]\n");
        return 64;
    }
    return failed == 0 ? 0 : 1;
}
