/** Crash points: where tests make the process die, to see that nothing is lost or done twice. */
#ifndef SG_BASE_CRASH_H
#define SG_BASE_CRASH_H

/**
 * Dies here, by SIGKILL, when `SGBRIDGE_DIE_AT` names this point: `outcome.after`, or
 * `outcome.after:3` for its third time. Costs one comparison when it is not set.
 */
void sg_crash_point(const char *point);

#endif
