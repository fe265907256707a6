// Formulas arrive as LaTeX in elements of class "math" and are readable as they are; KaTeX typesets them in place.

import { all } from "./dom.js";

/**
 * Typeset the formulas of an element that are not typeset yet.
 *
 * @param {Element} root
 */
export function typeset(root) {
  const formulas = root instanceof HTMLElement && root.matches(".math") ? [root] : all(root, ".math:not(.set)");
  for (const formula of formulas) {
    const displayMode = formula.classList.contains("display");
    window.katex.render(formula.textContent ?? "", formula, { displayMode, throwOnError: false, trust: false });
    formula.classList.add("set");
  }
}

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
