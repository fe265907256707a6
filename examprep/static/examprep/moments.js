// When the browser has time for something.

/** What nobody sees is not painted: so long it is waited for, in milliseconds. */
const UNSEEN_MS = 200;
/** On a slow device that does much else a browser may have no idle moment at all: so long it is waited for. */
const BUSY_MS = 2000;

/** Resolves once what was changed is painted. @returns {Promise<void>} */
export function afterPaint() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, UNSEEN_MS);
  });
}

/** Resolves once nothing else is to be done, or after a while in a browser that is never idle. @returns {Promise<void>} */
export function whenIdle() {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: BUSY_MS });
    else setTimeout(resolve, 200);
  });
}
