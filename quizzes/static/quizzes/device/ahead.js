// What comes next without a network is looked for while a verdict is read, so that it is there once it is asked for.

import { CHANNEL } from "./sending.js";

/** So long counts what was found, in milliseconds: what was forgotten comes back after minutes. */
const FRESH_MS = 30_000;

/** @template T */
export class Ahead {
  /** @param {() => Promise<T>} search */
  constructor(search) {
    this.search = search;
    /** @type {{ found: Promise<T>, at: number } | null} */
    this.known = null;
    // Another tab has answered, or has opened an exam.
    new BroadcastChannel(CHANNEL).addEventListener("message", () => this.drop());
  }

  look() {
    const found = this.search();
    this.known = { found, at: Date.now() };
    // Whoever takes it hears of it.
    found.catch(() => {});
  }

  drop() {
    this.known = null;
  }

  /** What was found, once; what is found now where nothing was, or long ago. */
  take() {
    const { known } = this;
    this.drop();
    return known && Math.abs(Date.now() - known.at) < FRESH_MS ? known.found : this.search();
  }
}
