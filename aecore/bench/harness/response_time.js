// Put into the page before its own scripts: times what a control changes on the screen, from the
// visitor's event to the frame that paints the last of it.

globalThis.__answers = (() => {
  const QUIET = 350; // ms without another change: the answer is complete
  const PATIENCE = 20_000; // ms
  const CHANGES = {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ["src", "d", "points", "x", "y", "width", "height", "transform"],
    attributeOldValue: true,
  };
  const afterFrame = new MessageChannel();
  let wanted = null; // {region, type, since, first, last, heard}
  const changed = new Set(); // elements that no frame has painted yet
  const painting = new Set(); // those of the frame that is being painted

  /** Whether a node lies in the region, seen through shadow roots. */
  function within(node, region) {
    for (let at = node; at; at = at.parentNode ?? at.host) {
      if (at.nodeType === Node.ELEMENT_NODE && at.matches(region)) return true;
    }
    return false;
  }

  /** Whether a change is to be seen there: no attribute written again as it was. */
  function counts({ type, target, attributeName, oldValue, addedNodes, removedNodes }) {
    if (type === "attributes" && target.getAttribute(attributeName) === oldValue) return false;
    if (within(target, wanted.region)) return true;
    return [...addedNodes, ...removedNodes].some(
      (node) => node.matches?.(wanted.region) || node.querySelector?.(wanted.region),
    );
  }

  /** Whether an element is to be seen; of one that takes up no room, the place it lies in. */
  function isOnScreen(element) {
    const { left, right, top, bottom, width, height } = element.getBoundingClientRect();
    const outside = element.parentElement ?? element.getRootNode().host;
    if (!(width * height) && outside) return isOnScreen(outside);
    return right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
  }

  /** Note what has changed: nodes of any kind, of which some may have left the document. */
  function change(...nodes) {
    for (const node of nodes) {
      const element = node.host ?? (node instanceof Element ? node : node.parentElement);
      if (element?.isConnected) changed.add(element);
    }
    wanted.heard = performance.now();
    // A message sent from an animation frame is the first task after that frame's paint.
    requestAnimationFrame(() => {
      for (const element of changed) painting.add(element);
      changed.clear();
      afterFrame.port2.postMessage(0);
    });
  }

  afterFrame.port1.onmessage = () => {
    const isSeen = [...painting].some(isOnScreen); // the frame has just been laid out
    painting.clear();
    if (wanted?.since == null || !isSeen) return;
    wanted.last = performance.now() - wanted.since;
    wanted.first ??= wanted.last;
  };

  const observer = new MutationObserver((records) => {
    if (wanted?.since == null) return;
    const seen = records.filter(counts);
    if (seen.length) change(...seen.flatMap(({ target, addedNodes }) => [target, ...addedNodes]));
  });
  observer.observe(document, CHANGES);
  document.addEventListener(
    "load", // of a picture: only then its new source shows
    ({ target }) => {
      if (wanted?.since != null && within(target, wanted.region)) change(target);
    },
    { capture: true },
  );
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (...values) {
    const root = attach.apply(this, values);
    observer.observe(root, CHANGES);
    return root;
  };
  for (const name of ["putImageData", "clearRect", "drawImage"]) {
    const draw = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...values) {
      if (wanted?.since != null && within(this.canvas, wanted.region)) change(this.canvas);
      return draw.apply(this, values);
    };
  }
  for (const type of ["pointerup", "click", "keydown"]) {
    addEventListener(
      type,
      (event) => {
        if (type === wanted?.type) wanted.since ??= event.timeStamp;
      },
      { capture: true },
    );
  }

  return {
    /** From the next event of a type on, watch the places that a selector names. */
    watch(region, type) {
      wanted = { region, type, since: null, first: null, last: null, heard: null };
    },
    /** [ms until the first, ms until the last change was painted]; null if there was none. */
    async answer() {
      const start = performance.now();
      for (;;) {
        await new Promise((done) => setTimeout(done, 25));
        const now = performance.now();
        if (wanted.last !== null && now - wanted.heard > QUIET) break;
        if (now - start > PATIENCE) return null;
      }
      const found = [wanted.first, wanted.last];
      wanted = null;
      return found;
    },
  };
})();
