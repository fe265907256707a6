// Formulas that a pack has as LaTeX. On a phone a verdict's take longer than all the rest of it: those of the question
// that is shown are set ahead, while it is read, and any other once the verdict is seen.

import { all, create } from "../examprep/dom.js";
import { afterPaint, whenIdle } from "../examprep/moments.js";

/** What was set ahead, by what it was set from. @type {Map<string, string>} */
let ahead = new Map();

/** @param {ParentNode} root */
export async function setFormulas(root) {
  const others = formulasIn(root).filter((formula) => !put(formula, ahead.get(formula.outerHTML)));
  if (!others.length) return;
  await Promise.all([loadKatex(), afterPaint()]);
  for (const formula of others) put(formula, typeset(formula));
}

/** Set formulas of which some are shown soon; of those before nothing is kept. @param {string} html */
export async function setAhead(html) {
  const set = new Map();
  ahead = set;
  const formulas = formulasIn(create("template", { innerHTML: html }).content);
  if (!formulas.length) return;
  await loadKatex();
  for (const formula of formulas) {
    await whenIdle();
    if (ahead !== set) return;
    set.set(formula.outerHTML, typeset(formula));
  }
}

/** @param {ParentNode} root */
function formulasIn(root) {
  return all(root, ".math:not(.set)");
}

/** @param {HTMLElement} formula */
function typeset(formula) {
  const displayMode = formula.tagName === "DIV";
  return window.katex?.renderToString(formula.textContent ?? "", { displayMode, throwOnError: false });
}

/** Whether there was something to put. @param {HTMLElement} formula @param {string | undefined} html */
function put(formula, html) {
  if (html === undefined) return false;
  formula.innerHTML = html;
  formula.classList.add("set");
  return true;
}

/** @type {Promise<void> | undefined} */
let loading;

/** Load what sets formulas; once. */
export function loadKatex() {
  loading ??= new Promise((resolve) => {
    const src = document.querySelector("[data-katex]")?.getAttribute("data-katex") ?? "";
    const script = create("script", { src, onload: () => resolve(), onerror: () => resolve() });
    document.head.append(script);
  });
  return loading;
}
