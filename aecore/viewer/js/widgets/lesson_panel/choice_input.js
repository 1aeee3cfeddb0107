// Predictions of one choice, and of a number. An input is `{element, value, set, show}`: `value()` is null
// until there is a prediction, `show` marks the measured answer.

import { build, make } from "../../core/dom.js";
import { brief } from "../../core/text.js";

/** Write a number of a prediction. */
export function withUnit(value, unit) {
  if (unit === "%") return `${brief(value, 3)}%`;
  return `${brief(value, 3)} ${unit}`.trim();
}

export function makeChoiceInput({ prediction, id, onChange }) {
  const element = make("fieldset", { class: "choices" }, make("legend", { class: "spoken" }, "Your prediction"));
  const radios = Object.entries(prediction.choices).map(([key, caption]) => {
    const radio = make("input", { type: "radio", name: id, value: key });
    radio.addEventListener("change", onChange);
    element.append(make("label", {}, radio, make("span", {}, caption)));
    return radio;
  });
  const value = () => radios.find((radio) => radio.checked)?.value ?? null;
  return {
    element,
    value,
    set: (key) => radios.forEach((radio) => (radio.checked = radio.value === key)),
    show(answer) {
      for (const radio of radios) radio.parentElement.classList.toggle("measured", answer?.value === radio.value);
    },
  };
}

const NUMBER = `
<div class="number">
  <label><span ref="name">Your prediction</span> <input ref="field" type="number" step="any" inputmode="decimal" /> <span ref="unit"></span></label>
  <input ref="slider" type="range" />
  <div class="scale" aria-hidden="true">
    <span ref="low"></span><span ref="high"></span>
    <b ref="mark" class="mark" hidden></b>
  </div>
</div>`;

export function makeNumberInput({ prediction, onChange }) {
  const { minimum, maximum, unit } = prediction;
  const view = build(NUMBER);
  const step = 10 ** Math.floor(Math.log10((maximum - minimum) / 100));
  Object.assign(view.field, { min: minimum, max: maximum });
  Object.assign(view.slider, { min: minimum, max: maximum, step });
  view.slider.value = String((minimum + maximum) / 2);
  view.slider.setAttribute("aria-label", `Your prediction${unit ? ` in ${unit}` : ""}, slider`);
  view.unit.textContent = unit;
  view.low.textContent = withUnit(minimum, unit);
  view.high.textContent = withUnit(maximum, unit);
  view.slider.addEventListener("input", () => {
    view.field.value = view.slider.value;
    onChange();
  });
  view.field.addEventListener("input", () => {
    if (view.field.value !== "" && view.field.checkValidity()) view.slider.value = view.field.value;
    onChange();
  });
  return {
    element: view.root,
    value: () => (view.field.value === "" || !view.field.checkValidity() ? null : Number(view.field.value)),
    set(value) {
      if (typeof value !== "number") return;
      view.field.value = view.slider.value = String(value);
    },
    show(answer) {
      const value = answer?.value;
      view.mark.hidden = typeof value !== "number";
      if (view.mark.hidden) return;
      const share = Math.min(Math.max((value - minimum) / (maximum - minimum), 0), 1);
      view.mark.style.left = `calc(8px + ${share} * (100% - 16px))`; // the middles of a slider's thumb
    },
  };
}
