/**
 * SHA-256 (FIPS 180-4) of an ASCII text, as eight words of 32 bits. Our own, as a browser hashes only asynchronously, and Node's
 * module is not there.
 */
export function sha256(ascii: string): Int32Array {
  const state = INITIAL.slice();
  const block = new Int32Array(64);
  // The text, a byte 0x80, zeros, and the length in bits, in blocks of 64 bytes.
  const size = ((ascii.length + 8) & ~63) + 64;
  for (let i = 0; i < size; i++) {
    const byte = i < ascii.length ? ascii.charCodeAt(i) : i === ascii.length ? 0x80 : 0;
    block[(i & 63) >> 2]! |= byte << (24 - 8 * (i & 3));
    if ((i & 63) !== 63) continue;
    if (i === size - 1) block[15] = 8 * ascii.length;
    absorb(state, block);
    block.fill(0);
  }
  return state;
}

/** The first `count` primes' roots: the leading 32 bits after the point. */
function fractions(count: number, root: (x: number) => number): Int32Array {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  return Int32Array.from(primes, (p) => ((root(p) % 1) * 2 ** 32) | 0);
}

const INITIAL = fractions(8, Math.sqrt);
const ROUND = fractions(64, Math.cbrt);

const rotate = (x: number, by: number): number => (x >>> by) | (x << (32 - by));

/** One block of 16 words, in a schedule that has room for 64. */
function absorb(state: Int32Array, schedule: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const x = schedule[i - 15]!;
    const y = schedule[i - 2]!;
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    schedule[i] = schedule[i - 16]! + s0 + schedule[i - 7]! + s1;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i]! + schedule[i]!) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}
