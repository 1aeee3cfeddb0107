// Passes an event of the document on to the server, as a message of its own, and the reply back.

const ears = new WeakMap(); // parent element -> what ends its listening

export function ear({ data, parentElement, setTriggerValue }) {
  ears.get(parentElement)?.abort();
  const host = parentElement.getRootNode().host ?? parentElement;
  // It takes up no room.
  host.closest("[data-testid=stElementContainer]")?.style.setProperty("display", "none");
  const controller = new AbortController();
  ears.set(parentElement, controller);
  const hear = ({ detail }) => setTriggerValue("heard", detail);
  document.addEventListener(data.event, hear, { signal: controller.signal });
  if (data.reply) document.dispatchEvent(new CustomEvent(`${data.event}-reply`, { detail: data.reply }));
  return () => controller.abort();
}
