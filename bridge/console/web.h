/**
 * The daemon's HTTP server: webhooks, which are answered when the journal has them, and health.
 * `/health` is 200 while the process lives; `/ready` and webhooks are 503 while it stands by.
 */
#ifndef SG_CONSOLE_WEB_H
#define SG_CONSOLE_WEB_H

#include "service/service.h"

struct sg_web;

/**
 * Listens, on a thread of its own, and stands by. The settings are borrowed while the server runs.
 * Fails with TEMPORARY when the address is taken.
 */
SG_MUST_USE bool sg_web_start(const struct sg_settings *settings, struct sg_web **out,
                              struct sg_error *err);

/** From now on webhooks go to `keeper`, read by the files of `service`; both are borrowed. */
void sg_web_attach(struct sg_web *web, struct sg_service *service, struct sg_keeper *keeper);

/** Stands by again: gives when no request needs either any more. The keeper's thread must run. */
void sg_web_detach(struct sg_web *web);

/** The port it listens on: the one asked for, or the one given for port 0. */
int sg_web_port(const struct sg_web *web);

/** Takes no more requests, and ends. It is detached. Takes NULL. */
void sg_web_stop(struct sg_web *web);

#endif
