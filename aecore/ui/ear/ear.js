// Passes an event of the document on to the server, as a message of its own.

const ears = new WeakMap(); // parent element -> what ends its listening

export default function ear({ data, parentElement, setTriggerValue }) {
  ears.get(parentElement)?.abort();
  const controller = new AbortController();
  ears.set(parentElement, controller);
  const hear = ({ detail }) => setTriggerValue("heard", detail);
  document.addEventListener(data.event, hear, { signal: controller.signal });
  return () => controller.abort();
}
