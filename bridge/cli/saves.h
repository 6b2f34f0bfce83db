/**
 * Waits for files of mappings to be saved, by inotify(7). An editor writes a file anew, or another
 * one that it then gives the name; several may be saved at once: all of it is waited for until
 * nothing has happened for a tenth of a second.
 */
#ifndef SG_CLI_SAVES_H
#define SG_CLI_SAVES_H

#include "base/error.h"
#include "base/scope.h"

struct sg_saves; /* one thread */

/**
 * Of the folder `dir`, which is borrowed, and of those in it. From now on SIGINT and SIGTERM do no
 * more than end the waiting. Fails when `dir` is no folder.
 */
SG_MUST_USE bool sg_saves_open(const char *dir, struct sg_saves **out, struct sg_error *err);
/** Takes NULL. */
void sg_saves_close(struct sg_saves *saves);

/** True when something may have been saved since it was last called; false when it is to end. */
bool sg_saves_wait(struct sg_saves *saves);

#endif
