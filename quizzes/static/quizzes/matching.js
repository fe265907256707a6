// A match set by tap and tap: an entry is marked, a tap or a digit gives it its partner, and the next open one is marked.
// The selects stay in the form, hidden, and carry the answer.

import { all, create, get } from "../examprep/dom.js";
import { spoken } from "../examprep/math.js";

/**
 * @typedef {{ item: HTMLElement, select: HTMLSelectElement, name: string, button: HTMLButtonElement, partner: HTMLElement }}
 *   Entry an entry of the left side: its button, and the place that shows the partner it has
 */

/**
 * @param {HTMLElement} root
 * @param {import("../examprep/announce.js").Announce} announce
 */
export function enhanceMatching(root, announce) {
  const partners = all(root, "[data-right]");
  const entries = all(root, "[data-left]").map(makeEntry);
  const texts = new Map(partners.map((item) => [item.dataset.right ?? "", get(item, ".text")]));
  let current = entries.find(({ select }) => !select.value) ?? entries[0];

  for (const entry of entries) {
    entry.button.addEventListener("click", () => mark(entry));
    entry.button.addEventListener("keydown", (event) => walk(event, entry));
    showPartner(entry);
  }
  partners.forEach((item, place) => {
    makePartner(item, place).addEventListener("click", () => choose(item.dataset.right ?? ""));
  });
  root.classList.add("enhanced");
  mark(current, { quietly: true });
  showUsed();

  // Arrows work from anywhere in the set, so that a digit and an arrow are all one needs.
  root.addEventListener("keydown", (event) => {
    if (event.target instanceof Element && !event.target.closest("[data-left]")) walk(event, current);
  });

  /**
   * @param {Entry} entry
   * @param {{ quietly?: boolean }} options
   */
  function mark(entry, { quietly = false } = {}) {
    current = entry;
    for (const other of entries) other.button.setAttribute("aria-pressed", String(other === entry));
    if (!quietly) announce(`${entry.name}: choose its partner`);
  }

  /** Give the marked entry this partner, or take it off where it has it already. @param {string} right */
  function choose(right) {
    const { select, name } = current;
    select.value = select.value === right ? "" : right;
    showPartner(current);
    showUsed();
    root.dispatchEvent(new Event("answered", { bubbles: true }));
    const following = [...entries.slice(entries.indexOf(current) + 1), ...entries];
    const next = following.find((entry) => !entry.select.value);
    const text = texts.get(select.value);
    if (text && next) mark(next, { quietly: true });
    announce(`${name}: ${text ? spoken(text) : "nothing"}. ${next ? `Next: ${current.name}` : "All matched"}`);
  }

  /** @param {Entry} entry */
  function showPartner(entry) {
    const text = texts.get(entry.select.value);
    entry.partner.replaceChildren(...(text ? text.cloneNode(true).childNodes : ["…"]));
    entry.item.classList.toggle("filled", Boolean(text));
  }

  function showUsed() {
    const used = new Set(entries.map(({ select }) => select.value));
    for (const item of partners) item.classList.toggle("used", used.has(item.dataset.right ?? ""));
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Entry} entry
   */
  function walk(event, entry) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const other = entries[(entries.indexOf(entry) + step + entries.length) % entries.length];
    mark(other);
    other.button.focus();
  }
}

/**
 * Put a button in place of an entry's label, and hide its select.
 *
 * @param {HTMLElement} item
 * @returns {Entry}
 */
function makeEntry(item) {
  const select = get(item, "select", HTMLSelectElement);
  const name = spoken(get(item, ".text"));
  select.hidden = true;
  const button = create("button", { type: "button", className: "option left" });
  const text = create("span", { className: "text" });
  const partner = create("span", { className: "given" });
  const label = get(item, "label");
  text.append(...label.childNodes);
  label.replaceWith(button);
  button.append(text, partner);
  return { item, select, name, button, partner };
}

/**
 * Put a button in place of a partner's text, with the digit that chooses it.
 *
 * @param {HTMLElement} item
 * @param {number} place
 */
function makePartner(item, place) {
  const text = get(item, ".text");
  const button = create("button", { type: "button", className: "option right" });
  const digit = create("kbd", { ariaHidden: "true", textContent: String(place + 1) });
  text.replaceWith(button);
  button.append(text, digit);
  return button;
}
