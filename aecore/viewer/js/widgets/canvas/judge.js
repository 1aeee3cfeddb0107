// The model that judges what is drawn, for the canvas, which may show another one. It comes after the first
// screen.

import { withModel } from "../live_model.js";

/** Tells the canvas that the model is there. */
export const JUDGE_EVENT = "aecore-judge";

export const mountJudge = withModel(() => () => document.dispatchEvent(new Event(JUDGE_EVENT)));
