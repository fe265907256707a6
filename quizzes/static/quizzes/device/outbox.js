// Answers of a page on their way to the service: kept on the device until the service has them, and sent until it does.

import { aheadBy, CLOCK } from "./clock.js";
import { CHANNEL, lockOf, readWaiting, sendWaiting } from "./sending.js";
import { noteForgottenSession, noteSession, readToken } from "./session.js";
import { readAll, transact } from "./store.js";
import { isNoted, tellNoted } from "./telling.js";

/**
 * @typedef {import("./answers.js").Document} Document
 * @typedef {import("./sending.js").News} News
 * @typedef {import("./sending.js").Waiting} Waiting
 * @typedef {{ connection: import("./sending.js").Connection, waiting: number, unkept: number, sent: number, news: News[] }}
 *   State `unkept` of those that wait are on this page alone; `sent` since the page was opened
 */

/** That there is something to look after: told to every page, which then loads what does (examprep/kept.js). */
const MARK = "outbox";
const SYNC = "examprep-answers";
const RETRY_MS = 5000;

export class Outbox {
  /**
   * @param {string} account whose answers are sent; those of others wait until they are back
   * @param {(state: State) => void} show
   */
  constructor(account, show) {
    this.account = account;
    this.show = show;
    /** @type {State} */
    this.state = { connection: navigator.onLine ? "online" : "offline", waiting: 0, unkept: 0, sent: 0, news: [] };
    /** What the device had no room for. @type {Waiting[]} */
    this.unkept = [];
    /** What this page sends itself, by id: what ends that. @type {Map<string, () => void>} */
    this.held = new Map();
    this.timer = 0;
    this.token = readToken();
    this.noted = this.token.then((token) => noteSession(account, token)).catch(() => {});
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.addEventListener("message", ({ data }) => this.hear(data));
    addEventListener("online", () => this.send());
    addEventListener("offline", () => this.tell({ connection: "offline" }));
    addEventListener("beforeunload", (event) => {
      if (this.unkept.length) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.state.waiting) this.send();
    });
  }

  /**
   * Keep an event; resolves once it is kept, or held by this page where the device has no room.
   *
   * @param {Document} event
   * @param {number | null} score the device's; null where it has none
   */
  async add(event, score) {
    // What the device has graded it has shown the key of: there is no second try.
    const told = score === null ? event : { ...event, key_shown: true };
    const waiting = { account: this.account, event: told, score };
    try {
      const put = (/** @type {(name: import("./store.js").Name) => IDBObjectStore} */ store) => {
        const clock = store("about").get(CLOCK);
        clock.onsuccess = () => store("waiting").put({ ...waiting, ahead: aheadBy(clock.result) }, event["id"]);
      };
      await transact("readwrite", put, "strict");
      mark(true);
    } catch {
      this.unkept.push(waiting);
    }
    if (!this.held.has(event["id"])) await this.refresh();
  }

  /** Leave an event to this page, which sends it itself, until `release` or until the page is closed. @param {string} id */
  hold(id) {
    const held = new Promise((resolve) => this.held.set(id, () => resolve(null)));
    navigator.locks?.request(lockOf(id), () => held);
  }

  /** @param {string} id */
  release(id) {
    this.held.get(id)?.();
    this.held.delete(id);
  }

  /** The service has an event, or does not want it. @param {string} id */
  async remove(id) {
    this.unkept = this.unkept.filter(({ event }) => event["id"] !== id);
    await transact("readwrite", (store) => void store("waiting").delete(id)).catch(() => {});
    this.release(id);
    await this.refresh();
  }

  /** Take back an event that waits; resolves to whether it still did. @param {string} id */
  async takeBack(id) {
    if (!(await this.waiting()).some((event) => event["id"] === id)) return false;
    await this.remove(id);
    return true;
  }

  /** What this page alone has is not wanted. */
  discard() {
    clearTimeout(this.timer);
    this.unkept = [];
  }

  /** The events that wait, in order of time. @returns {Promise<Document[]>} */
  async waiting() {
    const kept = await readWaiting(this.account).catch(() => []);
    return [...kept, ...this.unkept].map(({ event }) => event);
  }

  /** Send what waits; resolves to whether nothing waits any more. */
  async send() {
    clearTimeout(this.timer);
    await this.noted;
    await noteForgottenSession(this.account, await this.token).catch(() => {});
    const { connection } = await sendWaiting(this.unkept).catch(() => ({
      connection: /** @type {const} */ ("offline"),
    }));
    await this.refresh({ connection });
    if (connection === "online" && isNoted(this.account)) await tellNoted(this.account);
    if (this.state.waiting) this.timer = setTimeout(() => this.retry(), RETRY_MS);
    return !this.state.waiting;
  }

  /** A page that nobody looks at leaves it to others. */
  retry() {
    if (document.hidden) this.timer = setTimeout(() => this.retry(), RETRY_MS);
    else this.send();
  }

  /** Count anew what there is, and show it. @param {Partial<State>} more that is news */
  async refresh(more = {}) {
    const [events, all, ofAnybody] = await Promise.all([
      this.waiting(),
      readAll("news").catch(() => []),
      readAll("waiting").catch(() => []),
    ]);
    const waiting = events.filter(({ id }) => !this.held.has(id)).length;
    const news = all.filter(({ account }) => account === this.account);
    if (!ofAnybody.length && !all.length) mark(false);
    if (waiting && !this.state.waiting) askForSync();
    const hasChanged = waiting !== this.state.waiting || news.length !== this.state.news.length;
    this.tell({ ...more, waiting, news, unkept: this.unkept.length });
    if (hasChanged) this.channel.postMessage({ type: "changed" });
  }

  /** What was said of answers has been read. */
  async readNews() {
    const ids = this.state.news.map(({ id }) => id);
    await transact("readwrite", (store) => {
      for (const id of ids) store("news").delete(id);
    });
    await this.refresh();
  }

  /** What another page, or the worker, did. @param {{ type: string, sent?: number, connection?: State["connection"] }} news */
  hear({ type, sent = 0, connection }) {
    if (type === "sent") this.tell({ connection: "online", sent: this.state.sent + sent });
    if (type === "connection" && connection) this.tell({ connection });
    else if (type !== "forget") this.refresh();
  }

  /** @param {Partial<State>} news */
  tell(news) {
    Object.assign(this.state, news);
    this.show(this.state);
  }
}

/** @param {boolean} isThere */
function mark(isThere) {
  try {
    if (isThere) localStorage.setItem(MARK, "1");
    else localStorage.removeItem(MARK);
  } catch {
    // A browser that keeps no marks: the review looks without them.
  }
}

/** Have the worker send when there is a network again, also when no page is open; not every browser can. */
async function askForSync() {
  const worker = await navigator.serviceWorker?.getRegistration();
  // @ts-expect-error TypeScript does not know it.
  await worker?.sync?.register(SYNC).catch(() => {});
}
