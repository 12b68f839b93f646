/**
 * The breadth-first search around a generated model, in C: what the engine does, written by hand for gcc.
 *
 * States lie one after another in the order of their insertion. The table has open addressing over 32-bit slots: the
 * number of a state plus 1 in the low bits, bits of its hash above; a search begins with the cache line of 16 slots that
 * the hash names. Successors come in batches; those that were met lately are dropped, and the others pass through three
 * rounds, each of which fetches the memory that the next one reads.
 *
 * The program defines WORDS, TRANSITIONS, PROPERTIES and MOST_EDGES before it, and after it successors(), is_stuck(),
 * look_at(), property_kinds and the initial states.
 */
export const searchInC = String.raw`#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

typedef struct { uint64_t w[WORDS]; } State;

static State *successors(const State *from, State *out);
static int is_stuck(const State *state);
static void look_at(const State *state);
/* By property: always, reachable, or a limit that is reached. */
static const char property_kinds[PROPERTIES + 1];

enum { LINE = 16, BATCH = 1024, FIRST_SLOTS = 2048, RECENT_BYTES = 1 << 19 };

static uint64_t fired[TRANSITIONS + 1], failures, mistakes, deadlocks;
static uint64_t violated[PROPERTIES + 1], reached[PROPERTIES + 1], wrong_properties;

static State *states;
static uint32_t *table;
static uint64_t count, capacity, slots;
static uint32_t number_mask;

static State candidates[BATCH + MOST_EDGES + 1];
static uint64_t hashes[BATCH + MOST_EDGES + 1];
static uint64_t places[BATCH + MOST_EDGES + 1];

/* By the upper bits of a hash: the candidate that had them last. The place of hash 0 holds a stored state at first. */
static State *recent;
static int recent_bits;

static inline uint64_t hash_of(const State *state) {
  uint64_t sum = 0;
  for (int at = 0; at < WORDS; at++)
    sum += (state->w[at] ^ state->w[at] >> 32) * (UINT64_C(0x9e3779b97f4a7c15) + UINT64_C(0x3c6ef372fe94f82a) * at);
  return (sum ^ sum >> 32) * UINT64_C(0xd6e8feb86659fd93);
}

static inline uint64_t first_slot(uint64_t hash) { return ((hash >> 32) * slots >> 32) & -(uint64_t)LINE; }
static inline uint64_t next_slot(uint64_t slot) { return slot + 1 == slots ? 0 : slot + 1; }
static inline uint32_t tag_of(uint64_t hash) { return (uint32_t)hash & ~number_mask; }

static inline int same(const State *a, const State *b) {
  uint64_t difference = 0;
  for (int at = 0; at < WORDS; at++) difference |= a->w[at] ^ b->w[at];
  return difference == 0;
}

/* The first slot of a line, as its position, that is empty or, unless
   'mask' is 0, has the bits of 'tag' in it; else LINE. */
static inline unsigned end_of_line(const uint32_t *line, uint32_t tag, uint32_t mask) {
#ifdef __SSE2__
  __m128i zero = _mm_setzero_si128(), tags = _mm_set1_epi32((int)tag), masks = _mm_set1_epi32((int)mask), ends[4];
  for (int at = 0; at < 4; at++) {
    __m128i four = _mm_load_si128((const __m128i *)line + at);
    ends[at] = _mm_cmpeq_epi32(four, zero);
    if (mask != 0) ends[at] = _mm_or_si128(ends[at], _mm_cmpeq_epi32(_mm_and_si128(four, masks), tags));
  }
  __m128i all = _mm_packs_epi16(_mm_packs_epi32(ends[0], ends[1]), _mm_packs_epi32(ends[2], ends[3]));
  return (unsigned)__builtin_ctz((unsigned)_mm_movemask_epi8(all) | 1u << LINE);
#else
  unsigned at = 0;
  while (at < LINE && line[at] != 0 && (mask == 0 || (line[at] & mask) != tag)) at++;
  return at;
#endif
}

/* The first such slot from the line at 'slot' on. */
static inline uint64_t search_lines(uint64_t slot, uint32_t tag, uint32_t mask) {
  for (;;) {
    unsigned at = end_of_line(&table[slot], tag, mask);
    if (at < LINE) return slot + at;
    slot = slot + LINE == slots ? 0 : slot + LINE;
  }
}

/* The first slot from 'slot' on that is empty or has the bits of the hash. */
static inline uint64_t likely_slot(uint64_t slot, uint64_t hash) {
  while (table[slot] != 0 && (table[slot] & ~number_mask) != tag_of(hash)) slot = next_slot(slot);
  return slot;
}

static void grow_to(uint64_t wanted) {
  slots = (wanted + LINE - 1) / LINE * LINE;
  capacity = slots * 4 / 5;
  number_mask = 1;
  while (number_mask < slots) number_mask = number_mask * 2 + 1;
  free(table);
  states = realloc(states, capacity * sizeof(State));
  table = aligned_alloc(LINE * sizeof *table, slots * sizeof *table);
  if (states == NULL || table == NULL) exit(70);
  memset(table, 0, slots * sizeof *table);
  for (uint64_t first = 0; first < count; first += BATCH) {
    uint64_t total = count - first < BATCH ? count - first : BATCH;
    for (uint64_t at = 0; at < total; at++) {
      hashes[at] = hash_of(&states[first + at]);
      places[at] = first_slot(hashes[at]);
      __builtin_prefetch(&table[places[at]]);
    }
    for (uint64_t at = 0; at < total; at++)
      table[search_lines(places[at], 0, 0)] = tag_of(hashes[at]) | (uint32_t)(first + at + 1);
  }
}

static uint64_t drop_recent(uint64_t total) {
  uint64_t kept = 0;
  for (uint64_t at = 0; at < total; at++) {
    State candidate = candidates[at], *met = &recent[hashes[at] >> (64 - recent_bits)];
    int is_new = count == 0 || !same(met, &candidate);
    candidates[kept] = *met = candidate;
    hashes[kept] = hashes[at];
    kept += is_new;
  }
  return kept;
}

static void insert_all(uint64_t total) {
  if (count + total > capacity) grow_to(3 * slots > (count + total) * 5 / 4 ? 3 * slots : (count + total) * 5 / 4 + 1);
  for (uint64_t at = 0; at < total; at++) hashes[at] = hash_of(&candidates[at]);
  total = drop_recent(total);
  for (uint64_t at = 0; at < total; at++) {
    places[at] = first_slot(hashes[at]);
    __builtin_prefetch(&table[places[at]]);
  }
  for (uint64_t at = 0; at < total; at++) {
    places[at] = search_lines(places[at], tag_of(hashes[at]), ~number_mask);
    __builtin_prefetch(&states[(table[places[at]] & number_mask) - 1]);
  }
  for (uint64_t at = 0; at < total; at++) {
    uint64_t slot = likely_slot(places[at], hashes[at]);
    while (table[slot] != 0 && !same(&states[(table[slot] & number_mask) - 1], &candidates[at]))
      slot = likely_slot(next_slot(slot), hashes[at]);
    if (table[slot] != 0) continue;
    states[count++] = candidates[at];
    table[slot] = tag_of(hashes[at]) | (uint32_t)count;
    look_at(&candidates[at]);
  }
}

/* Returns 0 when there are more than 'most' states. */
static int search(uint64_t most) {
  for (uint64_t next = 0; next < count;) {
    State *out = candidates;
    while (next < count && out < candidates + BATCH) {
      State *before = out;
      uint64_t ended = failures + mistakes;
      out = successors(&states[next], out);
      if (out == before && ended == failures + mistakes && is_stuck(&states[next])) deadlocks++;
      next++;
    }
    insert_all((uint64_t)(out - candidates));
    if (count > most) return 0;
  }
  return 1;
}

static void print_list(const char *name, const uint64_t *list, int length) {
  printf("\"%s\":[", name);
  for (int at = 0; at < length; at++) printf(at == 0 ? "%" PRIu64 : ",%" PRIu64, list[at]);
  printf("],");
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* What the counts say: 0 holds, 1 violated or unreached, 3 inconclusive. */
static int verdict_of(int complete, const char **verdict) {
  uint64_t found = deadlocks + failures + mistakes + wrong_properties, limits = 0, missing = 0;
  for (int at = 0; at < PROPERTIES; at++) {
    found += violated[at];
    limits += property_kinds[at] == 'l' && reached[at];
    missing += property_kinds[at] == 'r' && !reached[at];
  }
  *verdict = found ? "violated" : !complete || limits ? "inconclusive" : missing ? "unreached" : "holds";
  return found ? 1 : !complete || limits ? 3 : missing ? 1 : 0;
}

static int run(const State *initial, uint64_t total, const char *most) {
  grow_to(FIRST_SLOTS);
  while ((2 * sizeof(State) << recent_bits) <= RECENT_BYTES || recent_bits == 0) recent_bits++;
  recent = calloc((size_t)1 << recent_bits, sizeof(State));
  if (recent == NULL) exit(70);
  for (uint64_t at = 0; at < total; at++) {
    candidates[0] = initial[at];
    insert_all(1);
    recent[0] = states[0];
  }
  int complete = search(most == NULL ? UINT64_MAX : strtoull(most, NULL, 10));
  uint64_t transitions = 0;
  for (int at = 0; at < TRANSITIONS; at++) transitions += fired[at];
  const char *verdict;
  int code = verdict_of(complete, &verdict);
  printf("{\"verdict\":\"%s\",", verdict);
  printf("\"complete\":%s,\"states\":%" PRIu64 ",\"transitions\":%" PRIu64 ",", complete ? "true" : "false", count, transitions);
  printf("\"deadlocks\":%" PRIu64 ",\"failures\":%" PRIu64 ",\"mistakes\":%" PRIu64 ",", deadlocks, failures, mistakes);
  print_list("fired", fired, TRANSITIONS);
  print_list("violated", violated, PROPERTIES);
  print_list("reached", reached, PROPERTIES);
  printf("\"wrongProperties\":%" PRIu64 ",\"bytes\":%" PRIu64 ",", wrong_properties, capacity * sizeof(State) + slots * sizeof *table);
  printf("\"cpuSeconds\":%.6f}\n", cpu_seconds());
  return code;
}
`;
