/**
 * The topic `PREFIX.commands`: what people asked of instances that stand by, on its way to the one
 * that leads. A message is a file of a spool; its key is the command's id. It may come twice, which
 * the id makes harmless.
 */
#ifndef SG_JOURNAL_KAFKA_COMMANDS_H
#define SG_JOURNAL_KAFKA_COMMANDS_H

#include "journal/kafka_names.h"

/** Brings the files of one spool there. One thread. */
struct sg_commands_writer;

SG_MUST_USE struct sg_commands_writer *
sg_commands_writer_new(const struct sg_journal_settings *settings);
/** What was not acknowledged may arrive or not; its files stay. Takes NULL. */
void sg_commands_writer_free(struct sg_commands_writer *writer);

/**
 * Takes away the files that the brokers have by now, and sends those that came since: each
 * sg_journal_hand_on(). Waits for a broker for a second when there is the first to send.
 */
SG_MUST_USE bool sg_commands_writer_send(struct sg_commands_writer *writer, struct sg_error *err);

/** Makes the reader of the contract, sg_journal_open_commands(). */
SG_MUST_USE bool sg_commands_reader_open(const struct sg_journal_settings *settings,
                                         struct sg_commands_reader **out, struct sg_error *err);

#endif
