// The day's questions on the device: with keys, to be graded here, and as the page shows them, to be asked offline.

import { fetchOrNull } from "../server.js";
import { forgetQuestions, read, readAll, transact } from "./store.js";

/**
 * @typedef {import("./answers.js").Document} Document
 * @typedef {import("./grading.js").Entry & import("./next.js").Placed & Document} Question
 * @typedef {{ account: string, entry: Question, html: string }} Kept
 * @typedef {{ account: string, since: string, memory: Document, waits: string[] }} About the pack; `waits` are cards to
 *   read for first
 */

const AHEAD = 12;
/** Rules by which students mark themselves, after the service has shown them what to mark by. */
const SELF_MARKED = ["own_rating", "points"];

/**
 * Bring the day's questions up to date, and fetch those that come next as pages show them.
 *
 * @param {string} account
 */
export async function refreshPack(account) {
  /** @type {About | undefined} */
  const before = await read("about", "pack");
  if (before && before.account !== account) await forgetQuestions();
  const since = before?.account === account ? before.since : "";
  const answer = await fetchOrNull(`/api/v1/packs/?days=1&since=${since}`);
  if (!answer?.ok) return;
  await keep(account, await answer.json());
  await fetchPages(account);
}

/** What is known of the pack. @param {string} account @returns {Promise<About | null>} */
export async function aboutPack(account) {
  const about = await read("about", "pack");
  return about?.account === account ? about : null;
}

/** A question of the account's by its id. @param {string} account @param {string} id @returns {Promise<Question | null>} */
export async function readQuestion(account, id) {
  /** @type {Kept | undefined} */
  const kept = await read("questions", id);
  return kept?.account === account ? kept.entry : null;
}

/** What can be asked without a network. @param {string} account @returns {Promise<Kept[]>} */
export async function readAskable(account) {
  /** @type {Kept[]} */
  const all = await readAll("questions");
  const waits = (await aboutPack(account))?.waits ?? [];
  return all.filter((each) => each.account === account && each.html && !waits.includes(each.entry.card));
}

/** @param {string} account @param {Document} pack */
async function keep(account, pack) {
  /** @type {Kept[]} */
  const old = await readAll("questions");
  const known = new Map(old.map((each) => [each.entry.id, each]));
  await transact("readwrite", (store) => {
    const questions = store("questions");
    questions.clear();
    for (const place of pack["kept"]) {
      const each = known.get(place["id"]);
      if (each) questions.put({ ...each, entry: { ...each.entry, ...place } }, place["id"]);
    }
    for (const entry of pack["results"]) questions.put({ account, entry, html: "" }, entry["id"]);
    const waits = pack["reading"].flatMap((/** @type {Document} */ { cards }) => cards);
    store("about").put({ account, since: pack["since"], memory: pack["memory"], waits }, "pack");
  });
}

/** @param {string} account */
async function fetchPages(account) {
  /** @type {Kept[]} */
  const all = await readAll("questions");
  const waits = (await aboutPack(account))?.waits ?? [];
  const asked = all.filter(({ entry }) => !SELF_MARKED.includes(entry.grading["rule"]) && !waits.includes(entry.card));
  const ahead = asked.sort((a, b) => a.entry.position - b.entry.position).slice(0, AHEAD);
  for (const each of ahead.filter(({ html }) => !html)) {
    const address = `/review/?presentation=${each.entry.id}`;
    const answer = await fetchOrNull(address, { headers: { "HX-Request": "true" } });
    if (!answer?.ok || answer.redirected) return;
    const html = await answer.text();
    if (!html.includes(each.entry.id)) continue;
    await transact("readwrite", (store) => store("questions").put({ ...each, account, html }, each.entry.id));
  }
}
