import { type Processor, WIDTHS } from './target.ts';
import { range } from './text.ts';

/**
 * What every file of C begins with: vectors, and the functions of elements that the operations' text calls, `…_s` on one float and `…_W`
 * on a vector of W. exp, log and tanh are ours, as those of the C library differ by version.
 */
export function prelude(target: Processor): string {
  return `${SCALARS}enum { ROWS = ${ROWS} };${rowFold('row_sums', '0.f', (total, x) => `${total} + ${x}`)}
${rowFold('row_maxima', '-__builtin_inff()', (largest, x) => `max_s(${x}, ${largest})`)}
${WIDTHS.filter((width) => width <= target.lanes)
  .map(vectors)
  .join('')}`;
}

/** Rows that are reduced at a time. */
const ROWS = 8;

const SCALARS = `
#include <stdint.h>
#include <stddef.h>
#include <string.h>
#include <stdlib.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif
#define INLINE static inline __attribute__((always_inline, unused))
#define APART static __attribute__((noinline, unused))
INLINE float fma_s(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
INLINE float relu_s(float x) { return x <= 0.f ? 0.f : x; }
INLINE float heaviside_s(float x) { return x > 0.f ? 1.f : x != x ? x : 0.f; }
INLINE float attains_s(float x, float bound) { return x >= bound ? 1.f : 0.f; }
INLINE float max_s(float a, float b) { return a >= b || a != a ? a : b; }
INLINE float min_s(float a, float b) { return a <= b || a != a ? a : b; }
INLINE float sqrt_s(float x) { return __builtin_sqrtf(x); }
INLINE int32_t bits_s(float x) { int32_t i; memcpy(&i, &x, 4); return i; }
INLINE float unbits_s(uint32_t i) { float x; memcpy(&x, &i, 4); return x; }
/* Cephes: x = n ln 2 + r with n whole and a polynomial of r; 2^n in two factors, as n may be -150. */
INLINE float exp_s(float x) {
  const float y = x > 89.f ? 89.f : x < -104.f ? -104.f : x;
  const float t = fma_s(y, 1.44269504f, 12582912.f), n = t - 12582912.f;
  const int32_t e = bits_s(t) - 0x4B400000, half = e >> 1;
  const float r = fma_s(n, 2.12194440e-4f, fma_s(n, -0.693359375f, y));
  float p = fma_s(1.9875691500e-4f, r, 1.3981999507e-3f);
  p = fma_s(p, r, 8.3334519073e-3f); p = fma_s(p, r, 4.1665795894e-2f);
  p = fma_s(p, r, 1.6666665459e-1f); p = fma_s(p, r, 5.0000001201e-1f);
  p = fma_s(p, r * r, r) + 1.f;
  return p * unbits_s((uint32_t)(half + 127) << 23) * unbits_s((uint32_t)(e - half + 127) << 23);
}
/* Cephes: x = 2^e m with m from 0.7 to 1.4. */
INLINE float log_s(float x) {
  if (!(x > 0.f)) return x == 0.f ? -__builtin_inff() : __builtin_nanf("");
  if (x > 3.4e38f) return x;
  const int32_t i = bits_s(x);
  int32_t e = ((i >> 23) & 255) - 126;
  float m = unbits_s((i & 0x7fffff) | 0x3f000000);
  if (m < 0.70710678f) { e -= 1; m = m + m; }
  const float z = m - 1.f, f = (float)e, square = z * z;
  float y = fma_s(7.0376836292e-2f, z, -1.1514610310e-1f);
  y = fma_s(y, z, 1.1676998740e-1f); y = fma_s(y, z, -1.2420140846e-1f); y = fma_s(y, z, 1.4249322787e-1f);
  y = fma_s(y, z, -1.6668057665e-1f); y = fma_s(y, z, 2.0000714765e-1f); y = fma_s(y, z, -2.4999993993e-1f);
  y = fma_s(y, z, 3.3333331174e-1f);
  y = fma_s(f, -2.12194440e-4f, y * z * square);
  return fma_s(f, 0.693359375f, z + fma_s(-0.5f, square, y));
}
/* A quotient of polynomials, as Eigen has it; constant beyond +-7.9. */
INLINE float tanh_s(float x) {
  const float y = x > 7.90531110763549805f ? 7.90531110763549805f : x < -7.90531110763549805f ? -7.90531110763549805f : x;
  const float s = y * y;
  float p = fma_s(-2.76076847742355e-16f, s, 2.00018790482477e-13f);
  p = fma_s(p, s, -8.60467152213735e-11f); p = fma_s(p, s, 5.12229709037114e-08f); p = fma_s(p, s, 1.48572235717979e-05f);
  p = fma_s(p, s, 6.37261928875436e-04f); p = fma_s(p, s, 4.89352455891786e-03f) * y;
  float q = fma_s(1.19825839466702e-06f, s, 1.18534705686654e-04f);
  q = fma_s(q, s, 2.26843463243900e-03f); q = fma_s(q, s, 4.89352518554385e-03f);
  return p / q;
}
INLINE float sigmoid_s(float x) { return 1.f / (1.f + exp_s(-x)); }
/* A whole number below count from a float, or 0 and a mark that it is none. */
INLINE int index_s(float x, int count, int *failed) {
  if (x >= 0.f && x < (float)count && x == (float)(int)x) return (int)x;
  *failed = 1;
  return 0;
}
`;

