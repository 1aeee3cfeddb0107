// What is wrong with the layout of a page at the size of its window, `still` if its first screen has no picture.
(still) => {
  const SCROLLS = ".js-plotly-plot, [role=radiogroup], [data-testid=stDataFrame], div:has(> table), pre, .st-key-train_challenges, .st-key-filters_controls";
  const main = document.querySelector("[data-testid=stMain]");
  const all = [];
  const collect = (root) => {
    for (const element of root.querySelectorAll("*")) {
      all.push(element);
      if (element.shadowRoot) collect(element.shadowRoot);
    }
  };
  collect(main);
  const host = (element) => element.getRootNode().host ?? element;
  const inside = (element, selector) => element.closest(selector) ?? host(element).closest(selector);
  const box = (element) => element.getBoundingClientRect();
  const style = (element) => getComputedStyle(element);
  const shown = all.filter(
    (element) => box(element).width > 2 && box(element).height > 2 && element.checkVisibility({ visibilityProperty: true }),
  );
  const name = (element) =>
    `${element.tagName.toLowerCase()} “${(element.ariaLabel ?? element.value ?? element.textContent ?? "").trim().slice(0, 40)}”`;
  const problems = [];
  const report = (what, elements) => problems.push(...elements.slice(0, 5).map((element) => `${what}: ${name(element)}`));

  if (main.scrollWidth > main.clientWidth) problems.push(`wider than the window: ${main.scrollWidth}`);
  report("beyond the edge", shown.filter((element) => box(element).right > innerWidth + 1 && !inside(element, SCROLLS)));

  const targets = "button, a, select, summary, input:not([type=file], [data-testid=stSlider] *)";
  report(
    "smaller than 24 px",
    shown.filter(
      (element) =>
        element.matches(targets) &&
        !element.closest("p, label, td, .hint") &&
        Math.min(box(element).width, box(element).height) < 23.5,
    ),
  );

  const isCut = (element) =>
    element.scrollWidth > element.clientWidth + 1 &&
    (element.matches("input[type=text]") || (style(element).overflowX === "hidden" && element.childElementCount === 0 && element.textContent.trim()));
  report("cut", shown.filter((element) => isCut(element) && !inside(element, `${SCROLLS}, .spoken, .st-key-page_intro, svg`)));

  const range = document.createRange();
  const broken = [];
  for (const element of shown.filter((each) => !inside(each, "svg, pre, code, .spoken"))) {
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE) continue;
      for (const { 0: word, index } of node.data.matchAll(/(?<![\w-])[a-z]{2,25}(?![\w-])/gi)) {
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const rects = [...range.getClientRects()];
        if (rects.some(({ top }) => top > rects[0].bottom - 1)) broken.push(word);
      }
    }
  }
  problems.push(...broken.slice(0, 5).map((word) => `broken word: ${word}`));

  const columns = [...main.querySelectorAll("[data-testid=stColumn]:not([data-testid=stColumn] *, .st-key-train_challenges *)")];
  const beside = columns.filter(
    (column) => !column.parentElement.querySelector("h1") && box(column).width < 0.99 * box(column.parentElement).width,
  );
  if (innerWidth < 1100) {
    report("not stacked", beside);
    if (document.querySelector("[data-testid=stSidebarCollapseButton] [aria-expanded=true]")) problems.push("the sidebar is open");
  }
  const pictures = shown.filter((element) => box(element).width > 30 && element.matches("canvas, img, .js-plotly-plot, .stDataFrame, input[type=range]"));
  if (!still && !pictures.some((element) => box(element).top < innerHeight - 40)) problems.push("no picture on the first screen");
  return problems;
}
