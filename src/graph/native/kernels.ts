import { type Lanes, lanesFor, type Processor } from './target.ts';
import { callsOfParts, partsOf, range } from './text.ts';

/*
 * Kernels whose sums stay in registers, as C text specialised by constants. `@` stands for the function's name. Columns or channels are the
 * lanes of vectors. The order of every sum is that of the loops here, whatever the vector's width and the tile's size.
 */

/** Consecutive floats of images that a convolution sums, with as many rows of its filters. */
export interface Segment {
  /** Where the floats begin, from the window's pixel. */
  readonly x: number;
  /** The first row of the filters. */
  readonly w: number;
  readonly length: number;
}

export interface ConvolutionShape {
  readonly rows: number;
  readonly columns: number;
  /** Channels of the result. */
  readonly channels: number;
  /** Floats from one window to the next, down and across, and from one result to the next. */
  readonly xRow: number;
  readonly xPixel: number;
  readonly yRow: number;
  readonly yPixel: number;
  readonly segments: readonly Segment[];
}

/** y[row][column][channel] = Σ segments Σ j x[segment + row·xRow + column·xPixel + j] · w[segment + j][channel]. */
export function convolutionKernel(shape: ConvolutionShape, target: Processor): string {
  const { rows, columns, channels, xRow, xPixel, yRow, yPixel, segments } = shape;
  const width = lanesFor(channels, target);
  const vectors = channels % (2 * width) === 0 ? 2 : 1;
  const budget = target.registers === 32 ? 16 : 12;
  const parts = partsOf(columns, budget / vectors);
  // Narrow images: two rows in one tile, so that enough sums run at once.
  const widest = Math.max(...parts.map(({ size }) => size)) * vectors;
  const rowsPerTile = widest <= budget / 2 && rows % 2 === 0 ? 2 : 1;
  const tile = (size: number): string => {
    const cells = range(rowsPerTile).flatMap((q) => range(size).map((i) => ({ q, i })));
    const each = (text: (v: number) => string) => range(vectors).map(text).join(' ');
    const eachSum = (text: (sum: string, q: number, i: number, v: number) => string) =>
      cells.map(({ q, i }) => each((v) => text(`a${q}_${i}_${v}`, q, i, v))).join('\n      ');
    const products = cells.map(({ q, i }) => {
      const sums = each((v) => `a${q}_${i}_${v} = fma_${width}(b, w${v}, a${q}_${i}_${v});`);
      return `{ const vf${width} b = all_${width}(xp[${q * xRow + i * xPixel} + j]); ${sums} }`;
    });
    const loop = (length: number) => `for (int j = 0; j < ${length}; j++, wp += ${channels}) {
      ${each((v) => `const vf${width} w${v} = load_${width}(wp + ${v * width});`)}
      ${products.join('\n      ')} }`;
    return `INLINE void @_t${size}(const float *restrict x, const float *restrict w, float *restrict y) {
      ${eachSum((sum) => `vf${width} ${sum} = {};`)}
      ${segmentLoops(segments, channels, loop)}
      ${eachSum((sum, q, i, v) => `store_${width}(y + ${q * yRow + i * yPixel + v * width}, ${sum});`)}
  }`;
  };
  const call = (size: number, at: string) =>
    `@_t${size}(xr + (long)(${at})*${xPixel}, w + o, yr + (long)(${at})*${yPixel});`;
  return `${sizesOf(parts).map(tile).join('\n')}
APART void @(const float *restrict x, const float *restrict w, float *restrict y) {
  for (int o = 0; o < ${channels}; o += ${vectors * width}) for (int r = 0; r < ${rows}; r += ${rowsPerTile}) {
    const float *xr = x + (long)r*${xRow}; float *yr = y + (long)r*${yRow} + o;
    ${callsOfParts(parts, 'c', call)}
  }
}`;
}

/** Segments at equal distances as one loop. */
function segmentLoops(
  segments: readonly Segment[],
  channels: number,
  loop: (length: number) => string,
): string {
  const [first, second] = segments as [Segment, Segment?];
  const [dx, dw] = second === undefined ? [0, 0] : [second.x - first.x, second.w - first.w];
  const regular = segments.every(
    ({ x, w, length }, i) => length === first.length && x === first.x + i * dx && w === first.w + i * dw,
  );
  const from = (x: string, w: string) => `const float *xp = x + (${x}), *wp = w + (${w})*${channels};`;
  if (regular && segments.length > 1) {
    const pointers = from(`${first.x} + s*(${dx})`, `${first.w} + s*(${dw})`);
    return `for (int s = 0; s < ${segments.length}; s++) { ${pointers} ${loop(first.length)} }`;
  }
  return segments.map(({ x, w, length }) => `{ ${from(String(x), String(w))} ${loop(length)} }`).join('\n');
}

