// What Python sends to a component, see aecore/packing.py.

const KINDS = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  float16: Uint16Array, // as they are stored
};

/** Read a message: {header, arrays}, the arrays by their names; none if none came along. */
export function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const arrays = {};
  const buffer = header.sections ? bytes.slice(start).buffer : null; // aligned, and all that is kept
  for (const { name, dtype, offset, shape } of header.sections ?? []) {
    arrays[name] = new KINDS[dtype](buffer, offset, shape.reduce((a, b) => a * b, 1));
  }
  return { header, arrays };
}
