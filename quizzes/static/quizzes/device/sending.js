// Sends the answers that wait, from any page or from the worker: all that is done here needs no document.

import { noteServiceClock, restate } from "./clock.js";
import { readSession } from "./session.js";
import { readAll, transact } from "./store.js";

/**
 * @typedef {import("./answers.js").Document} Document
 * @typedef {"online" | "offline" | "login"} Connection `login`: nobody is logged in any more, or somebody else
 * @typedef {{ account: string, event: Document, score: number | null, ahead?: number | null, tried?: boolean }} Waiting
 *   `score` is the device's; null: it gave none. `ahead` is by how many milliseconds the service's clock was ahead then,
 *   where that is known. What was `tried` is sent unchanged
 * @typedef {{ account: string, id: string, was: number | null, is: number | null, detail: string }} News what the service
 *   said of an answer that is not what the device had said: another score, or why it was not taken
 * @typedef {{ connection: Connection, sent: number }} Sent
 * @typedef {{ id: string, status: string, code: string | null, detail: string | null, grade: Document | null }} Result
 */

/** Pages and the worker tell each other by it what has become of answers. */
export const CHANNEL = "examprep-outbox";
export const DEVICE = "device";
const AT_ONCE = 100;
const TIMEOUT_MS = 20_000;

/**
 * Send all that waits and that no page is sending itself; of several tabs one at a time. What cannot be kept is given
 * along.
 *
 * @param {Waiting[]} unkept
 * @returns {Promise<Sent>}
 */
export async function sendWaiting(unkept = []) {
  const send = () => sendAll(unkept);
  return navigator.locks ? navigator.locks.request("examprep-sending", send) : send();
}

/** The answers of an account that wait, in order of time. @param {string} account @returns {Promise<Waiting[]>} */
export async function readWaiting(account) {
  /** @type {Waiting[]} */
  const all = await readAll("waiting");
  const own = all.filter((each) => each.account === account);
  return own.sort((a, b) => a.event["occurred_at"].localeCompare(b.event["occurred_at"]));
}

/** The name of the lock that a page holds while it sends an answer itself. @param {string} id */
export function lockOf(id) {
  return `examprep-answer ${id}`;
}

/** @param {Waiting[]} unkept @returns {Promise<Sent>} */
async function sendAll(unkept) {
  /** @type {Set<string>} */
  const done = new Set();
  let sent = 0;
  let atOnce = AT_ONCE;
  /** @param {Connection} connection */
  const end = (connection) => {
    if (sent) new BroadcastChannel(CHANNEL).postMessage({ type: "sent", sent });
    return { connection, sent };
  };
  for (;;) {
    const session = await readSession();
    if (!session) return end("login");
    const own = unkept.filter(({ account }) => account === session.account);
    const waiting = await leaveOutHeld([...(await readWaiting(session.account)), ...own]);
    const batch = waiting.filter(({ event }) => !done.has(event["id"])).slice(0, atOnce);
    if (!batch.length) return end("online");
    const answer = await postInTime(session.token, batch);
    if ([401, 403].includes(answer?.status ?? 0)) return end("login");
    const results = await readResults(answer, batch);
    if (!results) return end("offline");
    // One that cannot be read holds up no other.
    if (!results.length) atOnce = 1;
    await settle(batch, results, unkept);
    for (const { id } of results) done.add(id);
    sent += results.filter(({ status }) => status !== "rejected").length;
  }
}

/**
 * What became of each event of a batch; none where they are to be sent one by one, null where to be sent again later.
 *
 * @param {Response | null} answer
 * @param {Waiting[]} batch
 * @returns {Promise<Result[] | null>}
 */
async function readResults(answer, batch) {
  if (answer && [400, 413].includes(answer.status)) {
    const detail = "It could not be read.";
    const refused = batch.map(({ event }) => ({
      id: event["id"],
      status: "rejected",
      code: null,
      detail,
      grade: null,
    }));
    return batch.length > 1 ? [] : refused;
  }
  if (!answer?.ok) return null;
  const { results, server_now } = await answer.json().catch(() => ({ results: null }));
  await noteServiceClock(server_now);
  return results;
}

