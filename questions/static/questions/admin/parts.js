// Parts of an item's form: added from the template of their kind, removed, moved. Their numbers only have to differ; their
// order is that of the page.

import { all, find, get, targetOf } from "../../examprep/dom.js";
import { startPlaces } from "./places.js";
import { startTables } from "./tables.js";

const NUMBER = /-(\d+)-kind$/;

document.addEventListener("click", (event) => {
  const button = targetOf(event);
  const parts = button.closest("[data-parts]");
  if (!(parts instanceof HTMLElement) || !(button instanceof HTMLButtonElement)) return;
  if (change(parts, button)) parts.dispatchEvent(new Event("change", { bubbles: true }));
});

/**
 * Do what the button says; whether it is one of the parts'.
 *
 * @param {HTMLElement} parts
 * @param {HTMLButtonElement} button
 */
function change(parts, button) {
  const part = button.closest("[data-part]");
  if ("partAdd" in button.dataset) {
    const first = find(add(parts), "input:not([type=hidden]), textarea");
    first?.focus();
  } else if ("partUp" in button.dataset && part) {
    part.previousElementSibling?.before(part);
    button.focus();
  } else if ("partDown" in button.dataset && part) {
    part.nextElementSibling?.after(part);
    button.focus();
  } else if ("partRemove" in button.dataset && part) {
    part.remove();
    get(parts, "[data-part-add]").focus();
  } else {
    return false;
  }
  return true;
}

/**
 * Add a part of the chosen kind at the end.
 *
 * @param {HTMLElement} parts
 */
function add(parts) {
  const kind = get(parts, "[data-kind-of-next]", HTMLSelectElement).value;
  const numbers = all(parts, "[name$='-kind']").map((field) =>
    Number(NUMBER.exec(field.getAttribute("name") ?? "")?.[1]),
  );
  const number = String(Math.max(-1, ...numbers) + 1);
  const template = get(parts, `template[data-kind="${kind}"]`, HTMLTemplateElement);
  const list = get(parts, ".part-list");
  list.insertAdjacentHTML("beforeend", template.innerHTML.replaceAll("__part__", number));
  const part = get(list, "[data-part]:last-child");
  startPlaces(part);
  startTables(part);
  return part;
}
