// When the browser has time for something.

/** What nobody sees is not painted: so long it is waited for, in milliseconds. */
const UNSEEN_MS = 200;

/** Resolves once what was changed is painted. @returns {Promise<void>} */
export function afterPaint() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, UNSEEN_MS);
  });
}

/** Resolves once nothing else is to be done. @returns {Promise<void>} */
export function whenIdle() {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve());
    else setTimeout(resolve, 200);
  });
}
