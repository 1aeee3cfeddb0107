// The panel of a lesson beside a page: a question, a prediction, then the measured answer beside it.

import { build, isPlain, isStill, make, setText } from "../../core/dom.js";
import { markdown } from "../../core/markdown.js";
import { whenDone } from "../../core/milestones.js";
import { makeScope } from "../../core/scope.js";
import { recallInTab, rememberInTab } from "../../core/storage.js";
import { makeChoiceInput, makeNumberInput } from "./choice_input.js";
import { makeCurveInput } from "./curve_input.js";
import { makeHandIn, valueText } from "./handin.js";
import { makeMapInput } from "./map_input.js";
import { KEY, changeProgress, countFinished, isFinished, progressOf } from "./progress.js";

const LONGEST_MS = 90_000; // that a measurement may take
const LIT_WAIT_MS = 300; // until it is asked again whether what is lit is there
const LIT_TRIES = 60;
const SOURCES = "aecore.lesson."; // names of the texts of lessons from files and links, while the tab is open
const INPUTS = { choice: makeChoiceInput, number: makeNumberInput, curve: makeCurveInput, point: makeMapInput, outline: makeMapInput };
const VIEW = `
<section class="lesson" aria-label="Lesson">
  <header>
    <button ref="fold" type="button" class="icon" aria-expanded="true" aria-label="Fold the lesson"></button>
    <h2 ref="title"></h2>
    <span ref="count" class="count"></span>
    <button ref="leave" type="button" class="icon" aria-label="Leave the lesson" title="Leave the lesson">✕</button>
  </header>
  <div ref="body" class="body" tabindex="-1">
    <p ref="origin" class="origin" hidden>This lesson is not from this server: it came with a link or a file.</p>
    <nav ref="steps" aria-label="Steps"></nav>
    <div ref="content"></div>
  </div>
  <footer ref="footer">
    <button ref="back" type="button">Back</button>
    <button ref="next" type="button" class="primary">Next</button>
  </footer>
</section>`;

/** What outlasts a panel: whether the visitor has gone on to this step, so that its heading takes the focus. */
const latest = (globalThis.__aecoreLesson ??= { moved: false, folded: false });

const now = () => new Date().toISOString();

