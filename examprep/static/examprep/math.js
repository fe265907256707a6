// Formulas arrive as LaTeX in elements of class "math" and are readable as they are; KaTeX typesets them in place.

export function typeset(root) {
  const found = root.matches?.(".math") ? [root] : root.querySelectorAll(".math:not(.set)");
  for (const element of found) {
    const display = element.classList.contains("display");
    window.katex.render(element.textContent, element, { displayMode: display, throwOnError: false, trust: false });
    element.classList.add("set");
  }
}

// The text of an element to be read aloud: a formula that is set holds itself twice, and once more as LaTeX.
export function spoken(element) {
  const copy = element.cloneNode(true);
  for (const formula of copy.querySelectorAll(".katex")) {
    formula.replaceWith(formula.querySelector("annotation")?.textContent ?? formula.textContent);
  }
  return copy.textContent.replace(/\s+/g, " ").trim();
}

// Formulas and tables that are wider than their box are scrolled by keys too; within a button or a label the page is.
export function reach() {
  for (const box of document.querySelectorAll(".math.set, main table")) {
    const wide = box.scrollWidth > box.clientWidth + 1 && !box.closest("button, label, summary, a");
    if (wide) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
