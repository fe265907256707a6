// The questions of a sitting as its page shows them: a section each, and a link each in the navigator.

import { all, find, get } from "../../examprep/dom.js";

export class Slots {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** The numbers of the slots, in the order of the page. */
    this.numbers = all(root, "[data-slot]").map((section) => Number(section.dataset.slot));
    for (const number of this.numbers) this.describe(number);
  }

  /** @param {number} number */
  has(number) {
    return this.numbers.includes(number);
  }

  /** @param {number} number */
  section(number) {
    return get(this.root, `[data-slot="${number}"]`);
  }

  /** @param {number} number */
  form(number) {
    return get(this.section(number), "form", HTMLFormElement);
  }

  /** @param {number} number */
  link(number) {
    return get(this.root, `[data-go="${number}"]`);
  }

  /** @param {number} number */
  isAnswered(number) {
    return this.link(number).classList.contains("answered");
  }

  /** @param {number} number */
  isFlagged(number) {
    return this.link(number).classList.contains("flagged");
  }

  /** How many slots have this mark. @param {"answered" | "flagged" | "failed"} mark */
  count(mark) {
    return all(this.root, `[data-go].${mark}`).length;
  }

  /**
   * Show whether there is an answer.
   *
   * @param {number} number
   * @param {boolean} isAnswered
   */
  markAnswered(number, isAnswered) {
    this.link(number).classList.toggle("answered", isAnswered);
    this.form(number).toggleAttribute("data-answered", isAnswered);
    this.describe(number);
  }

  /**
   * @param {number} number
   * @param {boolean} isFlagged
   */
  markFlagged(number, isFlagged) {
    this.link(number).classList.toggle("flagged", isFlagged);
    this.describe(number);
  }

  /**
   * Say how saving an answer goes.
   *
   * @param {number} number
   * @param {string} text
   * @param {boolean} hasFailed
   */
  showSaving(number, text, hasFailed = false) {
    const line = this.savingLine(number);
    line.textContent = text;
    line.classList.toggle("failed", hasFailed);
    this.link(number).classList.toggle("failed", hasFailed);
    this.describe(number);
  }

  /** The line that says how saving goes. @param {number} number */
  savingLine(number) {
    return get(this.section(number), "[data-saving]");
  }

  /** Say a slot's marks to those who hear the navigator. @param {number} number */
  describe(number) {
    const words = [this.isAnswered(number) ? "answered" : "not answered"];
    if (this.isFlagged(number)) words.push("flagged");
    if (this.link(number).classList.contains("failed")) words.push("not saved");
    const description = find(this.link(number), "[data-said]");
    if (description) description.textContent = `, ${words.join(", ")}`;
  }
}
