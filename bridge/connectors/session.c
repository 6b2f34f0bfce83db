#include "connectors/session.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "connectors/cookies.h"
#include "connectors/login.h"

enum { PAUSE_MIN_MS = 1000, PAUSE_MAX_MS = 5 * 60 * 1000 };

/* What one login gave. Calls under way in it hold it, also when it is not the door's any more. */
struct session {
    struct sg_session as;
    struct sg_arena *arena; /* it holds the session itself */
    size_t holders;
    int64_t ends_at_ms; /* 0: not known */
    bool is_proven;     /* an answer came that did not ask for a login */
};

/* A call or a knock on its way: it waits for a session, is out in one, or has been turned away. */
struct guest {
    struct door *door;
    struct sg_call *asked;   /* as its owner started it; NULL: a knock */
    struct sg_knock *knock;  /* NULL: a call */
    struct sg_call call;     /* as it goes out */
    struct session *session; /* in which it is out */
    bool was_repeated;
    struct sg_reply refusal; /* turned away */
    struct guest *next;
};

struct queue {
    struct guest *first, *last;
};

/* One system that asks for a login. Lives as long as the sessions, through reloads. */
struct door {
    struct sg_sessions *sessions;
    struct sg_str system;
    struct session *session; /* NULL: none */
    struct login *login;     /* under way; NULL: none */
    struct queue waiting;    /* for it */
    int failures;            /* of logins, in a row */
    int useless;             /* sessions in a row in which nothing could be asked */
    int64_t next_at_ms;      /* no login before that */
    struct sg_arena *said_arena;
    struct sg_str said; /* why not */
    bool is_told;       /* that a person must see to it */
    struct door *next;
};

/* A login under way. Its arena becomes the session's. */
struct login {
    struct door *door;
    struct sg_arena *arena;
    const struct sg_login_spec *spec; /* of the file of who waits for it */
    struct sg_cookies *cookies;
    struct sg_session session; /* as far as there is one: its cookies */
    struct sg_call call;
    int64_t asked_ms;
    bool is_outdated; /* other files are in force */
};

struct sg_sessions {
    struct sg_transport transport; /* first: start() is given it */
    struct sg_sessions_setup setup;
    struct sg_arena *arena; /* of the doors */
    struct door *doors;
    struct queue turned_away;
};

static void admit(struct guest *guest);

static int64_t now_of(const struct sg_sessions *sessions)
{
    const struct sg_sessions_setup *setup = &sessions->setup;

    return setup->now_ms != NULL ? setup->now_ms(setup->owner) : sg_clock_now_ms();
}

/* --- queues and holders --- */

static void enqueue(struct queue *queue, struct guest *guest)
{
    guest->next = NULL;
    if (queue->last == NULL)
        queue->first = guest;
    else
        queue->last->next = guest;
    queue->last = guest;
}

static struct guest *take_all(struct queue *queue)
{
    struct guest *first = queue->first;

    *queue = (struct queue){0};
    return first;
}

static void release(struct session *session)
{
    if (session == NULL || --session->holders > 0)
        return;
    sg_cookies_free(session->as.cookies);
    sg_arena_free(session->arena);
}

static void drop_session(struct door *door)
{
    release(door->session);
    door->session = NULL;
}

static struct door *find_door(struct sg_sessions *sessions, struct sg_str system)
{
    struct door *door = sessions->doors;

    while (door != NULL && !sg_str_equal(door->system, system))
        door = door->next;
    if (door != NULL)
        return door;
    door = sg_arena_get(sessions->arena, 1, sizeof *door);
    *door = (struct door){.sessions = sessions,
                          .system = sg_str_copy(sessions->arena, system),
                          .next = sessions->doors};
    sessions->doors = door;
    return door;
}

/* --- who is not let in --- */

static void turn_away(struct guest *guest, struct sg_str said, int64_t retry_after_ms)
{
    struct sg_arena *arena = guest->asked != NULL ? guest->asked->arena : guest->knock->arena;

    guest->refusal = (struct sg_reply){.kind = SG_REPLY_NOT_SENT,
                                       .problem = sg_str_copy(arena, said),
                                       .retry_after_ms = retry_after_ms};
    enqueue(&guest->door->sessions->turned_away, guest);
}

static void turn_all_away(struct door *door, struct sg_str said, int64_t retry_after_ms)
{
    for (struct guest *guest = take_all(&door->waiting), *next; guest != NULL; guest = next) {
        next = guest->next;
        turn_away(guest, said, retry_after_ms);
    }
}

/* No login for a while; `wait_ms` is what was asked for. */
static void back_off(struct door *door, struct sg_str said, int64_t wait_ms)
{
    int64_t pause_ms = PAUSE_MIN_MS;

    for (int f = 0; f < door->failures && pause_ms < PAUSE_MAX_MS; f++)
        pause_ms *= 2;
    if (pause_ms > PAUSE_MAX_MS)
        pause_ms = PAUSE_MAX_MS;
    door->failures++;
    door->next_at_ms = now_of(door->sessions) + (pause_ms > wait_ms ? pause_ms : wait_ms);
    sg_arena_free(door->said_arena);
    door->said_arena = sg_arena_new();
    door->said = sg_str_copy(door->said_arena, said);
}