function sizesOf(parts: readonly { readonly size: number }[]): readonly number[] {
  return [...new Set(parts.map(({ size }) => size))];
}

export interface WeightGradientShape {
  readonly rows: number;
  readonly columns: number;
  /** Channels of the cotangent: filters. */
  readonly channels: number;
  readonly xRow: number;
  readonly xPixel: number;
  readonly gRow: number;
  readonly gPixel: number;
  /** All of one length. */
  readonly segments: readonly Segment[];
}

/** Floats of images whose rows stay in the first-level cache. */
const FIRST_LEVEL = 6144;

/** dw[segment + j][channel] += Σ row Σ column x[segment + row·xRow + column·xPixel + j] · g[row·gRow + column·gPixel + channel]. */
export function weightGradientKernel(shape: WeightGradientShape, target: Processor): string {
  const { rows, columns, channels, xRow, xPixel, gRow, gPixel, segments } = shape;
  const width = lanesFor(channels, target);
  const vectors = channels % (2 * width) === 0 ? 2 : 1;
  const { length } = segments[0]!;
  const most = (target.registers === 32 ? 24 : 12) / vectors;
  const elements = largestDivisor(length, most);
  const block = Math.min(rows, Math.max(1, Math.floor(FIRST_LEVEL / (xRow + gRow))));
  const each = (text: (v: number) => string) => range(vectors).map(text).join(' ');
  const eachSum = (text: (sum: string, j: number, v: number) => string) =>
    range(elements)
      .map((j) => each((v) => text(`a${j}_${v}`, j, v)))
      .join('\n      ');
  const products = range(elements).map((j) => {
    const sums = each((v) => `a${j}_${v} = fma_${width}(b, d${v}, a${j}_${v});`);
    return `{ const vf${width} b = all_${width}(xp[${j}]); ${sums} }`;
  });
  const added = (sum: string, j: number, v: number) => {
    const place = `dw + ${j * channels + v * width}`;
    return `store_${width}(${place}, load_${width}(${place}) + ${sum});`;
  };
  return `INLINE void @_t(const float *restrict x, const float *restrict g, float *restrict dw, int rows) {
  ${eachSum((sum) => `vf${width} ${sum} = {};`)}
  for (int r = 0; r < rows; r++) { const float *xp = x + (long)r*${xRow}, *gp = g + (long)r*${gRow};
    for (int c = 0; c < ${columns}; c++, xp += ${xPixel}, gp += ${gPixel}) {
      ${each((v) => `const vf${width} d${v} = load_${width}(gp + ${v * width});`)}
      ${products.join('\n      ')} } }
  ${eachSum(added)}
}
static const int @_s[][2] = {${segments.map(({ x, w }) => `{${x}, ${w * channels}}`).join(', ')}};
APART void @(const float *restrict x, const float *restrict g, float *restrict dw) {
  for (int r = 0; r < ${rows}; r += ${block}) { const int rb = ${rows} - r < ${block} ? ${rows} - r : ${block};
    for (int s = 0; s < ${segments.length}; s++) for (int o = 0; o < ${channels}; o += ${vectors * width}) for (int j = 0; j < ${length}; j += ${elements})
      @_t(x + @_s[s][0] + (long)r*${xRow} + j, g + (long)r*${gRow} + o, dw + @_s[s][1] + j*${channels} + o, rb); }
}`;
}

function largestDivisor(length: number, most: number): number {
  let divisor = Math.min(length, most);
  while (length % divisor !== 0) divisor--;
  return divisor;
}

export interface ProductShape {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** Strides of a, b and of what is added. */
  readonly a: readonly [row: number, column: number];
  readonly b: readonly [row: number, column: number];
  /** Undefined: nothing is added. The column's stride is 0 or 1. */
  readonly added: readonly [row: number, column: number] | undefined;
}

export interface ProductKernel {
  readonly text: string;
  /** Columns of a panel of b. */
  readonly panel: number;
  /** Floats of memory that the function is given last. */
  readonly scratch: number;
}

