// When the browser has time for something.

/** Resolves once what was changed is painted. @returns {Promise<void>} */
export function afterPaint() {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/** Resolves once nothing else is to be done. @returns {Promise<void>} */
export function whenIdle() {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve());
    else setTimeout(resolve, 200);
  });
}
