// What the browser remembers: between visits, or as long as a tab is open; within a sandboxed frame nothing.

function read(store, name) {
  try {
    return store().getItem(name);
  } catch {
    return null; // forbidden here
  }
}

function write(store, name, text) {
  try {
    store().setItem(name, text);
  } catch {
    // full or forbidden: it is forgotten
  }
}

const ofVisits = () => localStorage; // where it is forbidden, already to name it fails
const ofTab = () => sessionStorage;

/** Return what was kept by a name; null if there is nothing. */
export const recall = (name) => read(ofVisits, name);

/** Keep a text by a name. */
export const remember = (name, text) => write(ofVisits, name, text);

/** Return what this tab has kept by a name; null if there is nothing. */
export const recallInTab = (name) => read(ofTab, name);

/** Keep a text by a name while the tab is open. */
export const rememberInTab = (name, text) => write(ofTab, name, text);
