#include "cli/steps.h"

#include "base/buffer.h"
#include "cli/record.h"
#include "tree/json.h"

enum {
    TARGET_INDENT = 2,
    STEP_INDENT = 4,
    COLUMN = 36,         /* where places and values begin */
    VALUE_COLUMNS = 200, /* of a value on its way; the input is shown whole */
};

struct step {
    struct sg_observed seen;
    struct step *next;
};

struct list {
    struct step *first, **end;
};

/* A target that is in no other, with all that was done for it. */
struct block {
    struct sg_observed target;
    struct list steps;
    bool is_failed;
    struct block *next;
};

struct sg_steps {
    struct sg_arena *arena;
    struct sg_observer observer;
    struct list before, after; /* what belongs to no target: `when`; what no rule set */
    struct block *first, *last;
    size_t depth; /* of targets in each other */
    size_t targets;
};

/* --- keeping them --- */

static void add(struct sg_steps *steps, struct list *list, const struct sg_observed *seen)
{
    struct step *step = sg_arena_get(steps->arena, 1, sizeof *step);

    step->seen = *seen;
    *list->end = step;
    list->end = &step->next;
}

static void begin_block(struct sg_steps *steps, const struct sg_observed *seen)
{
    struct block *block = sg_arena_get(steps->arena, 1, sizeof *block);

    block->target = *seen;
    block->steps.end = &block->steps.first;
    if (steps->last == NULL)
        steps->first = block;
    else
        steps->last->next = block;
    steps->last = block;
    steps->targets++;
}

/* Whether `pointer` is `target` or stands in it. */
static bool is_inside(struct sg_str pointer, struct sg_str target)
{
    return pointer.length >= target.length &&
           sg_str_equal((struct sg_str){pointer.at, target.length}, target) &&
           (pointer.length == target.length || pointer.at[target.length] == '/');
}

/* What an input's type says against comes after the last target. */
static void add_late(struct sg_steps *steps, const struct sg_observed *seen)
{
    struct block *block = steps->first;

    while (block != NULL && !is_inside(seen->target, block->target.text))
        block = block->next;
    if (block != NULL)
        block->is_failed = true;
    add(steps, block != NULL ? &block->steps : &steps->after, seen);
}

static void see(void *owner, const struct sg_observed *seen)
{
    struct sg_steps *steps = owner;

    if (seen->kind == SG_OBSERVED_TARGET && steps->depth++ == 0) {
        begin_block(steps, seen);
        return;
    }
    if (steps->depth > 0)
        add(steps, &steps->last->steps, seen);
    else if (steps->first == NULL)
        add(steps, &steps->before, seen);
    else
        add_late(steps, seen);
    if (seen->kind == SG_OBSERVED_END && --steps->depth == 0)
        steps->last->is_failed = !seen->is_good;
}

struct sg_steps *sg_steps_new(struct sg_arena *arena)
{
    struct sg_steps *steps = sg_arena_get(arena, 1, sizeof *steps);

    steps->arena = arena;
    steps->observer = (struct sg_observer){see, steps};
    steps->before.end = &steps->before.first;
    steps->after.end = &steps->after.first;
    return steps;
}

const struct sg_observer *sg_steps_observer(const struct sg_steps *steps)
{
    return &steps->observer;
}

size_t sg_steps_targets(const struct sg_steps *steps)
{
    return steps->targets;
}

size_t sg_steps_failed(const struct sg_steps *steps)
{
    size_t failed = 0;

    for (const struct block *block = steps->first; block != NULL; block = block->next)
        failed += block->is_failed;
    return failed;
}

/* --- for people --- */

/* Steps on their way to the screen: a line waits, for transforms that change nothing share one. */
struct printing {
    const struct sg_screen *screen;
    bool is_masked;
    struct sg_str target; /* the outermost */
    int indent;           /* deeper inside a target of an `each` */
    struct sg_buffer label;
    const struct sg_node *value; /* of the line that waits, or of the last one printed */
    bool is_waiting, is_transform;
};

