// Drawing what is on the screen first: what lies below the fold would hold it up.

const LATER = 250; // ms until what is off the screen is drawn all the same

/**
 * Make what draws in an element: at once if that is on the screen, else when the page has had the time
 * to answer, or as soon as it is scrolled to.
 *
 * @param {ReturnType<typeof import("./scope.js").makeScope>} scope  That it ends with
 * @param {Element} element
 */
export function makeLazyDraw(scope, element) {
  let isOff = false;
  /** @type {(() => void) | null} */
  let waiting = null;
  const timer = scope.makeTimer();
  const catchUp = () => {
    const draw = waiting;
    waiting = null;
    draw?.();
  };
  const observer = new IntersectionObserver((entries) => {
    isOff = !entries.at(-1).isIntersecting;
    if (!isOff) catchUp();
  });
  observer.observe(element);
  scope.onEnd(() => observer.disconnect());
  return {
    /** Call `draw`, now or later; only the latest of several is called. */
    draw(draw) {
      waiting = draw;
      if (isOff) timer.start(catchUp, LATER);
      else catchUp();
    },
  };
}
