// Sections of an item's form fold by their headings, and stay folded on this device for items of the same kind. One with an
// error is open.

import { all, create, find } from "../../examprep/dom.js";

const form = find(document, "#item_form", HTMLFormElement);
const KEY = `folded ${find(document, "#preview")?.dataset.itemKind}`;
const folded = new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));

for (const section of form ? all(form, "fieldset.module:not(:has(> details))") : []) {
  const heading = find(section, ":scope > .fieldset-heading");
  const name = heading?.textContent?.trim();
  if (!heading || !name) continue;
  const button = create("button", { type: "button", className: "section-fold", textContent: name });
  button.setAttribute("form", ""); // none: Django's script, which may run later, focuses the first thing of the form
  heading.replaceChildren(button);
  const fold = (/** @type {boolean} */ isFolded) => {
    section.classList.toggle("is-folded", isFolded);
    button.setAttribute("aria-expanded", String(!isFolded));
  };
  fold(folded.has(name) && !find(section, ".errorlist"));
  button.addEventListener("click", () => {
    const isFolded = !section.classList.contains("is-folded");
    fold(isFolded);
    if (isFolded) folded.add(name);
    else folded.delete(name);
    localStorage.setItem(KEY, JSON.stringify([...folded]));
  });
}
