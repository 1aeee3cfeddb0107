// The card of a first visit: digits that run through encoder, code and decoder.

import { digitAt } from "../../core/digit.js";
import { build, isStill, setProperties, setText } from "../../core/dom.js";
import { makeFrameLoop } from "../../core/frame_loop.js";
import { drawDigit } from "../../core/image.js";
import { models } from "../../core/recent.js";
import { makeScope } from "../../core/scope.js";
import { remember } from "../../core/storage.js";
import { fixed, withArticle } from "../../core/text.js";
import { decode } from "../../model/network.js";

const KEY = "aecore-start"; // in the browser's storage, where the page looks for it
const RUN_MS = 1100; // of a digit from pixels to pixels
const REST_MS = 1500; // until the second one follows by itself; from then on they wait for the visitor
const WAIT_MS = 100; // until it is asked again whether the map is there
const NUMBERS = 3; // of a code that there is room for
const VIEW = `
<div class="live start">
  <button ref="close" type="button" class="close" aria-label="Close this introduction" title="Close">✕</button>
  <p ref="question" class="question"></p>
  <button ref="pipe" type="button" class="pipe">
    <span class="end"><canvas ref="input" role="img"></canvas><small ref="pixels"></small></span>
    <span class="net encoder">encoder</span>
    <span class="middle"><b ref="code"></b><small ref="rest"></small></span>
    <span class="net decoder">decoder</span>
    <span class="end"><canvas ref="output" role="img" aria-label="Decoded from that alone"></canvas><small>another ↻</small></span>
  </button>
</div>`;

/**
 * It shows itself where the page has made room, and reports "standing": only then is it sent pictures.
 *
 * @type {import("../../core/host.js").Mount}
 */
export function mountStartCard(element, host) {
  const { dataset } = document.documentElement;
  if (dataset.startCard === undefined) {
    return { update: ({ header }) => header.stands && host.send("standing", false), destroy() {} };
  }
  const scope = makeScope();
  const view = build(VIEW);
  const loop = makeFrameLoop(scope, draw);
  const timer = scope.makeTimer();
  let told = null; // the latest message
  let number = 0; // of the digit on show
  let begun = 0; // when it set out
  let from = null; // the code that the numbers start from
  let code = null; // room for one
  scope.add(element, view.root);
  scope.onEnd(() => delete dataset.startCard);

  function dismiss() {
    remember(KEY, "off");
    scope.end();
  }

  const codeOf = (i) => told.codes.subarray(i * told.dim, (i + 1) * told.dim);

  /** Report the card once the map is drawn: it comes first. */
  function report() {
    if (host.find("latent_map")?.querySelector(".main-svg")) host.send("standing", true);
    else timer.start(report, WAIT_MS);
  }

  /** Let a digit set out once the map has received the model. */
  function run(next, isFirst = false) {
    const model = models.get(told.hash);
    if (!model) return timer.start(() => run(next, isFirst), WAIT_MS);
    timer.stop();
    from = isFirst ? Float32Array.from(model.mean) : codeOf(number);
    code ??= new Float32Array(model.dim);
    number = next;
    begun = performance.now() - (isStill() ? RUN_MS : 0);
    drawDigit(view.input, digitAt(told.pictures, number));
    setProperties(view.input, { ariaLabel: withArticle(told.labels[number]) });
    loop.request();
    if (isFirst && !isStill()) timer.start(() => run((number + 1) % count()), RUN_MS + REST_MS);
  }

  const count = () => told.codes.length / told.dim;

  function draw() {
    const model = models.get(told.hash);
    if (!model || !code) return;
    const share = Math.min((performance.now() - begun) / RUN_MS, 1);
    const way = Math.max(0, 2 * share - 1); // the encoder comes first
    const to = codeOf(number);
    code.set(to.map((value, i) => from[i] + way * (value - from[i])));
    setText(view.code, Array.from(code.subarray(0, NUMBERS), (value) => fixed(value)).join("\n"));
    drawDigit(view.output, decode(model, code));
    view.pipe.dataset.stage = share === 1 ? "" : way ? "decoder" : "encoder";
    if (share < 1) loop.request();
  }

  scope.listen(view.close, "click", () => {
    dismiss();
    host.send("standing", false);
  });
  scope.listen(view.pipe, "click", () => run((number + 1) % count()));
  const follow = ({ target }) => host.find("start")?.contains(target.closest("a")) && dismiss();
  scope.listen(document, "click", follow, { capture: true });
  return {
    update({ header, arrays }) {
      if (scope.signal.aborted) return;
      if (!told && !header.stands) report();
      setText(view.question, header.question);
      setText(view.pixels, header.pixels);
      setText(view.rest, header.dim > NUMBERS ? `… ${header.dim} numbers` : "");
      const isNew = header.hash !== told?.hash || !told.codes;
      told = { ...header, ...arrays };
      if (!isNew) return;
      code = null;
      delete view.pipe.dataset.stage; // its place is kept until the first digit sets out
      view.pipe.hidden = header.stands && !told.codes;
      if (told.codes) run(0, true);
    },
    destroy: scope.end,
  };
}
