/** Changes in the order in which they came. Who shares a queue between threads holds a lock of its own. */
#ifndef SG_SERVICE_QUEUE_H
#define SG_SERVICE_QUEUE_H

#include "service/change.h"

/** All zero it is empty. A change is in one queue at a time, and stays its owner's. */
struct sg_queue {
    struct sg_change *first, *last;
    size_t rows; /* that all of them will write, about */
};

void sg_queue_add(struct sg_queue *queue, struct sg_change *change);

/** Takes the first of them, up to the one with which they write `rows` rows; one alone may write more. */
struct sg_queue sg_queue_take(struct sg_queue *queue, size_t rows);

/** What was taken stands before all that came meanwhile. */
void sg_queue_put_back(struct sg_queue *queue, struct sg_queue taken);

/** Calls `done` of each: it is its owner's again. */
void sg_queue_end(struct sg_queue ended);

#endif
