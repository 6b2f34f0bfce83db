/** The daemon's HTTP server: webhooks, which are answered when the journal has them, and health. */
#ifndef SG_CONSOLE_WEB_H
#define SG_CONSOLE_WEB_H

#include "service/service.h"

struct sg_web;

/** All borrowed while the server runs. */
struct sg_web_setup {
    const struct sg_settings *settings;
    struct sg_service *service;
    struct sg_keeper *keeper;
};

/** Listens, on a thread of its own. Fails with TEMPORARY when the address is taken. */
SG_MUST_USE bool sg_web_start(const struct sg_web_setup *setup, struct sg_web **out,
                              struct sg_error *err);

/** The port it listens on: the one asked for, or the one given for port 0. */
int sg_web_port(const struct sg_web *web);

/** Takes no more requests, waits for those whose events are with the journal, and ends. */
void sg_web_stop(struct sg_web *web);

#endif
