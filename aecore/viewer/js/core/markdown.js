// Markdown as elements: paragraphs, lists, bold, italics, code and links. A text becomes text nodes alone, so
// that markup in it is shown as it is written.

import { make } from "./dom.js";

const INLINE = /\*\*(.+?)\*\*|\*([^\s*](?:[^*]*[^\s*])?)\*|`([^`]+)`|\[([^\]]+)\]\(([^\s)]+)\)/gs;
const SAFE_LINK = /^(https?:\/\/|mailto:)/i;
const ITEM = /^\s*(?:[-*]|\d+\.)\s+/;

/** @returns {(Node | string)[]} */
function inline(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, found.index));
    end = found.index + found[0].length;
    const [, bold, italic, code, label, target] = found;
    if (bold) nodes.push(make("b", {}, ...inline(bold)));
    else if (italic) nodes.push(make("i", {}, ...inline(italic)));
    else if (code) nodes.push(make("code", {}, code));
    else nodes.push(SAFE_LINK.test(target) ? make("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, label) : label);
  }
  return [...nodes, text.slice(end)];
}

/** Return the lines of a list as its items: a line that begins none continues the one before. */
function itemsOf(lines) {
  const items = [];
  for (const line of lines) {
    if (ITEM.test(line)) items.push(line.replace(ITEM, ""));
    else items.push(`${items.pop()} ${line.trim()}`);
  }
  return items;
}

/** Return a Markdown text as elements. */
export function markdown(text) {
  return text.trim().split(/\n\s*\n/).filter(Boolean).map((block) => {
    const lines = block.split("\n");
    if (!ITEM.test(lines[0])) return make("p", {}, ...inline(lines.join(" ").replace(/^#+\s+/, "")));
    const items = itemsOf(lines).map((item) => make("li", {}, ...inline(item)));
    return make(/^\s*\d/.test(lines[0]) ? "ol" : "ul", {}, ...items);
  });
}
