// A double click sends a form once.

const DOUBLE_CLICK_MS = 1000;

/** @type {WeakMap<EventTarget, number>} */
const sent = new WeakMap();

document.addEventListener(
  "submit",
  (event) => {
    if (!event.target) return;
    const last = sent.get(event.target);
    if (last !== undefined && event.timeStamp - last < DOUBLE_CLICK_MS) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else {
      sent.set(event.target, event.timeStamp);
    }
  },
  true,
);
