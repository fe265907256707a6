// Flags for questions to come back to.

import { put } from "../server.js";

export class Flags {
  /**
   * @param {import("./slots.js").Slots} slots
   * @param {HTMLElement} button
   * @param {string} api the sitting's address in the API
   */
  constructor(slots, button, api) {
    this.slots = slots;
    this.button = button;
    this.api = api;
    this.current = slots.numbers[0];
    /** Flags that are not with the server yet, by slot. @type {Map<number, boolean>} */
    this.unsent = new Map();
    button.addEventListener("click", () => this.toggle());
  }

  /** Let the button stand for a slot. @param {number} number */
  show(number) {
    this.current = number;
    this.button.setAttribute("aria-pressed", String(this.slots.isFlagged(number)));
  }

  toggle() {
    const isFlagged = !this.slots.isFlagged(this.current);
    this.slots.markFlagged(this.current, isFlagged);
    this.show(this.current);
    this.unsent.set(this.current, isFlagged);
    this.send(this.current, isFlagged);
  }

  /**
   * Take over what the server says of a slot, unless this page knows better.
   *
   * @param {number} number
   * @param {boolean} isFlagged
   */
  update(number, isFlagged) {
    if (this.unsent.has(number)) return;
    this.slots.markFlagged(number, isFlagged);
    if (number === this.current) this.show(number);
  }

  async sendAll() {
    for (const [number, isFlagged] of this.unsent) await this.send(number, isFlagged);
  }

  /**
   * @param {number} number
   * @param {boolean} isFlagged
   */
  async send(number, isFlagged) {
    const answer = await put(`${this.api}flags/${number}/`, { flagged: isFlagged });
    if (answer?.ok && this.unsent.get(number) === isFlagged) this.unsent.delete(number);
  }
}
