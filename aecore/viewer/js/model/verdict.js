// Say what a picture shows: aecore/recognition/verdict.py, step by step.

import { labelResidual, predictLabel } from "./neighbor_vote.js";
import { NEIGHBORS, nearestCodes } from "./neighbors.js";
import { encode } from "./network.js";

// As in Python, which says what they are.
const MAX_RESIDUAL = 0.465;
const MIN_VOTES = 6;

/**
 * @typedef {object} Verdict
 * @property {"digit" | "undecided" | "no digit"} kind
 * @property {number} label  The likeliest, whatever the kind
 * @property {[number, number][]} counts  How many of the ten nearest have each label, the most frequent first
 */

/**
 * Judge a digit (784 values in 0..1) with the model that decides.
 *
 * @param {import("./network.js").Model} model
 * @returns {Verdict}
 */
export function judge(model, digit) {
  const z = encode(model, digit);
  const { label, counts, residual } = predictLabel(model, z, nearestCodes(model, z, NEIGHBORS).rows);
  const relative = (residual ?? labelResidual(model, z, label)) / model.ownDistances[model.count >> 1] ** 2;
  if (relative >= MAX_RESIDUAL) return { kind: "no digit", label, counts };
  const [, votes] = counts.find(([each]) => each === label);
  return { kind: votes >= MIN_VOTES ? "digit" : "undecided", label, counts };
}
