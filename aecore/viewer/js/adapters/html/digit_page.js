// A digit that is drawn or uploaded: its code, its reconstruction, its place, its neighbors; all models.

import { PIXELS, meanSquare } from "../../core/digit.js";
import { build } from "../../core/dom.js";
import { withArticle } from "../../core/text.js";
import { nearestCodes } from "../../model/neighbors.js";
import { decode, encode } from "../../model/network.js";
import { normalize } from "../../model/normalization.js";
import { reconstructLinearly } from "../../model/pca.js";
import { readInk } from "../../model/photo.js";
import { mountCanvas } from "../../widgets/canvas/canvas.js";
import { mountJudge } from "../../widgets/canvas/judge.js";
import { mountImageRows } from "../../widgets/image_rows/image_rows.js";
import { rowMessage } from "./pictures.js";

const JUDGE = "plain-32"; // TELLING_MODEL in aecore/recognition/verdict.py
const FEW = 3; // models that are opened without being asked for
const LARGEST = 1_000; // px of an uploaded picture's side
const VIEW = `
<section>
  <h2>Your digit</h2>
  <p class="lead"><b>Draw a digit.</b> While you draw, your browser encodes it, reconstructs it from its latent code alone and
    shows where it lands in the latent space.</p>
  <div ref="canvas"></div>
  <div class="bar"><label>Or choose a picture of one digit <input ref="file" type="file" accept="image/*"></label>
    <span ref="problem" role="status"></span></div>
  <div ref="found" hidden>
    <div ref="result"></div>
    <div ref="neighbors"></div>
    <div ref="all"></div>
    <div class="bar"><button ref="compare" type="button">Compare all models</button></div>
  </div>
</section>`;

/** @type {import("../html.js").Page} */
export function mountDigitPage(element, shell) {
  const view = build(VIEW);
  element.append(view.root);
  let opened = null;
  let calls = 0;
  let isComparing = false;
  const canvas = mountCanvas(view.canvas, shell.makeHost(view.canvas, {
    release({ levels }) {
      shell.setDigit(levels && Float32Array.from(atob(levels), (letter) => letter.charCodeAt(0) / 255));
      showDigit();
    },
  }));
  const judge = mountJudge(view.canvas, shell.makeHost(view.canvas));
  const [result, neighbors, all] = [view.result, view.neighbors, view.all].map((place) =>
    mountImageRows(place, shell.makeHost(place)),
  );

  function showDigit() {
    const { model, arrays, header } = opened;
    view.found.hidden = !shell.hasDigit();
    if (view.found.hidden) return;
    const digit = shell.digit();
    const z = Float32Array.from(encode(model, digit));
    const output = Float32Array.from(decode(model, z));
    const linear = reconstructLinearly(arrays.pca_mean, arrays.pca_components, digit);
    result.update(rowMessage(
      [digit, output, linear],
      ["Input", header.name, `PCA, ${arrays.pca_components.length / PIXELS}-D`],
      ["", `MSE ${meanSquare(digit, output).toFixed(4)}`, `MSE ${meanSquare(digit, linear).toFixed(4)}`],
      { headline: "Reconstruction", file: "reconstruction" },
    ));
    const { rows } = nearestCodes(model, z, 10);
    neighbors.update(rowMessage(
      Array.from(rows, (row) => shell.pictureOf(opened, row)),
      Array.from(rows, (row) => withArticle(model.labels[row])),
      Array.from(rows, (row) => `no. ${row}`),
      { headline: "Nearest test digits", file: "neighbors", note: shell.pictureNote(opened) },
    ));
    if (isComparing || shell.models.list.length <= FEW) compare();
  }

  /** Show the digit through all models, as each is opened. */
  async function compare() {
    isComparing = true;
    const call = ++calls;
    const digit = shell.digit();
    const made = [{ pixels: digit, title: "Input", text: "" }];
    for (const { name } of shell.models.list) {
      const { model, arrays } = await shell.models.open(name);
      if (call !== calls) return;
      const pixels = Float32Array.from(decode(model, encode(model, digit)));
      made.push({ pixels, title: name, text: `MSE ${meanSquare(digit, pixels).toFixed(4)}` });
    }
    view.compare.hidden = true;
    all.update(rowMessage(
      made.map(({ pixels }) => pixels), made.map(({ title }) => title), made.map(({ text }) => text),
      { headline: "All models", file: "all-models" },
    ));
  }

  async function read() {
    const [file] = view.file.files;
    if (!file) return;
    let picture;
    try {
      picture = await createImageBitmap(file);
    } catch {
      view.problem.textContent = "This file is no picture that the browser can open. Choose a PNG or JPEG file.";
      return;
    }
    const { ink, width, height } = readInk(picture, LARGEST);
    const digit = normalize(ink, width, height);
    view.problem.textContent = digit ? "" : "No digit found: the image is blank.";
    if (!digit) return;
    shell.setDigit(Float32Array.from(digit));
    showDigit();
  }

  view.file.addEventListener("change", read);
  view.compare.addEventListener("click", compare);

  return async (next) => {
    opened = next;
    const { header, arrays } = next;
    view.compare.hidden = isComparing || shell.models.list.length <= FEW;
    const known = shell.models.names.includes(JUDGE) ? await shell.models.open(JUDGE) : null;
    const by = known && { hash: known.header.hash, name: JUDGE };
    const levels = ""; // nobody but this page holds the drawing: it is reported each time
    canvas.update({ header: { ...header, settings: { colors: shell.colors(), levels, judge: by } }, arrays });
    if (known) judge.update({ header: { ...known.header, settings: {} }, arrays: known.arrays });
    showDigit();
  };
}
