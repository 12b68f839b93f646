/** The export to LTSmin: a plug-in in C for its tools (pins2lts-mc, -dist, -sym), by the interface PINS. */
import type { TransitionSystem } from '../../program/transition-system.ts';
import type { State } from '../../interpreter/evaluate.ts';
import { initialStates } from '../../interpreter/interpreter.ts';
import { modelInC } from './c.ts';
import { cLayout, pack } from './layout.ts';

/**
 * The model as a plug-in. The label `ok` is false in each state with a violated invariant, in a deadlock, and in the
 * one state to which each step leads that fails an assertion or shows a mistake: as many steps lead there as in
 * racewalk. A process prints on standard error the witnesses that it reaches (`racewalk: reached POSITION`) and, where
 * the tool tells it of its end, `racewalk: fired BITS, reached BITS` by transition and by property.
 *
 * Throws  ModelError where arithmetic may have no result.
 */
export function toPins(system: TransitionSystem): string {
  const { sizes, code } = modelInC(system);
  const initial = initialStates(system).length;
  return [...sizes, `#define INITIAL ${initial}`, head, ...code, pluginInC, ''].join('\n');
}

/** The numbers of a state in the plug-in but for the last one, as C reads them from the words. */
export function halvesOf(system: TransitionSystem): (state: State) => readonly bigint[] {
  const layout = cLayout(system);
  return (state) =>
    pack(layout, state).flatMap((word) => [BigInt.asIntN(32, word), BigInt.asIntN(32, word >> 32n)]);
}

/** The steps count what happens in variables of their thread. */
const head = String.raw`#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ltsmin/pins.h>
#include <ltsmin/pins-util.h>
#include <ltsmin/lts-type.h>
#include <ltsmin/dlopen-api.h>

typedef struct { uint64_t w[WORDS]; } State;

static __thread uint64_t fired[TRANSITIONS + 1], failures, mistakes;
static __thread uint64_t violated[PROPERTIES + 1], reached[PROPERTIES + 1], wrong_properties;
`;

const pluginInC = String.raw`
/*
 * The words of a state in halves; the last number is its kind: there may be several initial states, and a step that
 * fails leads to no state of the model.
 */
enum { HALVES = 2 * WORDS, SLOTS = HALVES + 1 };
enum { BEFORE, BEGUN, FAILED };

char pins_plugin_name[] = "racewalk";

static void put(int *to, const State *state) {
  memcpy(to, state, sizeof *state);
  to[HALVES] = BEGUN;
}

static int next_state(model_t model, int group, int *from, TransitionCB call, void *context) {
  (void)model;
  int label[1] = {0}, to[SLOTS];
  transition_info_t info = GB_TI(label, group);
  State state, out[MOST_EDGES + 1];
  if (from[HALVES] == FAILED) return 0;
  if (from[HALVES] == BEFORE) {
    for (int at = 0; at < INITIAL; at++) {
      put(to, &initial[at]);
      call(context, &info, to, NULL);
    }
    return INITIAL;
  }
  memcpy(&state, from, sizeof state);
  uint64_t before = failures + mistakes;
  State *end = successors(&state, out);
  for (State *next = out; next < end; next++) {
    put(to, next);
    call(context, &info, to, NULL);
  }
  if (failures + mistakes == before) return (int)(end - out);
  memset(to, 0, sizeof to);
  to[HALVES] = FAILED;
  call(context, &info, to, NULL);
  return (int)(end - out) + 1;
}

static int is_ok(const State *state) {
  State out[MOST_EDGES + 1];
  uint64_t before = failures + mistakes, wrong = wrong_properties, bad = 0;
  uint64_t met[PROPERTIES + 1];
  memcpy(met, reached, sizeof met);
  if (successors(state, out) == out && failures + mistakes == before && is_stuck(state)) return 0;
  memset(violated, 0, sizeof violated);
  look_at(state);
  for (int at = 0; at < PROPERTIES; at++) {
    bad += violated[at];
    if (reached[at] && !met[at]) fprintf(stderr, "racewalk: reached %d\n", at);
  }
  return bad == 0 && wrong_properties == wrong;
}

static int state_label(model_t model, int which, int *from) {
  (void)model, (void)which;
  State state;
  memcpy(&state, from, sizeof state);
  return from[HALVES] == BEFORE || (from[HALVES] == BEGUN && is_ok(&state));
}

static void print_end(model_t model) {
  (void)model;
  char fired_bits[TRANSITIONS + 1] = {0}, reached_bits[PROPERTIES + 1] = {0};
  for (int at = 0; at < TRANSITIONS; at++) fired_bits[at] = fired[at] ? '1' : '0';
  for (int at = 0; at < PROPERTIES; at++) reached_bits[at] = reached[at] ? '1' : '0';
  fprintf(stderr, "racewalk: fired %s, reached %s\n", fired_bits, reached_bits);
}

static matrix_t *full(int rows) {
  matrix_t *matrix = malloc(sizeof *matrix);
  dm_create(matrix, rows, SLOTS);
  for (int row = 0; row < rows; row++)
    for (int at = 0; at < SLOTS; at++) dm_set(matrix, row, at);
  return matrix;
}

void pins_model_init(model_t model) {
  lts_type_t type = lts_type_create();
  lts_type_set_state_length(type, SLOTS);
  int is_new, half = lts_type_add_type(type, "half", &is_new), action = lts_type_add_type(type, "action", &is_new);
  int boolean = lts_type_put_type(type, "bool", LTStypeBool, &is_new);
  lts_type_set_format(type, half, LTStypeDirect);
  lts_type_set_format(type, action, LTStypeDirect);
  for (int at = 0; at < SLOTS; at++) {
    char name[32];
    snprintf(name, sizeof name, at < HALVES ? "half_%d" : "kind", at);
    lts_type_set_state_name(type, at, name);
    lts_type_set_state_typeno(type, at, half);
  }
  lts_type_set_edge_label_count(type, 1);
  lts_type_set_edge_label_name(type, 0, "action");
  lts_type_set_edge_label_typeno(type, 0, action);
  lts_type_set_state_label_count(type, 1);
  lts_type_set_state_label_name(type, 0, "ok");
  lts_type_set_state_label_typeno(type, 0, boolean);
  lts_type_validate(type);
  GBsetLTStype(model, type);
  GBsetDMInfo(model, full(1));
  GBsetStateLabelInfo(model, full(1));
  int first[SLOTS] = {0};
  GBsetInitialState(model, first);
  GBsetNextStateLong(model, next_state);
  GBsetStateLabelLong(model, state_label);
  GBsetExit(model, print_end);
}
`;
