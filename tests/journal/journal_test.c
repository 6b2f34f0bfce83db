/* journal_test KIND: the whole contract of the journal, against one kind of it. */
#include <stdio.h>

#include "stage.h"

int main(int argc, char **argv)
{
    static int (*const groups[])(struct stage_choice * kind) = {
        sg_capture_tests, sg_rounds_tests, sg_links_tests,       sg_lanes_tests, sg_outcome_tests,
        sg_shadows_tests, sg_notes_tests,  sg_transaction_tests, sg_sweep_tests, sg_opening_tests,
    };
    struct stage_choice choice = {argc == 2 ? sg_stage_find_kind(argv[1]) : NULL};
    int failed = 0;

    if (choice.kind == NULL) {
        (void)fprintf(stderr, "usage: journal_test KIND\n");
        return 64;
    }
    for (size_t g = 0; g < SG_ROWS(groups); g++)
        failed += groups[g](&choice);
    return failed == 0 ? 0 : 1;
}
