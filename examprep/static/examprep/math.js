// Formulas arrive as LaTeX in elements of class "math" and are readable as they are; KaTeX typesets them in place.

export function typeset(root) {
  const found = root.matches?.(".math") ? [root] : root.querySelectorAll(".math:not(.set)");
  for (const element of found) {
    const display = element.classList.contains("display");
    window.katex.render(element.textContent, element, { displayMode: display, throwOnError: false, trust: false });
    element.classList.add("set");
  }
}
