// What the drawing is, in words and bars: judged by the model that can tell, whichever is on show.

import { picture } from "../../core/digit.js";
import { make } from "../../core/dom.js";
import { models } from "../../core/recent.js";
import { labelsText, votesText, withArticle } from "../../core/text.js";
import { countLabels } from "../../model/neighbor_vote.js";
import { judge } from "../../model/verdict.js";
import { JUDGE_EVENT } from "./judge.js";

const CLAIMS = {
  digit: (label) => `This looks like ${withArticle(label)}.`,
  undecided: () => "Undecided.",
  "no digit": () => "This does not look like a digit.",
};
const SIGNS = { undecided: "?", "no digit": "–" }; // in place of the label

const nearestText = (counts, label) => `of the nearest test digits, ${votesText(counts, label)}.`;

/** Make the line of five elements, which it fills after the frame that draws the digit. */
export function makeVerdictLine(scope, { verdict, numeral, claim, votes, bars }) {
  let shown = null; // {model, name} on show
  let judgeName = null; // {hash, name} of the model that judges; null where it cannot be had
  let colors = [];
  let judging = null; // that model, once it is there
  let isDigit = true; // or another picture
  let last = null; // what was judged last
  const timer = scope.makeTimer();
  scope.listen(document, JUDGE_EVENT, () => last && write());

  function write() {
    if (!isDigit) return writeNearest();
    judging ??= models.get(judgeName?.hash);
    const { digit, nearest } = last;
    if (judging) writeVerdict(judge(judging, digit));
    else fill("", "", "", `In the latent space of ${shown.name}, ${nearestText(countLabels(shown.model, nearest))}`);
  }

  /** Write the labels nearest to a picture that is no digit: nobody judges it. */
  function writeNearest() {
    const counts = countLabels(shown.model, last.nearest);
    const title = `Labels of the nearest test ${picture.nouns}`;
    if (picture.isLabeled) fill("nearest", "", title, `${labelsText(counts)}, in the latent space of ${shown.name}.`);
    else fill("nearest", "", "Reconstructed from its latent code alone.", "");
  }

  function writeVerdict({ kind, label, counts }) {
    const why =
      kind === "no digit" ? `even the ${label}s nearest to it do not resemble it.` : nearestText(counts, label);
    const text = judging === shown.model ? why[0].toUpperCase() + why.slice(1) : `Judged by ${judgeName.name}: ${why}`;
    fill(kind, SIGNS[kind] ?? label, CLAIMS[kind](label), text);
    if (kind === "undecided") bars.append(...counts.map(barOf));
  }

  function fill(kind, sign, title, text) {
    verdict.dataset.kind = kind;
    numeral.textContent = sign;
    claim.textContent = title;
    votes.textContent = text;
    bars.replaceChildren();
  }

  /** Make the bar of a label: as long as there are digits of it among the nearest. */
  function barOf([label, count]) {
    const bar = make("span", {}, label);
    bar.style.flexGrow = count;
    bar.style.borderColor = colors[label];
    return bar;
  }

  return {
    follow(model, name, settings) {
      shown = { model, name };
      ({ colors, judge: judgeName } = settings);
      isDigit = !settings.paper;
    },
    /** Judge a digit, given the rows of the codes nearest to its own by the model on show. */
    show(digit, nearest) {
      last = { digit, nearest };
      timer.start(write, 0);
    },
    clear(title) {
      timer.stop();
      last = null;
      fill("", "", title, "");
    },
  };
}
