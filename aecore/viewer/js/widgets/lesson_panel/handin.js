// What a visitor hands in: a JSON file for the teacher's table, and a sheet to print.

import { build, make, saveText, setText } from "../../core/dom.js";
import { markdown } from "../../core/markdown.js";
import { withUnit } from "./choice_input.js";

const FORMAT = "aecore-handin-1";

/** Write a prediction or a measured value of a step. */
export function valueText(prediction, value) {
  if (value === null || value === undefined) return "–";
  if (prediction.kind === "choice") return prediction.choices[value] ?? String(value);
  if (prediction.kind === "number") return withUnit(value, prediction.unit);
  if (prediction.kind === "point") return `(${value.map((each) => each.toFixed(2)).join(", ")})`;
  if (prediction.kind === "outline") return `an outline with ${value.length} corners`;
  return value.map(([dim, each]) => `D = ${dim}: ${withUnit(each, prediction.unit)}`).join(", ");
}

const secondsBetween = (from, to) => (from && to ? (Date.parse(to) - Date.parse(from)) / 1000 : null);

/** Return what is handed in, as `aecore/lessons/handin.py` reads it: the steps that were answered. */
function handIn(lesson, progress, name) {
  const steps = lesson.steps.map((step, i) => ({ step, number: i + 1 })).filter(({ step }) => step.prediction);
  return {
    format: FORMAT,
    lesson: lesson.name,
    title: lesson.title,
    lesson_fingerprint: lesson.fingerprint,
    name,
    finished: new Date().toISOString(),
    n_steps: steps.length,
    steps: steps
      .filter(({ number }) => progress.answers[number])
      .map(({ step, number }) => ({
        step: number,
        title: step.title,
        kind: step.prediction.kind,
        first: progress.first[number],
        last: progress.last[number],
        first_gap: progress.gaps[number] ?? null,
        seconds: secondsBetween(progress.times[number]?.opened, progress.times[number]?.answered),
        times: progress.times[number],
        answer: progress.answers[number],
      })),
  };
}

function saveHandIn(lesson, progress, name) {
  const who = name.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 40);
  saveText(`${lesson.name}${who ? `-${who}` : ""}.json`, JSON.stringify(handIn(lesson, progress, name.trim()), null, 1));
}

const STYLE = `
  body { max-width: 45rem; margin: 2rem auto; padding: 0 1rem; font: 11pt/1.45 sans-serif; color: #000; background: #fff; }
  h1 { margin-bottom: 0; } section { break-inside: avoid; border-top: 1px solid #999; margin-top: 1rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; } dt { font-weight: 600; } dd { margin: 0; }
  img { max-width: 22rem; max-height: 16rem; border: 1px solid #ccc; } button { font: inherit; padding: 0.4rem 1rem; }
  @media print { button { display: none; } }`;

function sheetStep(step, number, progress) {
  const { prediction } = step;
  const answer = progress.answers[number];
  const rows = [];
  if (prediction && progress.first[number] !== undefined) {
    const [first, last] = [progress.first, progress.last].map((table) => valueText(prediction, table[number]));
    rows.push(["Predicted", first]);
    if (last !== first) rows.push(["Last prediction", last]);
    if (answer && prediction.kind !== "outline") rows.push(["Measured", valueText(prediction, answer.value)]);
    if (answer) rows.push(["Difference", answer.gap_text], ["In words", answer.text], ["With", `${answer.source.model}, ${answer.source.data}`]);
  }
  const list = make("dl", {});
  for (const [name, text] of rows) if (text) list.append(make("dt", {}, name), make("dd", {}, text));
  const nothing = prediction ? [make("p", {}, "No prediction yet.")] : [];
  const picture = progress.pictures[number];
  return make(
    "section",
    {},
    make("h2", {}, `${number}. ${step.title}`),
    ...markdown(step.question),
    ...(rows.length ? [list] : nothing),
    ...(typeof picture === "string" && /^data:image\/(jpeg|svg)/.test(picture) ? [make("img", { src: picture, alt: "The prediction and the measured answer" })] : []),
  );
}

/** Open the sheet in a window of its own; false where the browser forbids that. */
function openSheet(lesson, progress, name) {
  const sheet = window.open("", "_blank");
  if (!sheet) return false;
  const { document: page } = sheet;
  page.title = `${lesson.title}${name ? ` – ${name}` : ""}`;
  page.documentElement.lang = "en";
  page.head.append(make("style", {}, STYLE));
  const print = make("button", { type: "button" }, "Print");
  print.addEventListener("click", () => sheet.print());
  const head = [make("h1", {}, lesson.title), make("p", {}, [name, new Date().toLocaleDateString("en-CA")].filter(Boolean).join(", "))];
  page.body.append(print, ...head, ...lesson.steps.map((step, i) => sheetStep(step, i + 1, progress)));
  return true;
}

const FORM = `
<div class="hand-in">
  <label class="name">Name (optional)<input ref="name" type="text" maxlength="80" autocomplete="name" /></label>
  <div class="bar">
    <button ref="save" type="button" class="primary">Download as JSON</button>
    <button ref="sheet" type="button">Sheet to print</button>
  </div>
  <p ref="status" class="hint" role="status"></p>
</div>`;

/** Make what hands a lesson in; `progress` returns the latest. */
export function makeHandIn(lesson, progress) {
  const view = build(FORM);
  view.save.addEventListener("click", () => saveHandIn(lesson, progress(), view.name.value));
  view.sheet.addEventListener("click", () => {
    const isOpen = openSheet(lesson, progress(), view.name.value.trim());
    setText(view.status, isOpen ? "" : "The browser has blocked the new window. Allow windows of this page and press again.");
  });
  return view.root;
}
