// What selected test digits have in common: how many there are of each class, the decoded mean code, the
// error, some of them decoded, and all as CSV.

import { HALF, SINGLE, shortest, toCsv } from "../../core/csv.js";
import { classOf, inWords } from "../../core/digit.js";
import { build, saveText, setBoldText } from "../../core/dom.js";
import { GRAYS, drawDigits, levelsOf } from "../../core/image.js";
import { codeOf } from "../../model/axes.js";
import { decode } from "../../model/network.js";
import { spreadSteps } from "../../model/path.js";
import { mountCharts } from "../charts/charts.js";
import { withModel } from "../live_model.js";

const SHOWN = 48; // decoded digits
const COLUMNS = 24;
const WIDEST = 46; // px of one of them
const VIEW = `
<div class="selection">
  <h3 ref="heading"></h3>
  <div ref="found">
    <div class="columns">
      <div ref="counts"></div>
      <figure><canvas ref="mean" role="img" aria-label="Decoded mean code"></canvas><figcaption>Decoded mean code</figcaption></figure>
      <p ref="error"></p>
    </div>
    <canvas ref="digits" class="sheet" role="img"></canvas>
    <p ref="note" class="hint"></p>
    <div class="bar"><button ref="csv" type="button">Codes as CSV</button></div>
  </div>
</div>`;

/**
 * The settings are `numbers`, the rows of the digits, ascending; `errors` (N), of all; `colors`, of the classes;
 * `pictureOf(row)` and `note`, what these pictures are.
 *
 * @type {import("../../core/host.js").Mount}
 */
export const mountSelection = withModel((element, host, scope) => {
  const view = build(VIEW);
  scope.add(element, view.root);
  const counts = mountCharts(view.counts, host);
  scope.onEnd(counts.destroy);
  let save = () => {};
  scope.listen(view.csv, "click", () => save());

  return ({ name, settings }, model) => {
    const { numbers, errors, colors, pictureOf, note } = settings;
    const total = model.count.toLocaleString("en");
    view.heading.textContent = inWords(`Selected: ${numbers.length.toLocaleString("en")} of ${total} test digits`);
    view.found.hidden = !numbers.length;
    if (!numbers.length) return;
    const values = Array.from({ length: 10 }, (_, label) => numbers.filter((row) => model.labels[row] === label).length);
    counts.update({ header: { charts: [chartOf(values, colors)], note: "" }, arrays: {} });
    drawDigits(view.mean, levelsOf(decode(model, meanCode(model, numbers))), GRAYS);
    const [own, all] = [numbers, [...errors.keys()]].map((rows) => rows.reduce((sum, row) => sum + errors[row], 0) / rows.length);
    setBoldText(view.error, inWords(`Mean MSE of the selection **${own.toFixed(4)}**; all test digits: ${all.toFixed(4)}`));
    const few = numbers.length > SHOWN ? spreadSteps(numbers.length, SHOWN).map((at) => numbers[at]) : numbers;
    drawDigits(view.digits, Uint8Array.from(few.flatMap((row) => [...levelsOf(pictureOf(row))])), GRAYS, { columns: COLUMNS });
    view.digits.style.maxWidth = `${WIDEST * Math.min(few.length, COLUMNS)}px`;
    view.note.textContent = `${inWords(`${few.length} of the selected digits, evenly spaced by number.`)} ${note}`;
    view.digits.setAttribute("aria-label", view.note.textContent);
    save = () => saveText(`${name}-selection.csv`, tableOf(model, numbers, errors));
  };
});

/** Return the mean code (D) of some test digits. */
function meanCode(model, rows) {
  const mean = new Float64Array(model.dim);
  for (const row of rows) codeOf(model, row).forEach((value, i) => (mean[i] += value / rows.length));
  return mean;
}

/** Return the rows as aecore/analysis/lasso.py writes them. */
function tableOf(model, rows, errors) {
  const names = ["number", "label", "mse", ...Array.from({ length: model.dim }, (_, i) => `z${i + 1}`)];
  return toCsv(names, rows.map((row) => {
    const code = Array.from(codeOf(model, row), (value) => shortest(value, HALF));
    return [row, model.labels[row], shortest(errors[row], SINGLE), ...code];
  }));
}

function chartOf(values, colors) {
  const listed = values.map((count, label) => `${count} of ${label}`).join(", ");
  return {
    kind: "bars", title: inWords("Selected digits by label"), alt: inWords(`Bars: number of selected test digits with each label: ${listed}`),
    file: "selection", values, labels: values.map((_, label) => classOf(label)), notes: null, colors, counted: true, least: 4,
    x_name: "label", y_name: inWords("test digits"), unit: "",
  };
}