/* A text has as many lines as it needs; of a list, whose items are seen anyway, one is enough. */
static struct sg_str value_text(const struct printing *it, const struct sg_node *value)
{
    struct sg_arena *arena = it->screen->arena;
    int columns = VALUE_COLUMNS;
    struct sg_buffer out = {.arena = arena};

    if (value == NULL)
        return SG_STR("nothing");
    if (it->screen->width > COLUMN &&
        (value->kind == SG_NODE_LIST || value->kind == SG_NODE_OBJECT))
        columns = it->screen->width - COLUMN;
    sg_json_write(&out, it->is_masked ? sg_record_mask(arena, value) : value);
    return sg_ruler_cut(it->screen->ruler, arena, sg_screen_clean(arena, sg_buffer_text(&out)),
                        columns);
}

static void print_pair(const struct printing *it, struct sg_str label, struct sg_str text)
{
    sg_screen_print_pair(it->screen, &(struct sg_screen_pair){it->indent, label, COLUMN, text});
}

static void print_waiting(struct printing *it)
{
    if (it->is_waiting)
        print_pair(it, sg_buffer_text(&it->label), value_text(it, it->value));
    it->is_waiting = false;
}

static bool is_same(const struct sg_node *a, const struct sg_node *b)
{
    return a == b || (a != NULL && b != NULL && sg_node_equal(a, b));
}

static void wait(struct printing *it, const struct sg_observed *seen, struct sg_str label)
{
    const bool is_transform = seen->kind == SG_OBSERVED_TRANSFORM;

    if (it->is_waiting && is_transform && it->is_transform && is_same(seen->value, it->value)) {
        sg_buffer_add_format(&it->label, ", %.*s", SG_STR_ARG(label));
        return;
    }
    print_waiting(it);
    it->label = (struct sg_buffer){.arena = it->screen->arena};
    sg_buffer_add(&it->label, label);
    it->value = seen->value;
    it->is_waiting = true;
    it->is_transform = is_transform;
}

/* What a target gets at last, where the line before it does not say so. */
static void print_end(struct printing *it, const struct sg_observed *seen)
{
    print_waiting(it);
    if (seen->is_good && seen->value == NULL)
        print_pair(it, SG_STR("="), SG_STR("left out"));
    else if (seen->is_good && !is_same(seen->value, it->value))
        print_pair(it, SG_STR("="), value_text(it, seen->value));
    it->value = seen->value;
    it->indent = it->indent > STEP_INDENT ? it->indent - 4 : it->indent;
}

/* A target inside of the outermost one, of which its own name is told: "/@Name". */
static void print_target(struct printing *it, struct sg_str target)
{
    print_waiting(it);
    it->indent += 2;
    print_pair(it, is_inside(target, it->target) ? sg_str_skip(target, it->target.length) : target,
               (struct sg_str){0});
    it->indent += 2;
}

/* It stopped here. */
static void print_stop(struct printing *it, struct sg_str why)
{
    print_waiting(it);
    sg_screen_print_pair(it->screen, &(struct sg_screen_pair){it->indent, SG_STR("x"), 0, why});
}

static void print_step(struct printing *it, const struct sg_observed *seen)
{
    switch (seen->kind) {
    case SG_OBSERVED_SOURCE:
    case SG_OBSERVED_MADE:
        wait(it, seen, seen->text);
        break;
    case SG_OBSERVED_TRANSFORM:
        if (seen->is_good) {
            wait(it, seen, seen->text);
        } else {
            print_waiting(it);
            print_pair(it, seen->text, (struct sg_str){0});
        }
        break;
    case SG_OBSERVED_DEFAULT:
        wait(it, seen, SG_STR("default"));
        break;
    case SG_OBSERVED_TEST:
        print_waiting(it);
        print_pair(it, seen->text, seen->is_good ? SG_STR("holds") : SG_STR("does not hold"));
        break;
    case SG_OBSERVED_ITEM:
        print_waiting(it);
        print_pair(it, sg_str_format(it->screen->arena, "item %zu", seen->number),
                   (struct sg_str){0});
        break;
    case SG_OBSERVED_TARGET:
        print_target(it, seen->text);
        break;
    case SG_OBSERVED_PROBLEM:
    case SG_OBSERVED_IGNORED:
        print_stop(it, seen->text);
        break;
    case SG_OBSERVED_END:
        print_end(it, seen);
        break;
    }
}

