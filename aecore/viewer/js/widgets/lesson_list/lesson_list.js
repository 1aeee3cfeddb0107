// The lessons as cards, each with this browser's progress. A lesson in the page's fragment is taken in.

import { build, isPlain, make, setText } from "../../core/dom.js";
import { makeScope } from "../../core/scope.js";
import { makeHandIn } from "../lesson_panel/handin.js";
import { KEY, countFinished, forget, isFinished, progressOf } from "../lesson_panel/progress.js";
import { readLink, writeLink } from "./link.js";

const VIEW = `<ul class="lessons"></ul>`;

/** @type {import("../../core/host.js").Mount} */
export function mountLessonList(element, host) {
  const scope = makeScope();
  const { root } = build(VIEW);
  scope.add(element, root);
  let header = null;
  let taken = ""; // the fragment that was taken in

  /** Return the step to go on with: the first open one that is not finished. */
  function nextOf(lesson, progress) {
    const at = lesson.steps.findIndex((step, i) => step.isOpen && !isFinished(progress, step, i + 1));
    return at < 0 ? 1 : at + 1;
  }

  function makeStart(lesson, progress, finished) {
    const number = nextOf(lesson, progress);
    const text = finished === lesson.steps.length ? "Open again" : progress.step ? "Continue" : "Start";
    const link = make("a", { href: lesson.steps[number - 1].href, class: "start", "aria-label": `${text}: ${lesson.title}` }, text);
    link.addEventListener("click", (event) => {
      if (!isPlain(event)) return;
      event.preventDefault();
      host.send("start", { lesson: lesson.name, step: number });
    });
    return link;
  }

  function makeTools(lesson, progress) {
    const tools = [];
    if (progress.step) {
      const again = make("button", { type: "button", "aria-label": `Start over: ${lesson.title}` }, "Start over");
      again.addEventListener("click", () => {
        if (!confirm(`Forget your answers to “${lesson.title}”?`)) return;
        forget(lesson.name);
        draw();
      });
      tools.push(again);
    }
    if (lesson.source && new TextEncoder().encode(lesson.source).length <= header.mostInLink) {
      const share = make("button", { type: "button" }, "Copy its link");
      share.addEventListener("click", async () => {
        const link = await writeLink(lesson.source, lesson.name);
        const copied = await navigator.clipboard?.writeText(link).then(() => true, () => false);
        setText(share, copied ? "Copied" : "Copy its link");
        if (!copied) prompt("Copy this link:", link);
      });
      tools.push(share);
    }
    return tools;
  }

  function makeCard(lesson) {
    const progress = progressOf(lesson.name);
    const finished = countFinished(progress, lesson.steps);
    const total = lesson.steps.length;
    const card = make(
      "li",
      { class: "card" },
      make("h2", {}, lesson.title),
      ...(lesson.source ? [make("p", { class: "origin" }, lesson.isLink ? "Not from this server: it came with a link." : "Your file, for this visit.")] : []),
      make("p", {}, lesson.summary),
      make("p", { class: "hint" }, `${lesson.minutes} minutes · ${progress.step ? `${finished} of ${total} steps finished` : `${total} steps`}`),
    );
    if (progress.step) card.append(make("progress", { max: total, value: finished, "aria-label": `Progress in ${lesson.title}` }));
    if (lesson.closed) card.append(make("p", { class: "problem" }, lesson.closed));
    else card.append(make("div", { class: "bar" }, makeStart(lesson, progress, finished), ...makeTools(lesson, progress)));
    if (Object.keys(progress.answers).length) {
      card.append(make("details", {}, make("summary", {}, "Hand in"), makeHandIn(lesson, () => progressOf(lesson.name))));
    }
    return card;
  }

  const draw = () => root.replaceChildren(...header.lessons.map(makeCard));

  async function takeLink() {
    if (location.hash === taken) return;
    taken = location.hash;
    const found = await readLink(taken, header.mostInLink);
    if (found) host.send("bring", found);
  }

  scope.listen(window, "storage", (event) => event.key === KEY && header && draw());
  scope.listen(window, "hashchange", takeLink);
  return {
    update(message) {
      header = message.header;
      draw();
      takeLink();
    },
    destroy: scope.end,
  };
}
