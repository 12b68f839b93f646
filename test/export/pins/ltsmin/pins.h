/* What the exported plug-in uses of LTSmin's interface, for a test that calls it as pins2lts-seq does. */
#ifndef RACEWALK_TEST_PINS_H
#define RACEWALK_TEST_PINS_H

typedef struct grey_box_model *model_t;
typedef struct lts_type_s *lts_type_t;
typedef struct { int rows, columns; char *cells; } matrix_t;
typedef struct { int *labels, group, por_proviso; } transition_info_t;
#define GB_TI(labels, group) {(labels), (group), 0}
typedef void (*TransitionCB)(void *context, transition_info_t *info, int *to, int *copied);
typedef int (*next_method_grey_t)(model_t, int group, int *from, TransitionCB, void *context);
typedef int (*get_label_method_t)(model_t, int label, int *state);
typedef enum { LTStypeDirect, LTStypeRange, LTStypeChunk, LTStypeEnum, LTStypeBool } data_format_t;

void dm_create(matrix_t *, int rows, int columns);
void dm_set(matrix_t *, int row, int column);

lts_type_t lts_type_create(void);
void lts_type_set_state_length(lts_type_t, int length);
int lts_type_add_type(lts_type_t, const char *name, int *is_new);
int lts_type_put_type(lts_type_t, const char *name, data_format_t, int *is_new);
void lts_type_set_format(lts_type_t, int type, data_format_t);
void lts_type_set_state_name(lts_type_t, int at, const char *name);
void lts_type_set_state_typeno(lts_type_t, int at, int type);
void lts_type_set_edge_label_count(lts_type_t, int count);
void lts_type_set_edge_label_name(lts_type_t, int at, const char *name);
void lts_type_set_edge_label_typeno(lts_type_t, int at, int type);
void lts_type_set_state_label_count(lts_type_t, int count);
void lts_type_set_state_label_name(lts_type_t, int at, const char *name);
void lts_type_set_state_label_typeno(lts_type_t, int at, int type);
void lts_type_validate(lts_type_t);

void GBsetLTStype(model_t, lts_type_t);
void GBsetDMInfo(model_t, matrix_t *);
void GBsetStateLabelInfo(model_t, matrix_t *);
void GBsetInitialState(model_t, int *state);
void GBsetNextStateLong(model_t, next_method_grey_t);
void GBsetStateLabelLong(model_t, get_label_method_t);
void GBsetExit(model_t, void (*)(model_t));
#endif