/** Rows of a tile of a product and vectors of a panel of b. */
function productTiles({ rows, columns }: ProductShape, target: Processor) {
  const width = target.lanes;
  const vectors = columns > width ? 2 : 1;
  const most = target.registers === 32 ? (vectors === 2 ? 12 : 16) : 12 / vectors;
  return { width, vectors, panel: vectors * width, parts: partsOf(rows, most) };
}

/** The panels of a b that many products share, each [inner][panel], zero-padded: `floats` of them. */
export function panelFloats(shape: ProductShape, panel: number): number {
  return Math.ceil(shape.columns / panel) * panel * shape.inner;
}

/** An a of more elements whose rows are not contiguous is packed. */
const STRIDED = 2 ** 14;
/** Tiles of rows of an a that are packed at a time: so many, that what is read side by side fills some cache lines. */
const TILES = 8;

/**
 * c[row][column] = Σ inner a[row][inner] · b[inner][column] + added[row][column], b in panels, c row-major.
 *
 * @returns The function `@(a, b, added, c, scratch)`.
 */
export function productKernel(shape: ProductShape, target: Processor): ProductKernel {
  const { rows, columns, inner, a, added } = shape;
  const { width, vectors, panel, parts } = productTiles(shape, target);
  const [dRow, dColumn] = added ?? [0, 0];
  const whole = columns % panel === 0;
  const packsA = a[1] !== 1 && columns > panel && rows * inner > STRIDED;
  const tile = (size: number): string => {
    const [row, column] = packsA ? [1, size] : a;
    const store = (i: number, full: boolean): string => {
      const plus = (place: string) => (added ? ` + ${dColumn === 1 ? place : `d[${i * dRow}]`}` : '');
      if (full) {
        return range(vectors)
          .map((v) => {
            const term =
              dColumn === 1 ? ` + load_${width}(d + ${i * dRow + v * width})` : ` + d[${i * dRow}]`;
            return `store_${width}(c + ${i * columns + v * width}, a${i}_${v}${added ? term : ''});`;
          })
          .join(' ');
      }
      const spill = range(vectors).map((v) => `store_${width}(t + ${v * width}, a${i}_${v});`);
      return `{ float t[${panel}]; ${spill.join(' ')} for (int j = 0; j < nb; j++) c[${i * columns} + j] = t[j]${plus(`d[${i * dRow} + j]`)}; }`;
    };
    const stores = (full: boolean) =>
      range(size)
        .map((i) => store(i, full))
        .join('\n    ');
    return `INLINE void @_t${size}(const float *restrict a, const float *restrict b, const float *restrict d, float *restrict c, int nb) {
    (void)d; (void)nb; ${zeroSums(size, vectors, width)}
    for (int k = 0; k < ${inner}; k++, b += ${panel}, a += ${column}) { ${sumsOfProducts(size, vectors, width, row!)} }
    ${whole ? stores(true) : `if (nb == ${panel}) { ${stores(true)} } else { ${stores(false)} }`}
  }`;
  };
  const call = (from: string) => (size: number, at: string) =>
    `@_t${size}(${from}, b + (long)j*${inner}, d + (long)(${at})*${dRow} + j*${dColumn}, c + (long)(${at})*${columns} + j, nb);`;
  const panels = (text: string) =>
    `for (int j = 0; j < ${columns}; j += ${panel}) { const int nb = ${columns} - j < ${panel} ? ${columns} - j : ${panel};
    ${text}
  }`;
  // Tiles of one size that lie side by side: some of them are packed, [tile][inner][row], and all of b goes by.
  const block = (size: number): string => {
    const same = parts.filter((part) => part.size === size);
    const end = same.at(-1)!.at + size;
    return `for (int i = ${same[0]!.at}; i < ${end}; i += ${TILES * size}) { const int tiles = (${end} - i)/${size} < ${TILES} ? (${end} - i)/${size} : ${TILES};
    for (int k = 0; k < ${inner}; k++) for (int t = 0; t < tiles; t++) for (int q = 0; q < ${size}; q++) s[((long)t*${inner} + k)*${size} + q] = a[(long)k*${a[1]} + (long)(i + t*${size} + q)*${a[0]}];
    ${panels(`for (int t = 0; t < tiles; t++) ${call(`s + (long)t*${inner * size}`)(size, `i + t*${size}`)}`)} }`;
  };
  const body = packsA
    ? sizesOf(parts).map(block).join('\n  ')
    : panels(callsOfParts(parts, 'i', (size, at) => call(`a + (long)(${at})*${a[0]}`)(size, at)));
  return {
    panel,
    scratch: packsA ? TILES * Math.max(...sizesOf(parts)) * inner : 0,
    text: `${sizesOf(parts).map(tile).join('\n')}
APART void @(const float *restrict a, const float *restrict b, const float *restrict d, float *restrict c, float *restrict s) {
  (void)s; ${body}
}`,
  };
}