/** Reduces each row to one number, in the order of its elements. Several rows go at once, as one chain of sums only waits for itself. */
function rowFold(name: string, first: string, next: (folded: string, x: string) => string): string {
  const rows = range(ROWS);
  return `
APART void ${name}(const float *restrict x, int rows, int width, float *restrict y) {
  int r = 0;
  for (; r + ${rows.length} <= rows; r += ${rows.length}, x += ${rows.length}*(long)width) {
    ${rows.map((k) => `const float *x${k} = x + ${k}*(long)width; float y${k} = ${first};`).join(' ')}
    for (int i = 0; i < width; i++) { ${rows.map((k) => `y${k} = ${next(`y${k}`, `x${k}[i]`)};`).join(' ')} }
    ${rows.map((k) => `y[r + ${k}] = y${k};`).join(' ')}
  }
  for (; r < rows; r++, x += width) {
    float total = ${first};
    for (int i = 0; i < width; i++) total = ${next('total', 'x[i]')};
    y[r] = total;
  }
}`;
}

/** Fused multiply-adds of a, b and c as one instruction: a compiler may make none of a loop over lanes. */
const FUSED: Readonly<Record<number, string>> = {
  16: 'return (vf16)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);',
  8: 'return (vf8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);',
  4: `
#if defined(__x86_64__)
  return (vf4)_mm_fmadd_ps((__m128)a, (__m128)b, (__m128)c);
#else
  return (vf4)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#endif
`,
};

/** Vectors are read and written unaligned: arrays of JavaScript are aligned to 8 bytes at most. */
function vectors(width: number): string {
  const [f, i] = [`vf${width}`, `vi${width}`];
  const one = `(${i})all_${width}(1.f)`;
  const lanes = `for (int i = 0; i < ${width}; i++)`;
  const byLane = (name: string) =>
    `INLINE ${f} ${name}_${width}(${f} x) { ${f} y; ${lanes} y[i] = ${name}_s(x[i]); return y; }`;
  const fused = FUSED[width] ?? `${f} y; ${lanes} y[i] = fma_s(a[i], b[i], c[i]); return y;`;
  return `
typedef float ${f} __attribute__((vector_size(${4 * width}), aligned(4), may_alias));
typedef int32_t ${i} __attribute__((vector_size(${4 * width}), aligned(4), may_alias));
INLINE ${f} load_${width}(const float *p) { return *(const ${f} *)p; }
INLINE void store_${width}(float *p, ${f} x) { *(${f} *)p = x; }
INLINE ${f} all_${width}(float x) { return x - (${f}){}; }
INLINE ${f} fma_${width}(${f} a, ${f} b, ${f} c) { ${fused} }
INLINE ${f} relu_${width}(${f} x) { return (${f})((${i})x & ~(${i})(x <= all_${width}(0.f))); }
INLINE ${f} heaviside_${width}(${f} x) { return (${f})((${one} & (${i})(x > all_${width}(0.f))) | ((${i})x & (${i})(x != x))); }
INLINE ${f} attains_${width}(${f} x, ${f} bound) { return (${f})(${one} & (${i})(x >= bound)); }
INLINE ${f} max_${width}(${f} a, ${f} b) { const ${i} m = (${i})(a >= b) | (${i})(a != a); return (${f})(((${i})a & m) | ((${i})b & ~m)); }
INLINE ${f} min_${width}(${f} a, ${f} b) { const ${i} m = (${i})(a <= b) | (${i})(a != a); return (${f})(((${i})a & m) | ((${i})b & ~m)); }
${['sqrt', 'exp', 'log', 'tanh', 'sigmoid'].map(byLane).join('\n')}
`;
}
