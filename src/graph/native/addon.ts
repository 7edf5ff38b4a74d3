/**
 * The end of every file of C: a Node-API addon with `create()`, `run(state, arrays…)` and `destroy(state)` around `step(A, p)`. Arrays
 * are those of the inputs, then of the outputs; each is checked for its type, length and alignment. Node-API's stable interface is
 * declared here, as much of it as is used, so that no headers are needed.
 */
export function addon({ inputs, sizes, bytes, keepsSubnormals = false }: AddonOptions): string {
  return `
#include <stdbool.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
typedef void (*napi_finalize)(napi_env, void *, void *);
int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
int napi_get_value_external(napi_env, napi_value, void **);
int napi_get_typedarray_info(napi_env, napi_value, int *, size_t *, void **, napi_value *, size_t *);
int napi_create_external(napi_env, void *, napi_finalize, void *, napi_value *);
int napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
int napi_set_named_property(napi_env, napi_value, const char *, napi_value);
int napi_throw_error(napi_env, const char *, const char *);
int napi_throw_type_error(napi_env, const char *, const char *);
int napi_throw_range_error(napi_env, const char *, const char *);
enum { FLOAT32_ARRAY = 7 };
enum { INPUTS = ${inputs}, PORTS = ${sizes.length} };
static const size_t SIZES[] = { ${sizes.join(', ')} };
static const size_t BYTES = ${bytes};
static const char MARK[] = "state";
/* \`mark\` tells states of this file from externals of others. */
typedef struct { const char *mark; char *arena; } State;

static void finalize(napi_env env, void *data, void *hint) {
  (void)env; (void)hint;
  State *state = data;
  free(state->arena);
  free(state);
}
static napi_value create(napi_env env, napi_callback_info info) {
  (void)info;
  State *state = malloc(sizeof *state);
  void *arena = 0;
  napi_value result;
  if (state == 0 || posix_memalign(&arena, 1 << 21, BYTES) != 0) {
    free(state);
    napi_throw_error(env, 0, "out of memory");
    return 0;
  }
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  madvise(arena, BYTES, MADV_HUGEPAGE);
#endif
  memset(arena, 0, BYTES);
  state->mark = MARK;
  state->arena = arena;
  if (napi_create_external(env, state, finalize, 0, &result) != 0) { finalize(env, state, 0); return 0; }
  return result;
}
static State *state_of(napi_env env, napi_value value) {
  void *data = 0;
  if (napi_get_value_external(env, value, &data) != 0 || ((State *)data)->mark != MARK || ((State *)data)->arena == 0) {
    napi_throw_type_error(env, 0, "no open state of this graph");
    return 0;
  }
  return data;
}
static napi_value destroy(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = 0;
  if (napi_get_cb_info(env, info, &count, &argument, 0, 0) != 0 || count != 1) { napi_throw_type_error(env, 0, "destroy(state)"); return 0; }
  State *state = state_of(env, argument);
  if (state != 0) { free(state->arena); state->arena = 0; }
  return 0;
}
/* Subnormal numbers are slow: flushed to zero during a step. Returns the mode to restore. */
#if defined(__x86_64__)
static unsigned flush(void) { const unsigned mode = _mm_getcsr(); _mm_setcsr(mode | 0x8040); return mode; }
static void restore(unsigned mode) { _mm_setcsr(mode); }
#elif defined(__aarch64__)
static uint64_t flush(void) { uint64_t mode; __asm__ volatile("mrs %0, fpcr" : "=r"(mode)); __asm__ volatile("msr fpcr, %0" : : "r"(mode | (1ull << 24))); return mode; }
static void restore(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }
#endif
static napi_value run(napi_env env, napi_callback_info info) {
  size_t count = 1 + PORTS;
  napi_value arguments[1 + PORTS];
  float *p[PORTS];
  if (napi_get_cb_info(env, info, &count, arguments, 0, 0) != 0 || count != 1 + PORTS) {
    napi_throw_type_error(env, 0, "run(state, an array for each input and output)");
    return 0;
  }
  State *state = state_of(env, arguments[0]);
  if (state == 0) return 0;
  for (int i = 0; i < PORTS; i++) {
    int type = -1;
    size_t length = 0;
    void *data = 0;
    if (napi_get_typedarray_info(env, arguments[1 + i], &type, &length, &data, 0, 0) != 0 || type != FLOAT32_ARRAY) {
      napi_throw_range_error(env, 0, "expected a Float32Array");
      return 0;
    }
    if (length != SIZES[i] || data == 0 || ((uintptr_t)data & 3) != 0) {
      napi_throw_range_error(env, 0, "an array has a wrong length, is detached or not aligned");
      return 0;
    }
    p[i] = data;
  }
  for (int i = INPUTS; i < PORTS; i++) for (int j = 0; j < i; j++) {
    if (p[i] < p[j] + SIZES[j] && p[j] < p[i] + SIZES[i]) {
      napi_throw_range_error(env, 0, "a result overlaps another array in memory");
      return 0;
    }
  }
  *(int *)state->arena = 0;
  ${keepsSubnormals ? 'step(state->arena, p);' : FLUSHED_STEP}
  if (*(int *)state->arena != 0) napi_throw_range_error(env, 0, "an index is out of range");
  return 0;
}
static void export_function(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value;
  if (napi_create_function(env, name, (size_t)-1, function, 0, &value) == 0) napi_set_named_property(env, exports, name, value);
}
__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  export_function(env, exports, "create", create);
  export_function(env, exports, "run", run);
  export_function(env, exports, "destroy", destroy);
  return exports;
}
__attribute__((visibility("default"))) int32_t node_api_module_get_api_version_v1(void) { return 8; }
`;
}

export interface AddonOptions {
  /** How many of the arrays are inputs. */
  readonly inputs: number;
  /** Floats of each array. */
  readonly sizes: readonly number[];
  /** Size of the arena. */
  readonly bytes: number;
  /** Default: subnormal numbers are zero. */
  readonly keepsSubnormals?: boolean;
}

const FLUSHED_STEP = `const __typeof__(flush()) mode = flush();
  step(state->arena, p);
  restore(mode);`;
