/* `backlog FOLDER COUNT`: a new journal there with so many tickets taken in, and none delivered. */
#include <stdio.h>
#include <stdlib.h>

#include "past.h"

enum { BATCH = 500 };

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fputs("usage: backlog FOLDER COUNT\n", stderr);
        return 64;
    }
    struct sg_journal *journal = sg_past_open(argv[1], NULL);
    long count = strtol(argv[2], NULL, 10);

    for (long n = 0; n < count; n += BATCH)
        sg_past_capture_tickets(journal, n, BATCH);
    sg_journal_close(journal);
    return 0;
}
