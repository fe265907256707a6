// Hints without a network: those that the device has of a question are shown one by one, and count with its answer.

import { create, find, get } from "../examprep/dom.js";
import { readForm } from "./device/pack.js";

/**
 * Show the next hint of a form's question, which is returned; where the device has none, say that they need a connection.
 *
 * @param {HTMLFormElement} form
 * @param {string} account
 */
export async function showNextHint(form, account) {
  const place = get(form, ".hints");
  const hints = await readHints(form, account);
  const taken = countShown(form);
  const hint = hints[taken];
  if (!hint) {
    sayItNeedsConnection(place);
    return null;
  }
  hint.tabIndex = -1;
  hint.toggleAttribute("data-hint", true);
  const list = find(place, "ol") ?? create("ol", { ariaLabel: "Hints" });
  list.append(hint);
  place.prepend(list);
  countHints(form, taken + 1);
  const button = get(place, "button");
  if (taken + 1 === hints.length) button.closest("p")?.remove();
  // Without what it costs, which was said before the first.
  else button.parentElement?.replaceChildren(button);
  button.textContent = `Another hint (${taken + 2} of ${hints.length})`;
  return hint;
}

/** How many hints a form's page has shown. @param {ParentNode} form */
export function countShown(form) {
  return form.querySelectorAll(".hints > ol > li").length;
}

/** @param {HTMLFormElement} form @param {string} account */
async function readHints(form, account) {
  const id = find(form, "[name=presentation]", HTMLInputElement)?.value ?? "";
  const html = await readForm(account, id).catch(() => "");
  const page = new DOMParser().parseFromString(html, "text/html");
  const template = find(page, "[data-hints]", HTMLTemplateElement);
  return /** @type {HTMLElement[]} */ (template ? [...document.importNode(template.content, true).children] : []);
}

/** Have the form say so, whoever it is sent by. @param {HTMLFormElement} form @param {number} number */
function countHints(form, number) {
  const field = find(form, "[name=hints_used]", HTMLInputElement) ?? create("input", { type: "hidden" });
  field.name = "hints_used";
  field.value = String(number);
  form.append(field);
}

/** @param {HTMLElement} place */
function sayItNeedsConnection(place) {
  const button = get(place, "button", HTMLButtonElement);
  const note = create("span", { className: "quiet small", role: "status", textContent: "Hints need a connection." });
  button.disabled = true;
  button.after(" ", note);
  addEventListener(
    "online",
    () => {
      button.disabled = false;
      note.remove();
    },
    { once: true },
  );
}
