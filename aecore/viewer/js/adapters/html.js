// Widgets in one HTML file without a server. This is the only module that knows that page.

import { build, make } from "../core/dom.js";
import { recall, remember } from "../core/storage.js";
import { decode, encode } from "../model/network.js";
import { PIXELS, digitAt, picture, setPicture } from "../core/digit.js";
import { codeOf } from "../model/axes.js";
import { EXAMPLES, digitOf, drawing, exampleStrokes } from "../widgets/canvas/strokes.js";
import { mountCardPage } from "./html/card_page.js";
import { mountComparePage } from "./html/compare_page.js";
import { mountDenoisePage } from "./html/denoise_page.js";
import { mountDigitPage } from "./html/digit_page.js";
import { mountFiltersPage } from "./html/filters_page.js";
import { mountGeneratePage } from "./html/generate_page.js";
import { mountMapPage } from "./html/map_page.js";
import { linkToWidget } from "./html/link.js";
import { DamagedModel, findModels } from "./html/models.js";
import { pinOf, readAddress, writeAddress } from "./html/state.js";

/**
 * @typedef {Record<string, any>} State  What the address says
 * @typedef {object} Shell  What the pages share
 * @property {() => State} state
 * @property {(changes: State) => void} note  Write changes to the address
 * @property {(changes: State) => void} change  Write them, and show the page anew
 * @property {(numbers: number[]) => void} tellSelection  Tell a notebook which test digits are selected
 * @property {() => string[]} colors  Of the classes
 * @property {Uint8Array} palette  Of signed pictures, 255 colors
 * @property {ReturnType<typeof findModels>} models
 * @property {() => Float32Array} digit  The latest that the visitor has drawn or chosen, else an example
 * @property {() => boolean} hasDigit  Whether it is the visitor's
 * @property {(digit: Float32Array | null) => void} setDigit
 * @property {(opened: import("./html/models.js").Opened, row: number) => Float32Array} pictureOf  A test digit
 * @property {(opened: import("./html/models.js").Opened) => string} pictureNote  What those pictures are
 * @property {(element: HTMLElement, on?: Record<string, (value: any) => void>) => import("../core/host.js").Host} makeHost
 *
 * @typedef {(element: HTMLElement, shell: Shell) => (opened: import("./html/models.js").Opened) => void | Promise<void>} Page
 *   Build a page in an element; what is returned shows a model on it.
 */

const THEME_KEY = "aecore-theme"; // in the browser's storage
/** @type {Record<string, { title: string, mount: Page, isOfDigits?: boolean }>} Some are for pictures like MNIST's alone */
const PAGES = {
  map: { title: "Latent space", mount: mountMapPage },
  generate: { title: "Generate", mount: mountGeneratePage },
  digit: { title: "Your digit", mount: mountDigitPage, isOfDigits: true },
  filters: { title: "Filters", mount: mountFiltersPage, isOfDigits: true },
  denoise: { title: "Denoise", mount: mountDenoisePage, isOfDigits: true },
  compare: { title: "Compare", mount: mountComparePage },
  card: { title: "Model card", mount: mountCardPage },
};
/** Of the state, what means nothing to another model. */
const OF_A_MODEL = { z: null, outline: null, view: null };
const VIEW = `
<header class="bar">
  <label class="models">Model <select ref="model" name="model"></select></label>
  <nav ref="pages" aria-label="Pages"></nav>
  <button ref="theme" type="button" aria-label="Switch between a dark and a light page">◐</button>
</header>`;

