// What is known of a model.

import { build, make, setBoldText } from "../../core/dom.js";

const VIEW = `
<section>
  <h2>Model card</h2>
  <div ref="remarks"></div>
  <div class="scroll"><table><tbody ref="rows"></tbody></table></div>
</section>`;

/** @type {import("../html.js").Page} */
export function mountCardPage(element) {
  const view = build(VIEW);
  element.append(view.root);
  return ({ header }) => {
    view.remarks.replaceChildren(...header.remarks.map((text) => {
      const line = make("p");
      setBoldText(line, text);
      return line;
    }));
    const facts = Object.entries({ name: header.name, ...header.card });
    view.rows.replaceChildren(...facts.map(([name, text]) => make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, text))));
  };
}
