/**
 * Which of the instances leads: the one to which the group coordinator assigns the only partition of
 * `PREFIX.leader`. A thread of its own keeps the membership alive while the journal's thread waits
 * for a broker, and asks again and again whether it still holds.
 */
#ifndef SG_JOURNAL_ELECTION_H
#define SG_JOURNAL_ELECTION_H

#include "journal/kafka_names.h"

enum sg_election_state {
    SG_ELECTION_FOLLOWS, /* another one leads, or nobody does yet */
    SG_ELECTION_JOINS,   /* the members are being counted anew: who led still may write */
    SG_ELECTION_LEADS,
    SG_ELECTION_OUT, /* taken out of the group for its silence; close it and open another */
};

struct sg_election;

/** Joins the group, on a thread that it starts. */
SG_MUST_USE bool sg_election_open(const struct sg_journal_settings *settings,
                                  struct sg_election **out, struct sg_error *err);
/** Leaves the group, so that another one is elected at once. Takes NULL. */
void sg_election_close(struct sg_election *election);

/** Any thread. */
enum sg_election_state sg_election_state(const struct sg_election *election);

/**
 * Until when nobody else can have been elected, on sg_clock_steady_ms(); 0 when it does not lead.
 * Any thread.
 */
int64_t sg_election_leads_until_ms(const struct sg_election *election);

#endif
