#include "service/queue.h"

static size_t rows_of(const struct sg_change *change)
{
    if (change->kind == SG_CHANGE_CAPTURE)
        return change->as.capture.count + 1;
    return change->kind == SG_CHANGE_COMMAND ? change->as.command.command->count + 1 : 1;
}

void sg_queue_add(struct sg_queue *queue, struct sg_change *change)
{
    queue->rows += rows_of(change);
    change->next = NULL;
    if (queue->last == NULL)
        queue->first = change;
    else
        queue->last->next = change;
    queue->last = change;
}

struct sg_queue sg_queue_take(struct sg_queue *queue, size_t rows)
{
    struct sg_queue taken = {0};

    while (queue->first != NULL && taken.rows < rows) {
        struct sg_change *change = queue->first;

        queue->first = change->next;
        if (queue->first == NULL)
            queue->last = NULL;
        queue->rows -= rows_of(change);
        sg_queue_add(&taken, change);
    }
    return taken;
}

void sg_queue_put_back(struct sg_queue *queue, struct sg_queue taken)
{
    if (taken.first == NULL)
        return;
    taken.last->next = queue->first;
    if (queue->last == NULL)
        queue->last = taken.last;
    queue->first = taken.first;
    queue->rows += taken.rows;
}

void sg_queue_end(struct sg_queue ended)
{
    for (struct sg_change *change = ended.first, *next; change != NULL; change = next) {
        next = change->next;
        if (change->done != NULL)
            change->done(change);
    }
}
