// Messages in the layout of a safetensors file, as aecore/viewer/message.py writes them: eight bytes
// with the length of a JSON header, the header, the arrays.

const ARRAYS = { F64: Float64Array, F32: Float32Array, F16: Uint16Array, U16: Uint16Array, U8: Uint8Array };

/**
 * Read a message: its own header, and its arrays by their names. Half precision comes as single.
 *
 * @param {Uint8Array} bytes
 * @returns {import("./host.js").Message}
 */
export function readMessage(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const { __metadata__: metadata, ...entries } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  /** @type {Record<string, any>} */
  const arrays = {};
  for (const [name, { dtype, data_offsets: [first, end] }] of Object.entries(entries)) {
    // A copy: views must be aligned, the bytes may begin anywhere, and nothing else of them is kept.
    const own = new ARRAYS[dtype](bytes.slice(start + first, start + end).buffer);
    arrays[name] = dtype === "F16" ? toSingle(own) : own;
  }
  return { header: JSON.parse(metadata.header), arrays };
}

/**
 * Put the bytes of a message's arrays in order again, which aecore/export/payload.py has sorted by their
 * place in a number.
 *
 * @param {Uint8Array} bytes
 */
export function unsortBytes(bytes) {
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const { __metadata__: _, ...entries } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  for (const { dtype, data_offsets: [first, end] } of Object.values(entries)) {
    const size = ARRAYS[dtype].BYTES_PER_ELEMENT;
    const sorted = bytes.slice(start + first, start + end);
    const count = sorted.length / size;
    for (let place = 0, at = 0; place < size; place++) {
      for (let to = start + first + place, i = 0; i < count; i++, to += size) bytes[to] = sorted[at++];
    }
  }
  return bytes;
}

/** Single precision of every half-precision number, by its bits; made when first asked for. */
let singles = null;

/**
 * Convert IEEE 754 half precision, as raw bits, to single precision.
 *
 * @param {Uint16Array} bits
 */
export function toSingle(bits) {
  singles ??= Float32Array.from({ length: 1 << 16 }, (_, each) => singleOf(each));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = singles[bits[i]];
  return values;
}

function singleOf(bits) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14;
  return bits & 0x8000 ? -size : size;
}
