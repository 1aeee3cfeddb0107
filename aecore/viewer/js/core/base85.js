// Bytes as text of 85 letters, none of which HTML reads as its own: aecore/export/base85.py writes it.

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%:()*+-;,=.?@^_`{|}~";
const VALUES = new Uint8Array(128);
[...LETTERS].forEach((letter, value) => (VALUES[letter.charCodeAt(0)] = value));

/**
 * Return the bytes of a text: five letters hold four bytes, the last ones as many less as are missing.
 * What else stands in it gives other bytes, which their checksum tells.
 *
 * @param {string} text
 */
export function fromBase85(text) {
  const groups = Math.ceil(text.length / 5);
  const view = new DataView(new ArrayBuffer(4 * groups));
  for (let group = 0, at = 0; group < groups; group++) {
    let word = 0;
    for (const end = at + 5; at < end; at++) word = word * 85 + (at < text.length ? VALUES[text.charCodeAt(at)] : 84);
    view.setUint32(4 * group, word);
  }
  return new Uint8Array(view.buffer, 0, text.length - groups);
}
