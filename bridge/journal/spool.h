/**
 * The spool: what people ask for, as files in `spool/` of the installation's folder, until the daemon
 * has made journal entries of them. One file is one command, a JSON object; its name is the command's
 * id, and names sort by the time at which they were asked for. A file is there whole or not at all.
 */
#ifndef SG_JOURNAL_SPOOL_H
#define SG_JOURNAL_SPOOL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "sgbridge/command.h"

/** `DIR/spool`, in the arena. */
const char *sg_spool_folder(struct sg_arena *arena, const char *dir);

/** Makes the folder, if it is not there. */
SG_MUST_USE bool sg_spool_make(const char *dir, struct sg_error *err);

/**
 * Gives the command an id, in the arena, and writes its file: it lives through a crash when it gives
 * true. Written by root, the file is the folder's owner's, so that the daemon may read it. INPUT: a
 * text of it is not in UTF-8.
 */
SG_MUST_USE bool sg_spool_write(struct sg_arena *arena, const char *dir, struct sg_command *command,
                                struct sg_error *err);

/** The ids of all that is there, the oldest first. */
SG_MUST_USE bool sg_spool_list(struct sg_arena *arena, const char *dir, const struct sg_str **ids,
                               size_t *count, struct sg_error *err);

/** INPUT: the file holds no command that this version knows. */
SG_MUST_USE bool sg_spool_read(struct sg_arena *arena, const char *dir, struct sg_str id,
                               struct sg_command *out, struct sg_error *err);

/** The file as it is, for somebody else to read. INPUT: it is larger than any command. */
SG_MUST_USE bool sg_spool_get(struct sg_arena *arena, const char *dir, struct sg_str id,
                              struct sg_str *text, struct sg_error *err);

/** Whether `id` may be the name of a file here. */
bool sg_spool_is_id(struct sg_str id);

/** Writes a file that another spool had, or writes it again. TEMPORARY: the disk is full. */
SG_MUST_USE bool sg_spool_put(const char *dir, struct sg_str id, struct sg_str text,
                              struct sg_error *err);

/** Whether the file is there still: neither taken away nor put aside. */
bool sg_spool_has(const char *dir, struct sg_str id);

/** Takes the file away, its command being in the journal, or safe on its way to it. */
SG_MUST_USE bool sg_spool_remove(const char *dir, struct sg_str id, struct sg_error *err);

/** Keeps a file that holds no command out of the way, as `ID.refused`, for a person to look at. */
SG_MUST_USE bool sg_spool_put_aside(const char *dir, struct sg_str id, struct sg_error *err);

#endif
