// What the server says meanwhile: answers from other tabs and devices, more time, the end.

import { fetchOrNull, millisecondsLeft, pause } from "../server.js";

/** @typedef {import("../server.js").SittingState} SittingState */

const LOOK_EVERY_MS = 20_000;
const FLUSH_WITHIN_MS = 4000;
const ASK_EVERY_MS = 1000;

export class Watch {
  /**
   * @param {string} api the sitting's address in the API
   * @param {Element} status where the page says how things are
   * @param {import("./questions.js").Questions} questions
   * @param {import("./flags.js").Flags} flags
   */
  constructor(api, status, questions, flags) {
    this.api = api;
    this.status = status;
    this.questions = questions;
    this.autosave = questions.autosave;
    this.flags = flags;
    this.isOver = false;
    /** @type {import("../clock.js").Clock | null} */
    this.clock = null;
  }

  /** Look regularly, and whenever somebody comes back to the page. @param {import("../clock.js").Clock} clock */
  start(clock) {
    this.clock = clock;
    setInterval(() => this.look(), LOOK_EVERY_MS);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.autosave.flush();
      else this.look();
    });
    addEventListener("pagehide", () => this.autosave.flush());
    addEventListener("online", () => this.look());
  }

  /** Take over what has changed. */
  async look() {
    if (this.isOver) return;
    await this.flags.sendAll();
    const sitting = await this.fetchSitting();
    if (!sitting || this.isOver) return;
    if (sitting.state !== "open") return location.reload();
    this.clock?.set(millisecondsLeft(sitting));
    for (const { slot, rev, flagged } of sitting.slots) {
      if (rev > this.autosave.saver.revOf(slot) && !this.autosave.isPending(slot)) this.questions.refresh(slot);
      this.flags.update(slot, flagged);
    }
  }

  /** By this page's clock the time is over. The server's decides: it may have given more, or it closes the sitting. */
  async finish() {
    if (this.isOver) return;
    this.isOver = true;
    this.status.textContent = "Time is up. Handing in …";
    await Promise.race([this.autosave.flush(), pause(FLUSH_WITHIN_MS)]);
    for (;;) {
      const answer = await fetchOrNull(this.api);
      /** @type {SittingState | null} */
      const sitting = answer?.ok ? await answer.json() : null;
      const left = sitting ? millisecondsLeft(sitting) : 0;
      if (sitting?.state === "open" && left > 1000) return this.goOn(left);
      if (answer && sitting?.state !== "open") return location.replace(location.pathname);
      if (!answer) {
        this.status.textContent =
          "Time is up. What was saved by then counts. The result follows once you are back online.";
      }
      await pause(ASK_EVERY_MS);
    }
  }

  /** @param {number} milliseconds */
  goOn(milliseconds) {
    this.isOver = false;
    this.clock?.set(milliseconds);
    this.status.textContent = "You have more time.";
  }

  /** @returns {Promise<SittingState | null>} */
  async fetchSitting() {
    const answer = await fetchOrNull(this.api);
    return answer?.ok ? answer.json() : null;
  }
}