function zeroSums(size: number, vectors: number, width: Lanes): string {
  return range(size)
    .flatMap((i) => range(vectors).map((v) => `vf${width} a${i}_${v} = {};`))
    .join(' ');
}

function sumsOfProducts(size: number, vectors: number, width: Lanes, row: number): string {
  const b = range(vectors).map((v) => `const vf${width} b${v} = load_${width}(b + ${v * width});`);
  const sums = range(size).map((i) => {
    const each = range(vectors).map((v) => `a${i}_${v} = fma_${width}(x, b${v}, a${i}_${v});`);
    return `{ const vf${width} x = all_${width}(a[${i * row}]); ${each.join(' ')} }`;
  });
  return `${b.join(' ')}\n      ${sums.join('\n      ')}`;
}

/** Rows of b that are packed at a time. */
const BLOCK = 256;
/** Panels of b that are packed at a time. */
const GROUP = 4;

/** The same product for a large b that is read once: blocks of rows, each packed (and a's, if they are strided) while in cache. */
export function blockedProductKernel(shape: ProductShape, target: Processor): ProductKernel {
  const { rows, columns, inner, a, b, added } = shape;
  const { width, vectors, panel, parts } = productTiles(shape, target);
  const [dRow, dColumn] = added ?? [0, 0];
  const packsA = a[1] !== 1;
  const tile = (size: number): string => {
    const [row, column] = packsA ? [1, size] : a;
    const sums = range(size).flatMap((i) => range(vectors).map((v) => ({ i, v, sum: `a${i}_${v}` })));
    const each = (text: (sum: string, i: number, v: number) => string) =>
      sums.map(({ i, v, sum }) => text(sum, i, v)).join(' ');
    const addedRow = (sum: string, i: number, v: number) =>
      `{ float u[${width}]; for (int j = 0; j < ${width}; j++) u[j] = ${v * width} + j < nb ? d[${i * dRow} + (${v * width} + j)*${dColumn}] : 0.f; ${sum} = ${sum} + load_${width}(u); }`;
    return `INLINE void @_t${size}(const float *restrict a, const float *restrict b, const float *restrict d, float *restrict c, int kc, int nb, int first, int last) {
    (void)d; (void)last; float t[${size * panel}]; ${zeroSums(size, vectors, width)}
    if (!first) {
      if (nb == ${panel}) { ${each((sum, i, v) => `${sum} = load_${width}(c + ${i * columns + v * width});`)} }
      else { memset(t, 0, sizeof t); for (int i = 0; i < ${size}; i++) for (int j = 0; j < nb; j++) t[i*${panel} + j] = c[(long)i*${columns} + j]; ${each((sum, i, v) => `${sum} = load_${width}(t + ${i * panel + v * width});`)} }
    }
    for (int k = 0; k < kc; k++, b += ${panel}, a += ${column}) { ${sumsOfProducts(size, vectors, width, row!)} }
    ${added ? `if (last) { ${each(addedRow)} }` : ''}
    if (nb == ${panel}) { ${each((sum, i, v) => `store_${width}(c + ${i * columns + v * width}, ${sum});`)} }
    else { ${each((sum, i, v) => `store_${width}(t + ${i * panel + v * width}, ${sum});`)} for (int i = 0; i < ${size}; i++) for (int j = 0; j < nb; j++) c[(long)i*${columns} + j] = t[i*${panel} + j]; }
  }`;
  };
  const packed = parts.map(
    ({ at, size }) =>
      `{ float *o = sa + (long)${at}*${BLOCK}; const float *x = a + (long)k*${a[1]} + (long)${at}*${a[0]}; for (int q = 0; q < kc; q++) for (int i = 0; i < ${size}; i++) o[q*${size} + i] = x[(long)q*${a[1]} + (long)i*${a[0]}]; }`,
  );
  const call = (size: number, at: string) => {
    const from = packsA ? `sa + (long)(${at})*${BLOCK}` : `a + (long)(${at})*${a[0]} + (long)k*${a[1]}`;
    return `@_t${size}(${from}, sb + (long)(j - g)*kc, d + (long)(${at})*${dRow} + j*${dColumn}, c + (long)(${at})*${columns} + j, kc, nb, first, last);`;
  };
  return {
    panel,
    scratch: GROUP * BLOCK * panel + (packsA ? BLOCK * rows : 0),
    text: `${sizesOf(parts).map(tile).join('\n')}
APART void @(const float *restrict a, const float *restrict b, const float *restrict d, float *restrict c, float *restrict s) {
  float *sb = s, *sa = s + ${GROUP * BLOCK * panel}; (void)sa;
  for (int k = 0; k < ${inner}; k += ${BLOCK}) { const int kc = ${inner} - k < ${BLOCK} ? ${inner} - k : ${BLOCK}, first = k == 0, last = k + kc == ${inner};
    ${packsA ? packed.join(' ') : ''}
    for (int g = 0; g < ${columns}; g += ${GROUP * panel}) { const int end = ${columns} - g < ${GROUP * panel} ? ${columns} : g + ${GROUP * panel};
      pack_panels(b + (long)k*${b[0]} + (long)g*${b[1]}, sb, kc, end - g, ${panel}, ${b[0]}, ${b[1]});
      for (int j = g; j < end; j += ${panel}) { const int nb = end - j < ${panel} ? end - j : ${panel};
        ${callsOfParts(parts, 'i', call)} } } }
}`,
  };
}

