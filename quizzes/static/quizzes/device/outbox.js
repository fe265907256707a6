// Answers that wait to be sent: kept on the device until the service has them, and sent again until it does.

import { post } from "../server.js";
import { readAll, transact } from "./store.js";

/**
 * @typedef {import("./answers.js").Document} Document
 * @typedef {{ account: string, event: Document }} Waiting
 * @typedef {{ connection: "online" | "offline" | "login", waiting: number, sent: number, refused: string[] }} State
 *   `sent` and `refused` since the page was opened; those that are refused with what the service said
 */

const AT_ONCE = 100;
const RETRY_MS = 5000;
const DEVICE = "device";

export class Outbox {
  /**
   * @param {string} account whose answers are sent; those of others wait until they are back
   * @param {(state: State) => void} show
   */
  constructor(account, show) {
    this.account = account;
    this.show = show;
    /** @type {State} */
    this.state = { connection: "online", waiting: 0, sent: 0, refused: [] };
    /** @type {Promise<boolean> | null} */
    this.sending = null;
    this.timer = 0;
    addEventListener("online", () => this.send());
  }

  /** Keep an event; resolves once it is kept. @param {Document} event */
  async add(event) {
    await transact("readwrite", (store) => store("waiting").put({ account: this.account, event }, event["id"]));
    this.tell({ waiting: (await this.waiting()).length });
  }

  /** The events that wait, in order of time. @returns {Promise<Document[]>} */
  async waiting() {
    /** @type {Waiting[]} */
    const kept = await readAll("waiting");
    const own = kept.filter(({ account }) => account === this.account).map(({ event }) => event);
    return own.sort((a, b) => a["occurred_at"].localeCompare(b["occurred_at"]));
  }

  /** Send what waits; resolves to whether nothing waits any more. */
  send() {
    this.sending ??= this.sendAll().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  /** @returns {Promise<boolean>} */
  async sendAll() {
    clearTimeout(this.timer);
    const events = (await this.waiting()).slice(0, AT_ONCE);
    if (!events.length) return true;
    const answer = await post("/api/v1/reviews/batch/", {
      device: deviceId(),
      device_now: new Date().toISOString(),
      events,
    });
    if (!answer?.ok) {
      this.tell({ connection: [401, 403].includes(answer?.status ?? 0) ? "login" : "offline" });
      this.timer = setTimeout(() => this.send(), RETRY_MS);
      return false;
    }
    /** @type {{ results: { id: string, status: string, detail: string | null }[] }} */
    const { results } = await answer.json();
    await transact("readwrite", (store) => {
      for (const { id } of results) store("waiting").delete(id);
    });
    const refused = results.filter(({ status }) => status === "rejected").map(({ detail }) => detail ?? "");
    this.tell({
      connection: "online",
      waiting: (await this.waiting()).length,
      sent: this.state.sent + results.length - refused.length,
      refused: [...this.state.refused, ...refused],
    });
    return this.sendAll();
  }

  /** @param {Partial<State>} news */
  tell(news) {
    Object.assign(this.state, news);
    this.show(this.state);
  }
}

/** The UUID of this browser, drawn once. */
function deviceId() {
  const id = localStorage.getItem(DEVICE) ?? crypto.randomUUID();
  localStorage.setItem(DEVICE, id);
  return id;
}
