/* Explores a plug-in of PINS breadth first, states in a list, and prints states, edges and states that are not ok. */
#include <ltsmin/pins.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lts_type_s { int length, types, state_labels; };
static struct lts_type_s the_type;
static int *states, *first, count, capacity, edges;
static next_method_grey_t next;
static get_label_method_t label;
static void (*at_exit)(model_t);

void dm_create(matrix_t *matrix, int rows, int columns) {
  *matrix = (matrix_t){rows, columns, calloc((size_t)rows * columns, 1)};
}
void dm_set(matrix_t *matrix, int row, int column) { matrix->cells[row * matrix->columns + column] = 1; }
lts_type_t lts_type_create(void) { return &the_type; }
void lts_type_set_state_length(lts_type_t type, int length) { type->length = length; }
int lts_type_add_type(lts_type_t type, const char *name, int *is_new) { (void)name; *is_new = 1; return type->types++; }
int lts_type_put_type(lts_type_t type, const char *name, data_format_t format, int *is_new) {
  (void)format;
  return lts_type_add_type(type, name, is_new);
}
void lts_type_set_format(lts_type_t type, int at, data_format_t format) { (void)type, (void)at, (void)format; }
void lts_type_set_state_name(lts_type_t type, int at, const char *name) { (void)type, (void)at, (void)name; }
void lts_type_set_state_typeno(lts_type_t type, int at, int no) { (void)type, (void)at, (void)no; }
void lts_type_set_edge_label_count(lts_type_t type, int labels) { (void)type, (void)labels; }
void lts_type_set_edge_label_name(lts_type_t type, int at, const char *name) { (void)type, (void)at, (void)name; }
void lts_type_set_edge_label_typeno(lts_type_t type, int at, int no) { (void)type, (void)at, (void)no; }
void lts_type_set_state_label_count(lts_type_t type, int labels) { type->state_labels = labels; }
void lts_type_set_state_label_name(lts_type_t type, int at, const char *name) { (void)type, (void)at, (void)name; }
void lts_type_set_state_label_typeno(lts_type_t type, int at, int no) { (void)type, (void)at, (void)no; }
void lts_type_validate(lts_type_t type) { (void)type; }
void GBsetLTStype(model_t model, lts_type_t type) { (void)model, (void)type; }
static void check(const matrix_t *matrix, int rows) {
  if (matrix->rows != rows || matrix->columns != the_type.length) exit(9);
}
void GBsetDMInfo(model_t model, matrix_t *matrix) { (void)model; check(matrix, 1); }
void GBsetStateLabelInfo(model_t model, matrix_t *matrix) { (void)model; check(matrix, the_type.state_labels); }
void GBsetInitialState(model_t model, int *state) {
  (void)model;
  first = malloc(the_type.length * sizeof(int));
  memcpy(first, state, the_type.length * sizeof(int));
}
void GBsetNextStateLong(model_t model, next_method_grey_t method) { (void)model; next = method; }
void GBsetStateLabelLong(model_t model, get_label_method_t method) { (void)model; label = method; }
void GBsetExit(model_t model, void (*method)(model_t)) { (void)model; at_exit = method; }

static void meet(const int *state) {
  size_t length = the_type.length;
  for (int at = 0; at < count; at++)
    if (memcmp(&states[at * length], state, length * sizeof(int)) == 0) return;
  if (count == capacity) states = realloc(states, (capacity = 2 * capacity + 64) * length * sizeof(int));
  memcpy(&states[count++ * length], state, length * sizeof(int));
}

static void taken(void *context, transition_info_t *info, int *to, int *copied) {
  (void)context, (void)info, (void)copied;
  edges++;
  meet(to);
}

void pins_model_init(model_t);

int main(void) {
  int bad = 0;
  pins_model_init(NULL);
  meet(first);
  int *from = malloc(the_type.length * sizeof(int));
  for (int at = 0; at < count; at++) {
    memcpy(from, &states[(size_t)at * the_type.length], the_type.length * sizeof(int));
    if (!label(NULL, 0, from)) bad++;
    int before = edges, told = next(NULL, 0, from, taken, NULL);
    if (told != edges - before) return 9;
  }
  at_exit(NULL);
  printf("{\"states\":%d,\"edges\":%d,\"bad\":%d}\n", count, edges, bad);
  return 0;
}