/** @type {import("../../core/host.js").Mount} */
export function mountLessonPanel(element, host) {
  const scope = makeScope();
  const view = build(VIEW);
  const waiting = scope.makeTimer();
  const lighting = scope.makeTimer();
  scope.add(element, view.root);
  const { dataset } = document.documentElement; // the page's style sheet shows by it what a step releases
  scope.onEnd(() => delete dataset.lessonReleased);

  let header = null;
  let arrays = {};
  let shown = ""; // what the content was built for
  let parts = null; // of the content, where there is something to predict
  let inner = null; // scope of the content
  let pending = null; // id of the prediction that is being measured
  let isRevising = false; // whether the visitor predicts again
  let isEnd = false; // whether the last page of the panel is on show
  scope.onEnd(() => inner?.end());

  const lesson = () => header.lesson;
  const number = () => header.step;
  const step = () => lesson().steps[number() - 1];
  const progress = () => progressOf(lesson().name);
  const change = (action) => changeProgress(lesson().name, action);

  function go(to) {
    latest.moved = true;
    if (to > lesson().steps.length) return showEnd(true);
    if (isEnd && to === number()) return showEnd(false);
    view.next.disabled = view.back.disabled = true; // until the page opens
    host.send("go", to);
  }

  /** Return the next step that is open here, after or before the one on show. */
  function neighbor(way) {
    let to = number() + way;
    while (lesson().steps[to - 1] && !lesson().steps[to - 1].isOpen) to += way;
    return to;
  }

  function fold(folded) {
    latest.folded = folded;
    view.root.classList.toggle("folded", folded);
    view.fold.setAttribute("aria-expanded", String(!folded));
    view.fold.setAttribute("aria-label", folded ? "Unfold the lesson" : "Fold the lesson");
  }

  // ---- what is around the content

  function drawSteps() {
    const kept = progress();
    const items = lesson().steps.map((each, i) => {
      const isDone = isFinished(kept, each, i + 1);
      const state = each.isOpen ? (isDone ? ", finished" : "") : ", not available here";
      const link = make("a", { href: each.href, title: each.title, "aria-label": `Step ${i + 1}: ${each.title}${state}` }, isDone ? "✓" : String(i + 1));
      link.classList.toggle("finished", isDone);
      link.classList.toggle("closed", !each.isOpen);
      if (i + 1 === number()) link.setAttribute("aria-current", "step");
      link.addEventListener("click", (event) => {
        if (!isPlain(event)) return;
        event.preventDefault();
        if (each.isOpen) go(i + 1);
      });
      return make("li", {}, link);
    });
    view.steps.replaceChildren(make("ol", {}, ...items));
    setText(view.title, lesson().title);
    setText(view.count, `${number()} of ${lesson().steps.length}`);
    const isSkipped = !isFinished(kept, step(), number());
    setText(view.next, isSkipped ? "Skip" : neighbor(1) > lesson().steps.length ? "Finish" : "Next");
    view.next.classList.toggle("primary", !isSkipped);
    view.next.hidden = isEnd;
    view.back.hidden = !isEnd && neighbor(-1) < 1;
    view.next.disabled = view.back.disabled = false;
  }

  function release() {
    const isReleased = !step().prediction || Boolean(progress().answers[number()]);
    const mark = isReleased ? `${lesson().name}/${number()}` : "";
    if (dataset.lessonReleased === mark) return;
    dataset.lessonReleased = mark;
    dispatchEvent(new Event("resize")); // charts that were hidden had no width
    if (mark) light(LIT_TRIES);
  }

  /** Bring into view what the step lights, once it is there. */
  function light(tries) {
    const lit = step().light && host.find(step().light);
    if (!step().light || !tries) return;
    if (!lit?.getClientRects().length) return lighting.start(() => light(tries - 1), LIT_WAIT_MS);
    lit.scrollIntoView({ block: "nearest", behavior: isStill() ? "auto" : "smooth" });
  }

  // ---- the content: question, prediction, answer

  function makeInput() {
    const { prediction } = step();
    if (header.noMap && !arrays.points && INPUTS[prediction.kind] === makeMapInput) return null;
    const data = { points: arrays.points, labels: arrays.labels, colors: header.colors, axes: header.axes };
    return INPUTS[prediction.kind]({ prediction, id: `lesson-${number()}`, host, scope: inner, onChange: noteDraft, data });
  }

  function buildContent() {
    inner?.end();
    inner = makeScope();
    isRevising = false;
    pending = null;
    waiting.stop(); // for the answer to another step
    parts = null;
    const heading = make("h3", { tabindex: -1 }, step().title);
    view.content.replaceChildren(heading, ...markdown(step().question));
    if (lesson().closed) view.content.append(make("p", { class: "problem" }, lesson().closed));
    else if (step().prediction) buildPrediction();
    else {
      parts = { done: make("p", { class: "right", role: "status" }), explained: make("div", {}, ...markdown(step().explanation)) };
      parts.explained.hidden = step().done && !isFinished(progress(), step(), number());
      view.content.append(...markdown(step().reveal), parts.done, parts.explained);
      if (step().done) whenDone(step().done, host, noteDone, inner.signal);
    }
    if (latest.moved) heading.focus({ preventScroll: true });
    latest.moved = false;
    view.body.scrollTop = 0;
    change((kept) => {
      kept.step = number();
      kept.fingerprint = lesson().fingerprint;
      kept.times[number()] = { opened: now(), ...kept.times[number()] };
      // With nothing to predict and nothing to wait for, to have read a step is to finish it.
      if (!step().prediction && !step().done) kept.times[number()] = { done: now(), ...kept.times[number()] };
    });
    release();
    light(LIT_TRIES);
  }

  function noteDone() {
    if (!progress().times[number()]?.done) change((kept) => (kept.times[number()] = { ...kept.times[number()], done: now() }));
    setText(parts.done, "Done. Go on when you like.");
    parts.explained.hidden = false;
    drawSteps();
  }

  function buildPrediction() {
    const input = makeInput();
    if (!input) {
      view.content.append(make("p", { class: "problem" }, header.noMap));
      return;
    }
    const check = make("button", { type: "submit", class: "primary" }, "Check my prediction");
    const status = make("p", { class: "status", role: "status" });
    const form = make("form", {}, input.element, make("div", { class: "bar" }, check), status);
    const answer = make("div", { class: "answer" });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      predict();
    });
    view.content.append(form, answer);
    parts = { input, check, status, answer, form };
    const kept = progress();
    input.set(kept.draft[number()] ?? kept.last[number()]);
    noteDraft();
    showAnswer();
  }

  function noteDraft() {
    if (!parts?.check) return;
    const value = parts.input.value();
    parts.check.disabled = value === null || pending !== null;
    const isKept = JSON.stringify(value) === JSON.stringify(progress().last[number()] ?? null);
    if (!isKept) change((kept) => (kept.draft[number()] = value));
  }

  function predict() {
    const value = parts.input.value();
    if (value === null || pending) return;
    pending = `${lesson().name}/${number()}/${Date.now()}`;
    parts.check.disabled = true;
    parts.status.className = "status busy";
    setText(parts.status, "Measuring…");
    change((kept) => {
      kept.first[number()] ??= value;
      kept.last[number()] = value;
      delete kept.draft[number()];
    });
    host.send("predict", { id: pending, lesson: lesson().name, step: number(), value });
    waiting.start(() => fail("The server has not answered. Check the connection and try again."), LONGEST_MS);
  }

  function fail(text) {
    pending = null;
    waiting.stop();
    parts.status.className = "status problem";
    setText(parts.status, text);
    noteDraft();
  }

  function take({ error, answer }) {
    if (error) return fail(error);
    pending = null;
    waiting.stop();
    isRevising = false;
    parts.status.className = "status";
    setText(parts.status, "");
    change((kept) => {
      kept.answers[number()] = answer;
      if (!(number() in kept.gaps)) kept.gaps[number()] = answer.gap;
      kept.times[number()] = { ...kept.times[number()], answered: kept.times[number()]?.answered ?? now() };
    });
    showAnswer();
    drawSteps();
    release();
    keepPicture();
    parts.answer.firstElementChild.scrollIntoView({ block: "nearest", behavior: isStill() ? "auto" : "smooth" });
  }

  async function keepPicture() {
    if (!parts.input.picture) return;
    const [own, at] = [lesson().name, number()];
    const picture = await parts.input.picture();
    changeProgress(own, (kept) => (kept.pictures[at] = picture));
  }

  /** Show the measured answer beside the prediction, if there is one. */
  function showAnswer() {
    const kept = progress();
    const answer = isRevising ? null : kept.answers[number()];
    parts.input.show(answer);
    parts.check.hidden = Boolean(answer);
    parts.form.inert = Boolean(answer);
    parts.answer.hidden = !answer;
    if (!answer) return;
    const { prediction } = step();
    const row = (name, text, className = "") => [make("dt", {}, name), make("dd", { class: className }, text)];
    const [first, last] = [kept.first, kept.last].map((table) => valueText(prediction, table[number()]));
    const isDrawn = prediction.kind === "curve" || prediction.kind === "outline";
    const rows = [];
    if (!isDrawn) {
      if (first !== last) rows.push(...row("First predicted", first));
      rows.push(...row("Predicted", last), ...row("Measured", valueText(prediction, answer.value), "value"));
      if (answer.reference !== null) rows.push(...row("PCA", valueText(prediction, answer.reference)));
    }
    const isRight = answer.gap === 0 || answer.gap_text === "Right.";
    if (answer.gap_text) rows.push(...row(isDrawn ? "Result" : "Difference", answer.gap_text, isRight ? "right" : "gap"));
    const again = make("button", { type: "button" }, "Predict again");
    again.addEventListener("click", () => {
      isRevising = true;
      showAnswer();
      noteDraft();
    });
    const { model } = step();
    const written = model && model !== answer.source.model ? ` The step was written for ${model}.` : "";
    const texts = [["", step().explanation], ["Try it", step().reveal], ["Why it matters", step().why]].filter(([, text]) => text);
    parts.answer.replaceChildren(
      make("dl", {}, ...rows),
      make("p", {}, answer.text),
      ...(answer.holds ? [] : [make("p", { class: "problem" }, answer.not_holding)]),
      ...texts.flatMap(([name, text]) => [...(name ? [make("h4", {}, name)] : []), ...markdown(text)]),
      make("p", { class: "hint" }, `Measured with ${answer.source.model} on ${answer.source.data}.${written}`),
      make("div", { class: "bar" }, again),
    );
  }

  // ---- after the last step

  function showEnd(shows) {
    isEnd = shows;
    if (!shows) {
      buildContent();
      return drawSteps();
    }
    inner?.end();
    inner = makeScope();
    pending = null;
    waiting.stop();
    parts = null;
    const kept = progress();
    const heading = make("h3", { tabindex: -1 }, "Hand in");
    const finished = `You have finished ${countFinished(kept, lesson().steps)} of ${lesson().steps.length} steps. Your predictions are kept in this browser; nothing is stored on the server.`;
    view.content.replaceChildren(
      heading,
      make("p", {}, finished),
      makeHandIn(lesson(), progress),
      make("p", {}, make("a", { href: "./lessons" }, "All lessons")),
    );
    heading.focus({ preventScroll: true });
    drawSteps();
  }

  // ---- lessons that the server has not: those of a file or a link, after a reload

  function bringAgain({ missing, problem }) {
    shown = "";
    view.root.classList.add("missing");
    view.footer.hidden = true;
    view.content.replaceChildren(make("p", { class: "problem" }, problem), make("p", {}, make("a", { href: "./lessons" }, "All lessons")));
    setText(view.title, "Lesson");
    const kept = recallInTab(SOURCES + missing);
    if (kept) host.send("bring", { name: missing, ...JSON.parse(kept) });
  }

  function keepSource() {
    const { name, source, isLink } = lesson();
    if (source) rememberInTab(SOURCES + name, JSON.stringify({ source, isLink }));
  }

  scope.listen(view.fold, "click", () => fold(!latest.folded));
  scope.listen(view.leave, "click", () => host.send("go", 0));
  scope.listen(view.next, "click", () => go(neighbor(1)));
  scope.listen(view.back, "click", () => go(isEnd ? number() : neighbor(-1)));
  scope.listen(window, "storage", (event) => {
    if (event.key !== KEY || !header?.lesson || isEnd) return;
    drawSteps();
    release();
    if (parts?.answer && !pending && !isRevising) showAnswer();
  });
  // Another model is measured, and has another map.
  host.onChoice(({ key }) => {
    if (key !== "model" || !header?.lesson) return;
    if (INPUTS[step().prediction?.kind] === makeMapInput) waiting.start(() => host.send("model", Date.now()), 1000);
  }, scope.signal);
  fold(latest.folded);

  return {
    update(message) {
      header = message.header;
      arrays = message.arrays;
      if (header.missing) return bringAgain(header);
      view.root.classList.remove("missing");
      view.footer.hidden = false;
      view.origin.hidden = !lesson().source;
      keepSource();
      const key = JSON.stringify([lesson().name, lesson().fingerprint, number(), header.noMap, arrays.points?.slice(0, 8), header.colors]);
      if (key !== shown) {
        shown = key;
        isEnd = false;
        buildContent();
      }
      drawSteps();
      if (isEnd) showEnd(true);
      if (header.answer && header.answer.id === pending) take(header.answer);
    },
    destroy: scope.end,
  };
}
