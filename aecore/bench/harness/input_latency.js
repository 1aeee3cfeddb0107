// Put into the page before its own scripts: times every drawing that answers a pointer event,
// whatever the page does in between.
globalThis.__bench = (() => {
  const bench = { newest: [], oldest: [] }; // ms, one of each a frame
  let tellFirst; // when the first picture is on the screen, in ms from the start of the navigation
  bench.first = new Promise((done) => (tellFirst = done));
  const afterFrame = new MessageChannel();
  let waiting = []; // time stamps of the pointer events that are not drawn yet
  let isFirstDrawn = false;
  let drawn = []; // and of those that are, but not yet on the screen

  addEventListener("pointermove", (event) => waiting.push(event.timeStamp), { capture: true });

  // A message sent from an animation frame is the first task after that frame's style, layout,
  // paint and commit.
  afterFrame.port1.onmessage = () => {
    const now = performance.now();
    tellFirst(now); // the first call counts
    if (!drawn.length) return;
    bench.newest.push(now - drawn.at(-1));
    bench.oldest.push(now - drawn[0]);
    drawn = [];
  };

  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...values) {
    put.apply(this, values);
    if (!isFirstDrawn) requestAnimationFrame(() => afterFrame.port2.postMessage(0));
    isFirstDrawn = true;
    if (!waiting.length) return;
    if (!drawn.length) afterFrame.port2.postMessage(0);
    drawn.push(...waiting.splice(0));
  };

  bench.restart = () => {
    waiting = [];
    bench.newest = [];
    bench.oldest = [];
  };
  return bench;
})();
