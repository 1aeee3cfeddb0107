// A dot on a small map that leaves a trail behind.

import { drawLine, fitCanvas } from "../../core/canvas.js";
import { CHOSEN } from "../../core/colors.js";
import { make } from "../../core/dom.js";

const STEP = 3; // px that the dot must move for the trail to grow: drawing costs more than moving

/** Make the dot on a map of `makeMinimap`, which calls `follow`. */
export function makeTrail(minimap) {
  const canvas = make("canvas", { class: "layer", "aria-hidden": "true" });
  const dot = make("span", { class: "dot", hidden: "" });
  const context = canvas.getContext("2d");
  let last = null; // position of the dot
  let end = null; // of the trail, in px
  minimap.element.append(canvas, dot);

  /** Put the dot at a position, or away for null, without a trail. */
  function restart(position) {
    const { width, height } = minimap.size();
    context.clearRect(0, 0, width, height);
    last = end = null;
    dot.hidden = true;
    if (position) move(position);
  }

  /** Move the dot to a position on the axes. */
  function move(position) {
    last = position;
    const place = minimap.placeOf(position);
    if (!place) return;
    const [left, top] = place;
    dot.style.transform = `translate(${left}px, ${top}px)`;
    dot.hidden = false;
    if (end && Math.hypot(left - end[0], top - end[1]) < STEP) return;
    if (end) drawLine(context, [end, place], { strokeStyle: CHOSEN, globalAlpha: 0.5, lineWidth: 2 });
    end = place;
  }

  return {
    move,
    follow() {
      fitCanvas(canvas, 2);
      restart(last);
    },
    clearTrail: () => restart(last),
    clear: () => restart(null),
  };
}
