/** Arrays on the wire: base64 text in JSON, or binary buffers where a live widget sends them. */

export type Numbers = Float32Array | Uint8Array | Uint16Array | Uint32Array | Int8Array;

const TYPES = {
  float32: Float32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int8: Int8Array
} as const;

function bytesOf(data: unknown, name: string): Uint8Array {
  if (typeof data === 'string') {
    const fast = (Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array }).fromBase64;
    if (fast) {
      return fast.call(Uint8Array, data);
    }
    const text = atob(data);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
      bytes[i] = text.charCodeAt(i);
    }
    return bytes;
  }
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  if (data instanceof ArrayBuffer) {
    return new Uint8Array(data);
  }
  throw new Error(`The scene's ${name} hold neither base64 text nor bytes`);
}

/** Decode an array; its bytes are copied only where they do not lie as their type wants. */
export function decode(array: any, name: string): Numbers {
  const Type = TYPES[array?.dtype as keyof typeof TYPES];
  if (!Type) {
    throw new Error(`The scene's ${name} have an unknown type: ${array?.dtype}`);
  }
  let bytes = bytesOf(array.data, name);
  const expected = (array.shape as number[]).reduce((product, n) => product * n, 1);
  if (bytes.byteLength !== expected * Type.BYTES_PER_ELEMENT) {
    throw new Error(
      `The scene's ${name} hold ${bytes.byteLength / Type.BYTES_PER_ELEMENT} numbers instead of ${expected}`
    );
  }
  if (bytes.byteOffset % Type.BYTES_PER_ELEMENT) {
    bytes = bytes.slice();
  }
  return new Type(bytes.buffer as ArrayBuffer, bytes.byteOffset, expected);
}

/** Decode float32; absent stays absent. */
export function floats(array: unknown, name: string): Float32Array | null {
  if (array === null || array === undefined) {
    return null;
  }
  const values = decode(array, name);
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

/** Decode whole numbers that index something of this length; a damaged file is refused here, not half drawn. */
export function indices(array: unknown, name: string, below: number): Numbers {
  const values = decode(array, name);
  for (let k = 0; k < values.length; k++) {
    if (!(values[k] < below)) {
      throw new Error(`The scene's ${name} name number ${values[k]} of ${below}`);
    }
  }
  return values;
}