/** Open the explorer in the page. */
export function openExplorer() {
  const root = /** @type {HTMLElement} */ (document.querySelector("#explorer"));
  const status = document.querySelector("#status");
  if (typeof DecompressionStream === "undefined") {
    status.textContent = "This browser is too old to open the models in this file: use one from 2023 or newer.";
    return;
  }
  const settings = JSON.parse(document.querySelector("#settings").textContent);
  setPicture(settings.picture);
  const pages = Object.keys(PAGES).filter((page) => !PAGES[page].isOfDigits || picture.size === PIXELS);
  const models = findModels();
  const view = build(VIEW);
  const main = make("main");
  /** @type {State} */
  let state = location.hash.length > 1 ? readAddress() : settings.address;
  /** @type {Record<string, { element: HTMLElement, show: ReturnType<Page> }>} */
  const mounted = {};
  /** @type {Float32Array | null} */
  let digit = null;
  /** @type {Float32Array | null} */
  let example = null;
  let calls = 0;
  /** @type {import("./html/models.js").Opened | null} */
  let opened = null;
  const tell = linkToWidget(({ model, z, selection }) => {
    shell.change({
      ...(model && { ...OF_A_MODEL, model }),
      ...(z && { z: z.join() }),
      ...(selection && { outline: null, selected: selection.join() }),
    });
  });

  const themeName = () => document.documentElement.dataset.theme;
  const pageName = () => (pages.includes(state.page) ? state.page : "map");
  const modelName = () => (models.names.includes(state.model) ? state.model : models.names[0]);

  /** @type {Shell} */
  const shell = {
    state: () => state,
    note(changes) {
      state = { ...state, ...changes };
      writeAddress(state);
      tellPlace();
    },
    change(changes) {
      shell.note(changes);
      show();
    },
    tellSelection: (selection) => tell({ selection }),
    colors: () => settings[themeName()],
    palette: Uint8Array.from(settings.palette),
    models,
    digit: () => digit ?? (drawing.all().length ? digitOf(drawing.all()) : (example ??= digitOf(exampleStrokes(EXAMPLES[1])))),
    hasDigit: () => digit !== null || drawing.all().length > 0,
    setDigit: (next) => (digit = next),
    pictureOf({ model, pictures }, row) {
      const levels = digitAt(pictures, row);
      return levels.length ? Float32Array.from(levels, (level) => level / 255) : Float32Array.from(decode(model, codeOf(model, row)));
    },
    pictureNote({ model, pictures }) {
      const count = pictures.length / picture.size;
      if (!count) return "Decoded from their codes: this file holds no pictures of the data set.";
      return count < model.count ? `From no. ${count.toLocaleString("en")} on they are decoded from their codes.` : "";
    },
    makeHost: (element, on = {}) => ({
      send: (name, value) => on[name]?.(value),
      onData() {},
      onChoice() {},
      control: () => null,
      find: (key) => document.querySelector(`[data-key="${key}"]`),
      theme() {
        const style = getComputedStyle(element);
        return { color: style.color, background: style.getPropertyValue("--background-color"), font: style.fontFamily };
      },
    }),
  };

  function setTheme(name) {
    document.documentElement.dataset.theme = name;
  }

  /** While another model opens, the place is neither the one's nor the other's. */
  function tellPlace() {
    if (opened?.header.name === modelName()) tell({ model: opened.header.name, z: pinOf(opened.model, state.z)?.z ?? [] });
  }

  async function show() {
    const call = ++calls;
    main.setAttribute("aria-busy", "true");
    const [page, name] = [pageName(), modelName()];
    view.model.value = name;
    for (const button of view.pages.children) {
      if (button.dataset.page === page) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
    let latest;
    try {
      latest = await models.open(name);
    } catch (error) {
      if (!(error instanceof DamagedModel)) throw error;
      status.textContent = error.message;
      main.hidden = true;
      return;
    }
    if (call !== calls) return; // another one has been asked for
    opened = latest;
    tellPlace();
    status.textContent = "";
    main.hidden = false;
    if (!mounted[page]) {
      const element = make("div");
      main.append(element);
      mounted[page] = { element, show: PAGES[page].mount(element, shell) };
    }
    for (const [each, { element }] of Object.entries(mounted)) element.hidden = each !== page;
    await mounted[page].show(opened);
    main.setAttribute("aria-busy", "false");
  }

  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  setTheme(recall(THEME_KEY) ?? (prefersDark.matches ? "dark" : "light"));
  view.model.append(...models.list.map(({ name, latent_dim: dim }) => make("option", { value: name }, `${name} · ${dim}-D`)));
  view.pages.append(...pages.map((page) => make("button", { type: "button", "data-page": page }, PAGES[page].title)));
  root.append(view.root, main);
  view.model.addEventListener("change", () => shell.change({ ...OF_A_MODEL, model: view.model.value }));
  view.pages.addEventListener("click", ({ target }) => target.dataset.page && shell.change({ page: target.dataset.page }));
  view.theme.addEventListener("click", () => {
    setTheme(themeName() === "dark" ? "light" : "dark");
    remember(THEME_KEY, themeName());
    show();
  });
  prefersDark.addEventListener("change", () => {
    if (recall(THEME_KEY)) return;
    setTheme(prefersDark.matches ? "dark" : "light");
    show();
  });
  addEventListener("hashchange", () => {
    state = readAddress();
    show();
  });

  const nameOf = (model) => {
    const name = model?.name ?? model;
    if (!models.names.includes(name)) throw new RangeError(`There is no model ${name} in this page.`);
    return name;
  };
  /** For who embeds the page; `model` is a name or an entry of `models`. */
  /** @type {any} */ (globalThis).aecore = {
    models: models.list,
    decode: async (model, z) => Float32Array.from(decode((await models.open(nameOf(model))).model, z)),
    encode: async (model, pixels) => Float32Array.from(encode((await models.open(nameOf(model))).model, pixels)),
  };
  show();
}
