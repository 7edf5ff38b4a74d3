/** Float32 numbers as base64 of their little-endian bytes: exact, and a third of their JSON. */
export function encodeFloats(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

/** The inverse of {@link encodeFloats}. */
export function decodeFloats(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const values = new Float32Array(bytes.byteLength / 4);
  Buffer.from(values.buffer).set(bytes.subarray(0, values.byteLength));
  return values;
}
