// A match set by tap and tap: an entry is marked, a tap or a digit gives it its partner, and the next open one is marked.
// The selects stay in the form, hidden, and carry the answer.

import { all, create, find, get, targetOf } from "../examprep/dom.js";
import { spoken } from "../examprep/math.js";

/**
 * An entry of the left side: its button, and the place that shows the partner it has.
 *
 * @typedef {object} Entry
 * @property {HTMLElement} item
 * @property {HTMLSelectElement} select
 * @property {string} name
 * @property {HTMLButtonElement} button
 * @property {HTMLElement} partner
 * @property {HTMLElement | null} mark its number on the picture, where there is one
 */

/**
 * Put buttons in place of the labels and selects of a match set.
 *
 * @param {HTMLElement} root
 * @param {import("../examprep/announce.js").Announce} announce
 */
export function enhanceMatching(root, announce) {
  const set = new MatchSet(root, announce);
  set.listen();
  set.mark(set.current);
}

class MatchSet {
  /**
   * @param {HTMLElement} root
   * @param {import("../examprep/announce.js").Announce} announce
   */
  constructor(root, announce) {
    this.root = root;
    this.announce = announce;
    this.partners = all(root, "[data-right]");
    this.texts = new Map(this.partners.map((item) => [item.dataset.right ?? "", get(item, ".text")]));
    this.entries = all(root, "[data-left]").map((item) => makeEntry(root, item));
    this.current = this.entries.find(({ select }) => !select.value) ?? this.entries[0];
    for (const entry of this.entries) this.showPartner(entry);
    this.showUsed();
    this.heading = putPartnersLast(root);
    root.classList.add("enhanced");
  }

  listen() {
    for (const entry of this.entries) {
      entry.button.addEventListener("click", () => {
        this.mark(entry);
        this.announce(`${entry.name}: choose its partner`);
      });
      entry.mark?.addEventListener("click", (event) => {
        event.preventDefault();
        entry.button.click();
        entry.button.focus({ preventScroll: true });
        this.heading.parentElement?.scrollIntoView({ block: "nearest" });
      });
      entry.button.addEventListener("keydown", (event) => this.walk(event, entry));
    }
    this.partners.forEach((item, place) => {
      makePartner(item, place).addEventListener("click", () => this.choose(item.dataset.right ?? ""));
    });
    // Arrows work from anywhere in the set, so that a digit and an arrow are all one needs.
    this.root.addEventListener("keydown", (event) => {
      if (!targetOf(event).closest("[data-left]")) this.walk(event, this.current);
    });
  }

  /** Let the next partner be for this entry. @param {Entry} entry */
  mark(entry) {
    this.current = entry;
    for (const other of this.entries) {
      other.button.setAttribute("aria-pressed", String(other === entry));
      other.mark?.classList.toggle("now", other === entry);
    }
    const text = create("b", {});
    text.append(...get(entry.button, ".text").cloneNode(true).childNodes);
    this.heading.replaceChildren("Partner of ", text);
  }

  /** Give the marked entry this partner, or take it off where it has it already. @param {string} right */
  choose(right) {
    const { select, name } = this.current;
    select.value = select.value === right ? "" : right;
    this.showPartner(this.current);
    this.showUsed();
    this.root.dispatchEvent(new Event("answered", { bubbles: true }));
    const following = [...this.entries.slice(this.entries.indexOf(this.current) + 1), ...this.entries];
    const next = following.find((entry) => !entry.select.value);
    const text = this.texts.get(select.value);
    if (text && next) this.mark(next);
    const rest = next ? `Next: ${this.current.name}` : "All matched";
    this.announce(`${name}: ${text ? spoken(text) : "nothing"}. ${rest}`);
  }

  /** @param {Entry} entry */
  showPartner(entry) {
    const text = this.texts.get(entry.select.value);
    entry.partner.replaceChildren(...(text ? text.cloneNode(true).childNodes : ["…"]));
    entry.item.classList.toggle("filled", Boolean(text));
    entry.mark?.classList.toggle("named", Boolean(text));
  }

  showUsed() {
    const used = new Set(this.entries.map(({ select }) => select.value));
    for (const item of this.partners) item.classList.toggle("used", used.has(item.dataset.right ?? ""));
  }

  /**
   * Go up or down from an entry by an arrow key.
   *
   * @param {KeyboardEvent} event
   * @param {Entry} entry
   */
  walk(event, entry) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const other = this.entries.at((this.entries.indexOf(entry) + step) % this.entries.length);
    if (!other) return;
    this.mark(other);
    this.announce(`${other.name}: choose its partner`);
    other.button.focus();
  }
}

/**
 * Put a button in place of an entry's label, and hide its select.
 *
 * @param {HTMLElement} root
 * @param {HTMLElement} item
 * @returns {Entry}
 */
function makeEntry(root, item) {
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
  const mark = find(root, `[data-mark="${item.dataset.left}"]`);
  return { item, select, name, button, partner, mark };
}

/**
 * Whether a text is a formula and nothing else.
 *
 * @param {HTMLElement} text
 */
function isFormula(text) {
  const copy = /** @type {Element} */ (text.cloneNode(true));
  for (const formula of all(copy, ".katex")) formula.remove();
  return copy.textContent?.trim() === "";
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
  if (isFormula(text)) {
    // Of a formula alone not every reader makes a button's name.
    text.ariaHidden = "true";
    button.append(create("span", { className: "visually-hidden", textContent: spoken(text) }));
  }
  return button;
}

/**
 * Put the partners below the entries, under a heading that will say whose partner is chosen. Returns the heading.
 *
 * @param {HTMLElement} root
 */
function putPartnersLast(root) {
  // Readers are told by the announcement, and by the entry that is pressed.
  const heading = create("p", { className: "for", ariaHidden: "true" });
  const side = create("div", { className: "side" });
  side.append(heading, get(root, ".partners"));
  root.append(side);
  return heading;
}
