// A lesson in a link's fragment, which no server sees: #lesson= and the text, compressed, as base64url.

const LESSON = "lesson";
const NAME = "name";

/** Return all bytes of a stream, or null where there are more than `most`. */
async function readAll(stream, most) {
  const chunks = [];
  let count = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return new Blob(chunks).arrayBuffer();
    chunks.push(value);
    count += value.length;
    if (count > most) {
      await reader.cancel();
      return null;
    }
  }
}

/** Return the link to a lesson. */
export async function writeLink(source, name, address = location.href) {
  const packed = await readAll(new Blob([source]).stream().pipeThrough(new CompressionStream("deflate")), Infinity);
  const text = btoa(String.fromCharCode(...new Uint8Array(packed)));
  const url = new URL("./lessons", address);
  url.hash = `${LESSON}=${text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}&${NAME}=${name.replace(/^link-/, "")}`;
  return url.href;
}

/**
 * Return the lesson that a fragment carries; null where there is none. One that is damaged or larger than `most`
 * bytes has no text, of which the server says what is wrong.
 */
export async function readLink(hash, most) {
  const found = new URLSearchParams(hash.replace(/^#/, ""));
  const text = found.get(LESSON);
  if (!text) return null;
  const name = found.get(NAME) ?? "";
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
    const content = await readAll(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")), 2 * most);
    return { name, source: content ? new TextDecoder().decode(content) : "x".repeat(most + 1) };
  } catch {
    return { name, source: "The link is damaged: it was cut short or changed." };
  }
}
