// Formulas arrive set, by KaTeX on the server.

import { all } from "./dom.js";

/**
 * The text of an element to be read aloud: a typeset formula holds itself twice, and once more as LaTeX.
 *
 * @param {Element} element
 */
export function spoken(element) {
  const copy = /** @type {Element} */ (element.cloneNode(true));
  for (const formula of all(copy, ".katex")) {
    formula.replaceWith(formula.querySelector("annotation")?.textContent ?? formula.textContent ?? "");
  }
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** Let keys scroll formulas and tables that are wider than their box; within a button or a label they scroll the page. */
export function makeScrollable() {
  for (const box of all(document, ".math.set, main table")) {
    const isWide = box.scrollWidth > box.clientWidth + 1 && !box.closest("button, label, summary, a");
    if (isWide) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
