// Drawing what is on the screen first: what lies below the fold would hold it up.

const LATER = 250; // ms until what is off the screen is drawn all the same

/**
 * Draws in a component's parent element: at once if that is on the screen, else when the page has had
 * the time to answer, or as soon as it is scrolled to.
 */
export function makeSight(parentElement) {
  let isOff = false;
  let waiting = null;
  let timer = 0;
  const catchUp = () => {
    const draw = waiting;
    forget();
    draw?.();
  };
  const observer = new IntersectionObserver((entries) => {
    isOff = !entries.at(-1).isIntersecting;
    if (!isOff) catchUp();
  });
  observer.observe(parentElement.host ?? parentElement); // a shadow root is none
  function forget() {
    waiting = null;
    clearTimeout(timer);
  }
  return {
    /** Call `draw`, now or later; only the latest of several is called. */
    show(draw) {
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
