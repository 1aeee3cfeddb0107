// What the browser remembers between visits; within a sandboxed frame it remembers nothing.

/** Return what was kept by a name; null if there is nothing. */
export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // forbidden here
  }
}

/** Keep a text by a name. */
export function remember(name, text) {
  try {
    localStorage.setItem(name, text);
  } catch {
    // full or forbidden: it is forgotten
  }
}