/** What a page is sending itself is its own until it closes. @param {Waiting[]} waiting */
async function leaveOutHeld(waiting) {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  const names = new Set(held.map(({ name }) => name));
  return waiting.filter(({ event }) => !names.has(lockOf(event["id"])));
}

/**
 * Post a batch whose instants are all by the device's clock as it is now, which may have been set since. What the
 * service's says is asked for with nothing to send: a try that may have come through is not to be changed any more.
 *
 * @param {string} token
 * @param {Waiting[]} batch
 */
async function postInTime(token, batch) {
  const dated = batch.filter(({ ahead, tried }) => typeof ahead === "number" && !tried);
  if (dated.length) {
    const answer = await post(token, []);
    if (!answer?.ok) return answer;
    const { server_now } = await answer.json().catch(() => ({ server_now: "" }));
    await restateAll(dated, Date.parse(server_now) - Date.now()).catch(() => {});
  }
  return post(token, batch);
}

/**
 * Restate when answers were given, and keep that before they are tried.
 *
 * @param {Waiting[]} dated
 * @param {number} now by how many milliseconds the service's clock is ahead
 */
async function restateAll(dated, now) {
  /** @type {Waiting[]} */
  const restated = dated.map((waiting) => {
    const occurred_at = restate(waiting.event["occurred_at"], waiting.ahead ?? now, now);
    return { ...waiting, event: { ...waiting.event, occurred_at }, tried: true };
  });
  await transact("readwrite", (store) => {
    for (const each of restated) {
      // What was taken back meanwhile stays away.
      const request = store("waiting").get(each.event["id"]);
      request.onsuccess = () => {
        if (request.result) store("waiting").put(each, each.event["id"]);
      };
    }
  });
  for (const [at, waiting] of dated.entries()) Object.assign(waiting, restated[at]);
}

/** @param {string} token @param {Waiting[]} batch @returns {Promise<Response | null>} */
async function post(token, batch) {
  const body = {
    device: await deviceId(),
    device_now: new Date().toISOString(),
    events: batch.map(({ event }) => event),
  };
  return fetch("/api/v1/reviews/batch/", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => null);
}

/**
 * Forget what the service has, and keep what it said of it that is news.
 *
 * @param {Waiting[]} batch
 * @param {Result[]} results
 * @param {Waiting[]} unkept
 */
async function settle(batch, results, unkept) {
  const byId = new Map(batch.map((each) => [each.event["id"], each]));
  const remove = (/** @type {IDBObjectStore} */ waiting) => {
    for (const { id } of results) waiting.delete(id);
  };
  await transact("readwrite", (store) => {
    remove(store("waiting"));
    for (const result of results) {
      const waiting = byId.get(result.id);
      const news = waiting && newsOf(waiting, result);
      if (news) store("news").put(news, result.id);
    }
  })
    // A device that is full has room for no news.
    .catch(() => transact("readwrite", (store) => remove(store("waiting"))))
    // One that keeps nothing: what is sent again is taken once.
    .catch(() => {});
  const done = new Set(results.map(({ id }) => id));
  unkept.splice(0, unkept.length, ...unkept.filter(({ event }) => !done.has(event["id"])));
}

/** @param {Waiting} waiting @param {Result} result @returns {News | null} */
function newsOf({ account, event, score }, { status, code, detail, grade }) {
  const is = grade && !grade["pending"] ? grade["score"] : null;
  const news = { account, id: event["id"], was: score, is, detail: "" };
  if (status === "rejected") return { ...news, detail: detail ?? "" };
  if (code === "already_answered") {
    return { ...news, detail: "You had answered this question before: the earlier answer counts." };
  }
  return score !== null && is !== null && score !== is ? news : null;
}

/** The UUID of this browser, drawn once. */
async function deviceId() {
  const known = await transact("readonly", (store) => store("about").get(DEVICE)).catch(() => undefined);
  if (known) return known;
  const id = crypto.randomUUID();
  await transact("readwrite", (store) => void store("about").put(id, DEVICE)).catch(() => {});
  return id;
}
