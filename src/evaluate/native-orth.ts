import type { Place } from '../rules/index.ts';

/** Rows of a product, and vectors of its columns, that stay in registers while its sums are taken. */
const ROWS = 6;

const each = <T>(count: number, f: (i: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, i) => f(i));

/**
 * `orth(x, rows, columns, y)` in C, with the bits of `orthogonalize`, for the largest of some tensors. The sums of a product are taken in
 * float64 in the order of the index that they are over, several side by side; a product of a matrix and its transpose is computed for one
 * half, as the other has the same sums.
 */
export function orthText(tensors: readonly Place[]): string {
  const padded = (count: number): number => count + 16;
  const size = (of: (n: number, m: number) => number): number =>
    Math.max(...tensors.map(({ rows, columns }) => of(Math.min(rows, columns), Math.max(rows, columns))));
  const wide = size((n, m) => padded(n) * padded(m));
  const square = size((n) => padded(n) * padded(n));
  const sums = each(ROWS, (i) => `vd s${i}a = zero, s${i}b = zero;`).join(' ');
  const steps = each(
    ROWS,
    (i) => `{ const vd f = all_d(a[${i}]); s${i}a = fma_d(f, b0, s${i}a); s${i}b = fma_d(f, b1, s${i}b); }`,
  );
  return `
#if defined(__AVX512F__)
typedef __m512d vd; enum { VD = 8 };
#define all_d _mm512_set1_pd
#define load_d _mm512_loadu_pd
#define store_d _mm512_storeu_pd
#define fma_d _mm512_fmadd_pd
#elif defined(__AVX2__) && defined(__FMA__)
typedef __m256d vd; enum { VD = 4 };
#define all_d _mm256_set1_pd
#define load_d _mm256_loadu_pd
#define store_d _mm256_storeu_pd
#define fma_d _mm256_fmadd_pd
#else
typedef double vd __attribute__((vector_size(16), aligned(8), may_alias)); enum { VD = 2 };
INLINE vd all_d(double x) { return x - (vd){}; }
INLINE vd load_d(const double *p) { return *(const vd *)p; }
INLINE void store_d(double *p, vd x) { *(vd *)p = x; }
INLINE vd fma_d(vd a, vd b, vd c) { return a * b + c; } /* the product of two floats is exact */
#endif
static double orth_a[${wide}], orth_b[${wide}], orth_sums[${wide}];
static float orth_x[${wide}], orth_gram[${square}], orth_polynomial[${square}];
/* The sums of [rows, inner] times [inner, columns], or times [columns, inner] transposed. */
APART void orth_product(const float *x, const float *y, int rows, int inner, int columns, int across, int half) {
  for (int i = 0; i < rows; i += ${ROWS}) for (int k = 0; k < inner; k++) for (int j = 0; j < ${ROWS}; j++)
    orth_a[(long)i * inner + k * ${ROWS} + j] = i + j < rows ? x[(long)(i + j) * inner + k] : 0.;
  for (int i = 0; i < columns; i += 2 * VD) for (int j = 0; j < 2 * VD; j++) for (int k = 0; k < inner; k++)
    orth_b[(long)i * inner + k * 2 * VD + j] = i + j >= columns ? 0. : across ? y[(long)(i + j) * inner + k] : y[(long)k * columns + i + j];
  const vd zero = all_d(0.);
  double tile[${ROWS} * 16];
  for (int c = 0; c < columns; c += 2 * VD) for (int r = 0; r < rows; r += ${ROWS}) {
    if (half && c + 2 * VD <= r) continue;
    const double *restrict a = orth_a + (long)r * inner, *restrict b = orth_b + (long)c * inner;
    ${sums}
    for (int k = 0; k < inner; k++, a += ${ROWS}, b += 2 * VD) {
      const vd b0 = load_d(b), b1 = load_d(b + VD);
      ${steps.join('\n      ')}
    }
    ${each(ROWS, (i) => `store_d(tile + ${i} * 2 * VD, s${i}a); store_d(tile + ${i} * 2 * VD + VD, s${i}b);`).join('\n    ')}
    for (int i = 0; i < ${ROWS} && r + i < rows; i++) for (int j = 0; j < 2 * VD && c + j < columns; j++)
      orth_sums[(long)(r + i) * columns + c + j] = tile[i * 2 * VD + j];
  }
  if (half) for (int i = 0; i < rows; i++) for (int j = 0; j < i; j++)
    orth_sums[(long)i * columns + j] = orth_sums[(long)j * columns + i];
}
APART void orth(const float *x, int rows, int columns, float *y) {
  const int turned = rows > columns, n = turned ? columns : rows, m = turned ? rows : columns, size = rows * columns;
  double p[8] = {0};
  for (int i = 0; i < size; i++) p[i & 7] += (double)x[i] * (double)x[i];
  const float norm = (float)__builtin_sqrt(((p[0] + p[4]) + (p[2] + p[6])) + ((p[1] + p[5]) + (p[3] + p[7])));
  const float scale = norm + 1e-7f;
  for (int r = 0; r < rows; r++) for (int c = 0; c < columns; c++)
    orth_x[turned ? c * rows + r : r * columns + c] = x[r * columns + c] / scale;
  for (int step = 0; step < 5; step++) {
    orth_product(orth_x, orth_x, n, m, n, 1, 1);
    for (int i = 0; i < n * n; i++) orth_gram[i] = (float)orth_sums[i];
    orth_product(orth_gram, orth_gram, n, n, n, 0, 1);
    for (int i = 0; i < n * n; i++) orth_polynomial[i] = (float)(-4.775 * (double)orth_gram[i] + 2.0315 * orth_sums[i]);
    orth_product(orth_polynomial, orth_x, n, n, m, 0, 0);
    for (int i = 0; i < size; i++) orth_x[i] = (float)(3.4445 * (double)orth_x[i] + orth_sums[i]);
  }
  for (int r = 0; r < rows; r++) for (int c = 0; c < columns; c++)
    y[r * columns + c] = orth_x[turned ? c * rows + r : r * columns + c];
}
`;
}