static void tell(struct door *door, struct sg_str words)
{
    const struct sg_sessions_setup *setup = &door->sessions->setup;

    door->is_told = words.length > 0;
    if (setup->tell != NULL)
        setup->tell(setup->owner, door->system, words);
}

/* --- logging in --- */

static void free_login(struct login *login)
{
    login->door->login = NULL;
    sg_cookies_free(login->cookies);
    sg_arena_free(login->arena); /* it holds the login itself */
}

static void fail(struct login *login, const struct sg_login *took)
{
    struct door *door = login->door;
    const bool is_refused = took->end == SG_LOGIN_REFUSED;
    struct sg_str said =
        sg_str_format(login->arena, "the login %s: %.*s",
                      is_refused ? "is refused" : "cannot be made now", SG_STR_ARG(took->said));
    int64_t wait_ms = 0;

    if (!login->is_outdated) {
        back_off(door, said, took->retry_after_ms);
        wait_ms = door->next_at_ms - now_of(door->sessions);
        if (is_refused)
            tell(door, said);
    }
    turn_all_away(door, said, wait_ms);
    free_login(login);
}

/* The login's arena and cookies go over to the session. */
static struct session *new_session(struct login *login, const struct sg_login *took)
{
    struct session *session = sg_arena_get(login->arena, 1, sizeof *session);

    *session = (struct session){
        .as = took->session, .arena = login->arena, .holders = 1, .ends_at_ms = took->ends_at_ms};
    session->as.cookies = login->cookies;
    return session;
}

static void go_in(struct guest *guest, struct session *session);

static void open_door(struct login *login, const struct sg_login *took)
{
    struct door *door = login->door;
    struct session *session = new_session(login, took);

    door->login = NULL;
    if (login->is_outdated)
        session->ends_at_ms = 1; /* for who waits for it, and no one else */
    door->session = session;
    session->holders++; /* a call that ends at once may be the end of it */
    for (struct guest *guest = take_all(&door->waiting), *next; guest != NULL; guest = next) {
        next = guest->next;
        go_in(guest, session);
    }
    release(session);
}

static void login_replied(struct sg_call *call, const struct sg_reply *reply)
{
    struct login *login = call->owner;
    struct sg_login took;

    sg_login_take(login->spec, reply, login->asked_ms, login->arena, &took);
    if (took.end == SG_LOGIN_OPENED)
        open_door(login, &took);
    else
        fail(login, &took);
}

static void start_login(struct door *door, const struct sg_system *system)
{
    struct sg_arena *arena = sg_arena_new();
    struct login *login = sg_arena_get(arena, 1, sizeof *login);
    struct sg_transport *through = door->sessions->setup.through;
    struct sg_error err;

    *login = (struct login){.door = door,
                            .arena = arena,
                            .spec = system->login,
                            .cookies = sg_cookies_new(),
                            .asked_ms = now_of(door->sessions)};
    login->session.cookies = login->cookies;
    login->call = (struct sg_call){.system = login->spec->door,
                                   .arena = arena,
                                   .timeout_ms = system->limits.timeout_ms,
                                   .limit_bytes = system->limits.answer_bytes,
                                   .done = login_replied,
                                   .owner = login};
    door->login = login;
    if (!sg_login_request(login->spec, arena, login->asked_ms, &login->call.request, &err)) {
        fail(login, &(struct sg_login){.end = SG_LOGIN_REFUSED, .said = sg_str_of(err.text)});
        return;
    }
    login->call.request.session = &login->session;
    through->start(through, &login->call, login->asked_ms);
}

/* --- calls --- */

static void finish(struct guest *guest, const struct sg_reply *reply)
{
    if (guest->asked != NULL)
        guest->asked->done(guest->asked, reply); /* the guest may be gone after it */
    else
        guest->knock->done(guest->knock, reply);
}

static bool asks_for_login(const struct guest *guest, const struct sg_reply *reply)
{
    const struct sg_call *call = guest->asked;
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_exchange exchange = {call->system, call->input, reply,
                                         now_of(guest->door->sessions)};
    struct sg_answer answer;

    sg_answer_judge(&exchange, call->kind, call->answers, arena, &answer);
    return answer.outcome == SG_OUTCOME_LOGIN;
}

static void prove(struct door *door, struct session *session)
{
    session->is_proven = true;
    if (door->session != session)
        return;
    door->failures = 0;
    door->useless = 0;
    if (door->is_told)
        tell(door, (struct sg_str){0});
}

/* The session of the call is over: there is none, or a newer one. The second in a row that nobody
 * could use is no better than a login that failed: to go on at once would be a storm of logins. */