static void print_list(struct printing it, const struct list *list)
{
    it.indent = STEP_INDENT;
    for (const struct step *step = list->first; step != NULL; step = step->next)
        print_step(&it, &step->seen);
    print_waiting(&it);
}

void sg_steps_print(const struct sg_steps *steps, const struct sg_screen *screen, bool is_masked)
{
    struct printing it = {.screen = screen, .is_masked = is_masked};

    if (steps->before.first != NULL) {
        sg_screen_paragraph(screen, "  when", TARGET_INDENT, (struct sg_str){0});
        print_list(it, &steps->before);
    }
    for (const struct block *block = steps->first; block != NULL; block = block->next) {
        const struct sg_place at = block->target.at;
        const struct sg_str place =
            sg_str_format(screen->arena, "%s:%d:%d", at.file, at.line, at.column);

        sg_screen_print_pair(
            screen, &(struct sg_screen_pair){TARGET_INDENT, block->target.text, COLUMN, place});
        it.target = block->target.text;
        print_list(it, &block->steps);
    }
    print_list(it, &steps->after);
}

/* --- for programs --- */

static struct sg_node *step_node(struct sg_arena *arena, const struct sg_observed *seen,
                                 bool is_masked)
{
    static const char *const names[] = {
        [SG_OBSERVED_TARGET] = "target",   [SG_OBSERVED_SOURCE] = "source",
        [SG_OBSERVED_TEST] = "test",       [SG_OBSERVED_ITEM] = "item",
        [SG_OBSERVED_MADE] = "made",       [SG_OBSERVED_TRANSFORM] = "transform",
        [SG_OBSERVED_DEFAULT] = "default", [SG_OBSERVED_PROBLEM] = "problem",
        [SG_OBSERVED_IGNORED] = "ignored", [SG_OBSERVED_END] = "end",
    };
    struct sg_node *node = sg_node_new(arena, SG_NODE_OBJECT);
    const struct sg_observed it = *seen;

    (void)sg_node_add(node, SG_STR("step"), sg_node_text(arena, sg_str_of(names[it.kind])));
    if (it.kind == SG_OBSERVED_ITEM)
        (void)sg_node_add(node, SG_STR("number"), sg_node_number(arena, (int64_t)it.number));
    else
        (void)sg_node_add(node, SG_STR("text"), sg_node_text(arena, it.text));
    if (it.kind == SG_OBSERVED_PROBLEM)
        (void)sg_node_add(node, SG_STR("target"), sg_node_text(arena, it.target));
    if (it.kind == SG_OBSERVED_TEST || it.kind == SG_OBSERVED_TRANSFORM ||
        it.kind == SG_OBSERVED_END)
        (void)sg_node_add(node, SG_STR("good"), sg_node_boolean(arena, it.is_good));
    if (it.value != NULL)
        (void)sg_node_add(node, SG_STR("value"),
                          is_masked ? sg_record_mask(arena, it.value)
                                    : sg_node_share(arena, it.value));
    if (it.at.line > 0) {
        (void)sg_node_add(node, SG_STR("line"), sg_node_number(arena, it.at.line));
        (void)sg_node_add(node, SG_STR("column"), sg_node_number(arena, it.at.column));
    }
    return node;
}

static void add_nodes(struct sg_node *out, struct sg_arena *arena, const struct list *list,
                      bool is_masked)
{
    for (const struct step *step = list->first; step != NULL; step = step->next)
        (void)sg_node_append(out, step_node(arena, &step->seen, is_masked));
}

struct sg_node *sg_steps_to_node(const struct sg_steps *steps, bool is_masked)
{
    struct sg_node *out = sg_node_new(steps->arena, SG_NODE_LIST);

    add_nodes(out, steps->arena, &steps->before, is_masked);
    for (const struct block *block = steps->first; block != NULL; block = block->next) {
        (void)sg_node_append(out, step_node(steps->arena, &block->target, is_masked));
        add_nodes(out, steps->arena, &block->steps, is_masked);
    }
    add_nodes(out, steps->arena, &steps->after, is_masked);
    return out;
}
