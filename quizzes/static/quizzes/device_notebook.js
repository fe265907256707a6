// Bookmarks and notes without a network: kept in this browser, and saved when it is back.

import { find, get } from "../examprep/dom.js";
import { dropEntry, keepEntry, readNote } from "./device/notebook.js";

/** @typedef {import("./device/notebook.js").Place} Place */

const OF_ITEM = /^(?:\/courses\/([^/]+))?\/notebook\/([^/]+)\//;
const KEPT = "Kept in this browser. It will be saved when you are back online.";
const NO_ROOM = "This browser has no room left. Leave the page open, and try again when you are back online.";

/** Keep what a form of the service's page could not send. @param {HTMLFormElement} form @param {string} account */
export function keepInNotebook(form, account) {
  const [, course = "", item = ""] = OF_ITEM.exec(new URL(form.action).pathname) ?? [];
  const place = { course, item };
  const text = find(form, "textarea", HTMLTextAreaElement);
  if (text) {
    keep(form, () => keepEntry(account, { ...place, text: text.value.trim(), before: text.defaultValue }));
    return;
  }
  const field = get(form, "[name=on]", HTMLInputElement);
  const on = field.value === "1";
  if (!keep(form, () => keepEntry(account, { ...place, on }))) return;
  showBookmark(get(form, "button"), on);
  field.value = on ? "0" : "1";
}

/**
 * Offer bookmark and note beside a verdict of the device, which does not know what there is of them.
 *
 * @param {HTMLElement} card
 * @param {import("./device/pack.js").Question} question
 * @param {string} account
 */
export function offerNotebook(card, question, account) {
  /** @type {Place} */
  const place = { course: question["course"], item: question["item"] };
  const copy = document.importNode(get(document, "#device-notebook", HTMLTemplateElement).content, true);
  const notebook = get(copy, "section");
  const [bookmark, save] = [get(notebook, "#bookmark-button"), get(notebook, "#note button")];
  const text = get(notebook, "textarea", HTMLTextAreaElement);
  text.value = readNote(account, place);
  save.onclick = () => keep(notebook, () => keepEntry(account, { ...place, text: text.value.trim(), before: "" }));
  bookmark.onclick = () => {
    const on = bookmark.ariaPressed !== "true";
    const change = on ? keepEntry : dropEntry;
    if (keep(notebook, () => change(account, { ...place, on: true }))) showBookmark(bookmark, on);
  };
  get(card, ".bar").before(copy);
}

/** Whether something could be kept, which is said. @param {HTMLElement} place @param {() => void} act */
function keep(place, act) {
  const note = find(place, "[role=status]") ?? addNote(place);
  try {
    act();
    note.textContent = KEPT;
    return true;
  } catch {
    note.textContent = NO_ROOM;
    return false;
  }
}

/** @param {HTMLElement} place */
function addNote(place) {
  const note = document.createElement("span");
  note.className = "quiet small";
  note.role = "status";
  place.append(" ", note);
  return note;
}

/** @param {HTMLElement} button @param {boolean} on */
function showBookmark(button, on) {
  button.ariaPressed = String(on);
  button.textContent = on ? "★ Bookmarked" : "☆ Bookmark";
}