static void end_session(struct door *door, struct session *session)
{
    const struct sg_str said =
        SG_STR("the login is good, and what is asked with it is refused all the same");

    if (door->session != session)
        return;
    if (!session->is_proven && ++door->useless > 1) {
        back_off(door, said, 0);
        tell(door, said);
    }
    drop_session(door);
}

static bool may_repeat(const struct guest *guest)
{
    const struct door *door = guest->door;

    return !guest->was_repeated && (door->session != NULL || door->login != NULL ||
                                    now_of(door->sessions) >= door->next_at_ms);
}

static void replied(struct sg_call *call, const struct sg_reply *reply)
{
    struct guest *guest = call->owner;
    struct session *session = guest->session;
    struct sg_reply told = *reply;
    const bool is_whole = reply->kind == SG_REPLY_WHOLE;
    const bool is_over = is_whole && asks_for_login(guest, reply);

    told.session = &session->as;
    if (is_over)
        end_session(guest->door, session);
    else if (is_whole)
        prove(guest->door, session);
    if (is_over && may_repeat(guest)) {
        guest->was_repeated = true;
        admit(guest);
    } else {
        finish(guest, &told);
    }
    release(session);
}

/* As its owner started it, each time: what the way out changes of it is not kept. */
static void go_in(struct guest *guest, struct session *session)
{
    struct sg_transport *through = guest->door->sessions->setup.through;

    if (guest->knock != NULL) {
        guest->knock->done(guest->knock, NULL);
        return;
    }
    session->holders++;
    guest->session = session;
    guest->call = *guest->asked;
    guest->call.request.session = &session->as;
    guest->call.done = replied;
    guest->call.owner = guest;
    through->start(through, &guest->call, now_of(guest->door->sessions));
}

static bool has_session(struct door *door)
{
    const struct session *session = door->session;

    if (session != NULL && session->ends_at_ms > 0 && now_of(door->sessions) >= session->ends_at_ms)
        drop_session(door);
    return door->session != NULL;
}

static const struct sg_system *system_of(const struct guest *guest)
{
    return guest->asked != NULL ? guest->asked->system : guest->knock->system;
}

/* In, into the queue, or away. */
static void admit(struct guest *guest)
{
    struct door *door = guest->door;
    const int64_t now_ms = now_of(door->sessions);

    if (has_session(door)) {
        go_in(guest, door->session);
    } else if (door->login == NULL && now_ms < door->next_at_ms) {
        turn_away(guest, door->said, door->next_at_ms - now_ms);
    } else {
        enqueue(&door->waiting, guest);
        if (door->login == NULL)
            start_login(door, system_of(guest));
    }
}

static void start(struct sg_transport *transport, struct sg_call *call, int64_t now_ms)
{
    struct sg_sessions *sessions = (struct sg_sessions *)transport;

    if (call->system->login == NULL) {
        sessions->setup.through->start(sessions->setup.through, call, now_ms);
        return;
    }
    struct guest *guest = sg_arena_get(call->arena, 1, sizeof *guest);

    *guest = (struct guest){.door = find_door(sessions, call->system->name), .asked = call};
    admit(guest);
}

/* --- all of it --- */

bool sg_sessions_open(struct sg_sessions *sessions, struct sg_knock *knock)
{
    if (knock->system->login == NULL)
        return true;
    struct door *door = find_door(sessions, knock->system->name);

    if (has_session(door))
        return true;
    struct guest *guest = sg_arena_get(knock->arena, 1, sizeof *guest);

    *guest = (struct guest){.door = door, .knock = knock};
    admit(guest);
    return false;
}

bool sg_sessions_run(struct sg_sessions *sessions)
{
    const bool were_any = sessions->turned_away.first != NULL;

    for (struct guest *guest = take_all(&sessions->turned_away), *next; guest != NULL;
         guest = next) {
        next = guest->next;
        finish(guest, &guest->refusal);
    }
    return were_any;
}

void sg_sessions_forget(struct sg_sessions *sessions)
{
    for (struct door *door = sessions->doors; door != NULL; door = door->next) {
        drop_session(door);
        door->failures = 0;
        door->useless = 0;
        door->next_at_ms = 0;
        door->is_told = false;
        if (door->login != NULL)
            door->login->is_outdated = true;
    }
}

struct sg_sessions *sg_sessions_new(const struct sg_sessions_setup *setup)
{
    struct sg_sessions *sessions = calloc(1, sizeof *sessions);

    if (sessions == NULL)
        abort(); /* no memory left */
    sessions->transport.start = start;
    sessions->setup = *setup;
    sessions->arena = sg_arena_new();
    return sessions;
}

void sg_sessions_free(struct sg_sessions *sessions)
{
    if (sessions == NULL)
        return;
    for (struct door *door = sessions->doors; door != NULL; door = door->next) {
        drop_session(door);
        if (door->login != NULL)
            free_login(door->login);
        sg_arena_free(door->said_arena);
    }
    sg_arena_free(sessions->arena);
    free(sessions);
}

struct sg_transport *sg_sessions_transport(struct sg_sessions *sessions)
{
    return &sessions->transport;
}
