/**
 * The contract between people and the journal: what somebody asked for at the command line, kept as
 * an entry of the journal with who asked, when and what came of it. Each is carried out once,
 * however often its file is found in the spool.
 */
#ifndef SGBRIDGE_COMMAND_H
#define SGBRIDGE_COMMAND_H

#include <stdint.h>

#include "base/scope.h"
#include "base/str.h"

enum sg_command_kind {
    SG_COMMAND_REPLAY,  /* sends deliveries again, each through today's mapping */
    SG_COMMAND_SEND,    /* sends events through a mapping that they have not gone through yet */
    SG_COMMAND_DISCARD, /* gives open deliveries up */
    SG_COMMAND_RESOLVE, /* says of what may have been done whether it was */
    SG_COMMAND_PAUSE,   /* holds deliveries back */
    SG_COMMAND_RESUME,  /* ends a pause */
    SG_COMMAND_UNMASK,  /* somebody looked at a citizen's data: kept, nothing else */
    SG_COMMAND_RELOAD,  /* puts the files of `mappings` in force */
};
enum { SG_COMMAND_KINDS = SG_COMMAND_RELOAD + 1 };

/** "replay", …: as stored, shown and typed. */
const char *sg_command_kind_name(enum sg_command_kind kind);

/** What a pause holds back. */
enum sg_pause_scope {
    SG_PAUSE_SYSTEM,    /* NAME: nothing is sent to it, and it is not polled */
    SG_PAUSE_MAPPING,   /* NAME */
    SG_PAUSE_DIRECTION, /* FROM>TO: events of one system to another */
    SG_PAUSE_TICKET,    /* NAME: its key */
};
enum { SG_PAUSE_SCOPES = SG_PAUSE_TICKET + 1 };

const char *sg_pause_scope_name(enum sg_pause_scope scope);

/** Plain data, borrowed from whoever read it. */
struct sg_command {
    enum sg_command_kind kind;
    bool again;        /* REPLAY: also what was delivered, or has ended otherwise */
    bool old;          /* REPLAY: though something newer was delivered since */
    bool with_rest;    /* DISCARD: also what follows in its lane */
    bool was_done;     /* RESOLVE */
    struct sg_str id;  /* its file's name in the spool: what makes a second one known */
    struct sg_str who; /* the user's name, as the machine knows it */
    int64_t at;        /* when it was asked for: milliseconds UTC */
    struct sg_str why; /* their words; "" */

    const int64_t *deliveries; /* REPLAY, DISCARD, RESOLVE (one), UNMASK (one); SEND: events */
    size_t count;              /* at most SG_COMMAND_DELIVERIES_MAX */

    int64_t spacing_us;    /* REPLAY, SEND: time between two of them; 0: none */
    struct sg_str after;   /* REPLAY, SEND: the command whose pace it goes on with; "" */
    struct sg_str mapping; /* SEND */

    struct sg_str foreign_id; /* RESOLVE, when it was done: what the target calls it */

    struct sg_str name; /* PAUSE, RESUME: of what scope says */
    int64_t until;      /* PAUSE: 0: until RESUME */
    enum sg_pause_scope scope;

    bool drop; /* RELOAD: fails what waits for a mapping that has no file any more */
};
enum { SG_COMMAND_DELIVERIES_MAX = 500 };

#endif
