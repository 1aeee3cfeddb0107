// Rows of digits, as the widget for them takes them.

import { picture } from "../../core/digit.js";
import { levelsOf } from "../../core/image.js";

/** Return the message that shows one row of digits, each under its title with a text. */
export function rowMessage(pictures, titles, texts, { headline = "", note = "", file }) {
  const levels = new Uint8Array(pictures.length * picture.size);
  pictures.forEach((pixels, i) => levels.set(levelsOf(pixels), i * picture.size));
  const columns = titles.map((title, i) => [title, texts[i]].filter(Boolean).join("\n"));
  const rows = [{ name: "", signed: false, texts: [], links: [] }];
  const header = {
    rows, titles, columns, heading: "", scale: null, note, headline, title: headline, file, stacked: false, sweep: null,
    preview: null,
  };
  return { header, arrays: { levels, palette: new Uint8Array(3) } };
}