/** What the kernels and the loops around them call. */
export const KERNEL_HELPERS = `
/* b[k][n] to panels [n/panel][k][panel], zero-padded. Rows are read along as far as they fill ${GROUP} panels, so that few pages are open. */
APART void pack_panels(const float *restrict b, float *restrict o, int k, int n, int panel, long row, long column) {
  const int whole = column == 1 ? n/panel*panel : 0;
  for (int j = 0; j < whole; j += ${GROUP}*panel) {
    const int end = whole - j < ${GROUP}*panel ? whole : j + ${GROUP}*panel;
    for (int i = 0; i < k; i++) for (int q = j; q < end; q += panel) {
      const float *x = b + i*row + q;
      float *y = o + (long)q*k + (long)i*panel;
      if (panel == 32) memcpy(y, x, 4*32); else memcpy(y, x, 4*(size_t)panel);
    }
  }
  for (int j = whole; j < n; j += panel) {
    float *y = o + (long)j*k;
    const int w = n - j < panel ? n - j : panel;
    if (w < panel) memset(y, 0, 4*(size_t)k*panel);
    for (int r = 0; r < w; r++) for (int i = 0; i < k; i++) y[(long)i*panel + r] = b[i*row + (j + r)*column];
  }
}
/* Filters [a][b][taps] to [taps][b][a], or, exchanged, to [taps][a][b]. */
APART void pack_filters(const float *restrict w, float *restrict o, int a, int b, int taps, int exchanged) {
  for (int k = 0; k < taps; k++) {
    if (exchanged) for (int i = 0; i < a; i++) for (int j = 0; j < b; j++) *o++ = w[((long)i*b + j)*taps + k];
    else for (int j = 0; j < b; j++) for (int i = 0; i < a; i++) *o++ = w[((long)i*b + j)*taps + k];
  }
}
/* [taps][b][a] to filters [a][b][taps]. */
APART void unpack_filters(const float *restrict s, float *restrict w, int a, int b, int taps) {
  for (int k = 0; k < taps; k++) for (int j = 0; j < b; j++) for (int i = 0; i < a; i++) w[((long)i*b + j)*taps + k] = *s++;
}
/* Zeros around an image of h by w pixels of c channels. */
APART void zero_rim(float *x, int h, int w, int c, int rim) {
  const long row = (long)(w + 2*rim)*c;
  memset(x, 0, 4*(size_t)(rim*row)); memset(x + (h + rim)*row, 0, 4*(size_t)(rim*row));
  for (int r = 0; r < h; r++) {
    float *y = x + (r + rim)*row;
    memset(y, 0, 4*(size_t)rim*c); memset(y + (long)(w + rim)*c, 0, 4*(size_t)rim*c);
  }
}
APART void zero_pixels(float *y, int rows, int columns, long row, long pixel, int c) {
  for (int r = 0; r < rows; r++) for (int i = 0; i < columns; i++) memset(y + r*row + i*pixel, 0, 4*(size_t)c);
}
/* Variances from sums of deviations from a pilot, and of their squares. */
APART void variances(const double *s, float *o, int channels, double count) {
  for (int i = 0; i < channels; i++) {
    const double mean = s[i]/count, v = s[channels + i]/count - mean*mean;
    o[i] = v < 0 ? 0 : (float)v;
  }
}
`;
