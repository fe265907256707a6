// Words for those who listen to a page.

/** @typedef {(text: string) => void} Announce */

/**
 * A function that has texts read out by a live region. It is emptied first, so that the same words again are news too.
 *
 * @param {Element} region
 * @returns {Announce}
 */
export function announcer(region) {
  return (text) => {
    region.textContent = "";
    requestAnimationFrame(() => {
      region.textContent = text;
    });
  };
}
