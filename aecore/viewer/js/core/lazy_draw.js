// Drawing what is on the screen first: what lies below the fold would hold it up.

const LATER = 250; // ms until what is off the screen is drawn all the same

/**
 * Make what draws in an element: at once if that is on the screen, else when the page has had the time
 * to answer, or as soon as it is scrolled to.
 *
 * @param {Element} element
 */
export function makeLazyDraw(element) {
  let isOff = false;
  /** @type {(() => void) | null} */
  let waiting = null;
  let timer = 0;
  const forget = () => {
    waiting = null;
    clearTimeout(timer);
  };
  const catchUp = () => {
    const draw = waiting;
    forget();
    draw?.();
  };
  const observer = new IntersectionObserver((entries) => {
    isOff = !entries.at(-1).isIntersecting;
    if (!isOff) catchUp();
  });
  observer.observe(element);
  return {
    /** Call `draw`, now or later; only the latest of several is called. */
    draw(draw) {
      forget();
      if (!isOff) return draw();
      waiting = draw;
      timer = setTimeout(catchUp, LATER);
    },
    end() {
      forget();
      observer.disconnect();
    },
  };
}
