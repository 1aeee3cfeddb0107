// The models that lie in the page: each is unpacked when it is first asked for.

import { fromBase85 } from "../../core/base85.js";
import { readMessage, unsortBytes } from "../../core/message.js";
import { makeModel } from "../../model/network.js";

/**
 * @typedef {object} Opened  A model that has been unpacked
 * @property {any} header  What aecore/export/payload.py says of it
 * @property {Record<string, any>} arrays
 * @property {import("../../model/network.js").Model} model
 * @property {Uint8Array} pictures  Gray levels of the first test digits
 */

/** A model whose text cannot be read. */
export class DamagedModel extends Error {}

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const unpack = async (text) => readMessage(unsortBytes(await inflate(fromBase85(text))));

/** @returns {Promise<Opened>} */
async function openModel(name, text) {
  let message;
  let pictures;
  try {
    message = await unpack(text);
    pictures = await (allPictures ??= readPictures());
  } catch {
    throw new DamagedModel(
      `The model ${name} in this file is damaged. Get the file once more, or export it again: python -m aecore export ${name}`,
    );
  }
  const { header, arrays } = message;
  arrays.own_errors = Float32Array.from(arrays.errors).sort();
  return { header, arrays, model: makeModel(header, arrays), pictures };
}

/** @type {Promise<Uint8Array> | null} */
let allPictures = null;

/** Return the gray levels of the first test digits, as many as the page holds. */
async function readPictures() {
  const element = document.querySelector("#pictures");
  return element ? (await unpack(element.textContent)).arrays.pictures : new Uint8Array();
}

/** Find the models of the page. */
export function findModels() {
  const elements = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("script[data-model]")]);
  /** @type {Map<string, Promise<Opened>>} */
  const opened = new Map();
  const names = elements.map((element) => element.dataset.model);
  return {
    list: elements.map(({ dataset: { model: name, dim, noise } }) => ({ name, latent_dim: Number(dim), denoises: Boolean(noise) })),
    names,
    /** Open a model by its name. */
    open(name) {
      if (!opened.has(name)) opened.set(name, openModel(name, elements[names.indexOf(name)].textContent));
      return opened.get(name);
    },
  };
}
