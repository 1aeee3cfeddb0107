// Colors that mean one thing in all widgets; style sheets repeat them.

export const CHOSEN = "#e8196a"; // what the visitor points at, pins, draws or predicts
export const MEASURED = "#0f8a7e"; // the answer beside it
