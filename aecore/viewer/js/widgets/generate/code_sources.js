// Where sampled codes come from.

import { classOf, inWords, picture } from "../../core/digit.js";
import { numbered } from "../../core/text.js";
import { codeOf } from "../../model/axes.js";
import { rowsOf, sampleFitted, samplePrior, sampleRow } from "../../model/sampling.js";

/**
 * @typedef {import("../../model/network.js").Model} Model
 * @typedef {object} Source
 * @property {string} name
 * @property {boolean} [isByLabel]  Whether a class is chosen
 * @property {boolean} [isAnyOffered]  Whether that may be any class
 * @property {(model: Model) => string} hint
 * @property {(model: Model, label: number | null) => { z: ArrayLike<number>, from?: string }} sample
 */

/** @type {Source[]} */
export const SOURCES = [
  {
    name: "all classes",
    hint: () => inWords("From the normal distribution fitted to the codes of all test digits."),
    sample: (model) => ({ z: sampleFitted(model, rowsOf(model, null)) }),
  },
  {
    name: "one class",
    isByLabel: true,
    hint: () => "From the normal distribution fitted to the codes of one class.",
    sample: (model, label) => ({ z: sampleFitted(model, rowsOf(model, label)), from: picture.noun === "digit" ? `the ${label}s` : classOf(label) }),
  },
  {
    name: "N(0, I)",
    hint: ({ variational }) =>
      variational
        ? "From the standard normal prior, which this model was trained to keep its codes near."
        : "From the standard normal prior. This model was not trained to match this prior, so samples may look wrong.",
    sample: (model) => ({ z: samplePrior(model) }),
  },
  {
    get name() {
      return inWords("a test digit");
    },
    isByLabel: true,
    isAnyOffered: true,
    hint: () => inWords("The code of a digit that the model never saw in training."),
    sample(model, label) {
      const number = sampleRow(rowsOf(model, label));
      return { z: codeOf(model, number), from: inWords(`test digit ${numbered(number, model.labels[number])}`) };
    },
  },
];
