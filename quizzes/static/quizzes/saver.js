// Answers on their way to the server: kept in this browser until they are in, sent again until they are.

import { writeResponse } from "./response.js";
import { put } from "./server.js";

/**
 * @typedef {"online" | "offline" | "login"} Connection `login`: the server no longer knows who this is
 * @typedef {import("./response.js").Response | null} Answer
 * @typedef {{ address: string, response: Answer, rev: number }} Entry an answer, where it goes, and the revision it answers to
 *
 * @typedef {object} Listener hears what becomes of answers
 * @property {(connection: Connection) => void} connection
 * @property {(slot: number) => void} saving
 * @property {(slot: number, unread: string) => void} saved `unread` says which of its parts cannot be read
 * @property {(slot: number, message: string) => void} refused the answer cannot be read
 * @property {(slot: number, response: Answer) => void} stale another device has saved since; this was not saved
 * @property {() => void} over the sitting is closed
 */

const RETRY_MS = 2000;

export class Saver {
  /**
   * @param {string} key under which answers are kept in this browser
   * @param {Listener} listener
   */
  constructor(key, listener) {
    this.key = key;
    this.listener = listener;
    /** @type {Connection} */
    this.connection = "online";
    /** By slot. */
    this.waiting = readKept(key);
    /** The newest revision known of each slot. @type {Map<number, number>} */
    this.revs = new Map();
    /** By slot: responses sent without a receipt, each of which may be with the server. @type {Map<number, string[]>} */
    this.unconfirmed = new Map();
    /** @type {Promise<boolean> | null} */
    this.sending = null;
    this.timer = 0;
    addEventListener("online", () => this.send());
  }

  /**
   * Save the answer of a slot in place of an earlier one.
   *
   * @param {number} slot
   * @param {string} address
   * @param {Answer} response
   */
  put(slot, address, response) {
    const rev = this.waiting.get(slot)?.rev ?? this.revOf(slot);
    this.keep(slot, { address, response, rev });
    this.listener.saving(slot);
    return this.send();
  }

  /** The newest revision known of a slot. @param {number} slot */
  revOf(slot) {
    return this.revs.get(slot) ?? 0;
  }

  /** Send what waits. Returns whether all of it is with the server afterwards. */
  send() {
    this.sending ??= this.sendAll().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  /** @returns {Promise<boolean>} */
  async sendAll() {
    clearTimeout(this.timer);
    for (const [slot, entry] of [...this.waiting]) {
      const answer = await this.request(entry);
      if (!answer) {
        this.unconfirmed.set(slot, [...(this.unconfirmed.get(slot) ?? []), writeResponse(entry.response)]);
        this.timer = setTimeout(() => this.send(), RETRY_MS);
        return false;
      }
      await this.settle(slot, entry, answer);
    }
    return this.waiting.size ? this.sendAll() : true;
  }

  /**
   * Take in what the server said of an answer.
   *
   * @param {number} slot
   * @param {Entry} entry
   * @param {globalThis.Response} answer
   */
  async settle(slot, entry, answer) {
    const body = await answer.json().catch(() => ({}));
    const isConflict = answer.status === 409;
    // The newest answer may be nobody else's but an earlier one of this page, whose receipt was lost: send over it.
    const isOwn = isConflict && Boolean(this.unconfirmed.get(slot)?.includes(writeResponse(body.response)));
    this.unconfirmed.delete(slot);
    if (body.rev !== undefined) this.revs.set(slot, body.rev);
    // What was typed meanwhile stays to be sent, over what is saved now.
    const newest = this.waiting.get(slot) ?? entry;
    const sendAgain = isOwn || (!isConflict && newest !== entry);
    this.keep(slot, sendAgain ? { ...newest, rev: body.rev ?? newest.rev } : null);
    if (isOwn) return;
    if (!answer.ok) this.reportRefusal(slot, newest.response, answer.status, body);
    else if (sendAgain) this.listener.saving(slot);
    else this.listener.saved(slot, body.unread ?? "");
  }

  /**
   * @param {number} slot
   * @param {Answer} response
   * @param {number} status
   * @param {{ errors?: Record<string, string[]>, detail?: string }} body
   */
  reportRefusal(slot, response, status, { errors = {}, detail = "" }) {
    const words = Object.values(errors).flat().join(" ");
    if (status === 409) this.listener.stale(slot, response);
    else if (status === 410) this.listener.over();
    else this.listener.refused(slot, words || detail);
  }

  /**
   * The server's answer; null where the entry has to be sent again later.
   *
   * @param {Entry} entry
   */
  async request({ address, response, rev }) {
    const answer = await put(address, { response, rev });
    const connection = connectionBy(answer);
    if (connection !== this.connection) this.listener.connection(connection);
    this.connection = connection;
    return connection === "online" ? answer : null;
  }

  /**
   * Let an answer wait, in this browser too; null forgets it. Each slot by itself, since another tab may keep others.
   *
   * @param {number} slot
   * @param {Entry | null} entry
   */
  keep(slot, entry) {
    if (entry) this.waiting.set(slot, entry);
    else this.waiting.delete(slot);
    try {
      if (entry) localStorage.setItem(`${this.key} ${slot}`, JSON.stringify(entry));
      else localStorage.removeItem(`${this.key} ${slot}`);
    } catch {
      // A browser that keeps nothing: answers are sent all the same.
    }
  }
}

/**
 * @param {globalThis.Response | null} answer
 * @returns {Connection}
 */
function connectionBy(answer) {
  if (!answer || answer.status >= 500 || answer.status === 429) return "offline";
  return [401, 403].includes(answer.status) ? "login" : "online";
}

/**
 * What this browser has kept under a key, by slot.
 *
 * @param {string} key
 * @returns {Map<number, Entry>}
 */
function readKept(key) {
  const kept = readAllKept().filter(([name]) => name.startsWith(`${key} `));
  return new Map(kept.map(([name, entry]) => [Number(name.slice(key.length + 1)), entry]));
}

/** All answers in exams that this browser has kept, by name. @returns {[string, Entry][]} */
export function readAllKept() {
  try {
    const kept = Object.entries(localStorage).filter(([name]) => /^(sitting|round) /.test(name));
    return kept.map(([name, entry]) => [name, JSON.parse(entry)]);
  } catch {
    return [];
  }
}
