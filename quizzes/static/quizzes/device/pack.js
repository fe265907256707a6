// The week's questions on the device: with keys, to be graded here, and as the page shows them, to be asked offline.

import { fetchOrNull } from "../server.js";
import { forgetQuestions, putAll, read, readAll, readEpoch, transact } from "./store.js";

/**
 * @typedef {import("./answers.js").Document} Document
 * @typedef {import("./grading.js").Entry & import("./next.js").Placed & Document} Question
 * @typedef {{ account: string, entry: Question, html: string, answered?: boolean }} Kept
 * @typedef {{ course: string, lesson: string, section: string, title: string, seconds: number, cards: string[] }} Section
 * @typedef {{ zone: string, rollover: number, kept: import("./memory.js").KeptDay | null, minutes: number }} Day
 *
 * @typedef {object} About the pack
 * @property {string} account
 * @property {string} since
 * @property {number} at when it was fetched, in milliseconds
 * @property {Document} memory
 * @property {Section[]} reading what is to be read before the cards that wait for it
 * @property {Day} day when the student's day begins, and how long it is
 */

const DAYS = 7;
const AT_ONCE = 40;
/** Whose questions are on the device: told to every page (examprep/kept.js). */
const MARK = "keeper";

/**
 * Bring the week's questions up to date, and fetch them as pages show them.
 *
 * @param {string} account
 * @param {() => void} onKept called as soon as they can be graded here, before the pages are there
 */
export async function refreshPack(account, onKept = () => {}) {
  /** @type {About | undefined} */
  const before = await read("about", "pack");
  if (before && before.account !== account) await forgetQuestions();
  const since = before?.account === account ? before.since : "";
  const epoch = await readEpoch();
  const [pack, me] = await Promise.all([
    fetchOrNull(`/api/v1/packs/?days=${DAYS}&since=${since}`),
    fetchOrNull("/api/v1/me/"),
  ]);
  if (!pack?.ok || !me?.ok) return;
  localStorage.setItem(MARK, account);
  await keep(account, await pack.json(), await me.json(), epoch);
  onKept();
  await fetchForms(account);
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

/** What can be asked without a network, and is not answered. @param {string} account @returns {Promise<Kept[]>} */
export async function readAskable(account) {
  /** @type {Kept[]} */
  const all = await readAll("questions");
  return all.filter((each) => each.account === account && each.html && !each.answered);
}

/** An answered question is not asked again, until the pack is fetched anew. @param {string} id */
export async function markAnswered(id, answered = true) {
  /** @type {Kept | undefined} */
  const kept = await read("questions", id);
  if (kept) await transact("readwrite", (store) => store("questions").put({ ...kept, answered }, id));
}

/** Cards no longer wait for a section that was read. @param {string} account @param {string} lesson @param {string} section */
export async function markRead(account, lesson, section) {
  const about = await aboutPack(account);
  if (!about) return;
  const reading = about.reading.filter((each) => each.lesson !== lesson || each.section !== section);
  await transact("readwrite", (store) => store("about").put({ ...about, reading }, "pack"));
}

/**
 * Keep a pack, unless all questions were removed since it was asked for: a sitting may ask some of them.
 *
 * @param {string} account
 * @param {Document} pack
 * @param {Document} me
 * @param {number} epoch
 */
async function keep(account, pack, me, epoch) {
  /** @type {Kept[]} */
  const old = await readAll("questions");
  const known = new Map(old.map((each) => [each.entry.id, each]));
  const again = pack["kept"].flatMap((/** @type {Document} */ place) => {
    const each = known.get(place["id"]);
    return each ? [[{ ...each, entry: { ...each.entry, ...place } }, place["id"]]] : [];
  });
  const fresh = pack["results"].map((/** @type {Question} */ entry) => [{ account, entry, html: "" }, entry.id]);
  await ifStill(epoch, (store) => {
    const questions = store("questions");
    questions.clear();
    putAll(questions, [...again, ...fresh]);
    /** @type {About} */
    const about = {
      account,
      since: pack["since"],
      at: Date.now(),
      memory: pack["memory"],
      reading: pack["reading"],
      day: dayOf(me),
    };
    store("about").put(about, "pack");
  });
}

/** @param {Document} me the student's settings @returns {Day} */
function dayOf(me) {
  const { time_zone: zone, day_rollover_hour: rollover, kept_day: kept, daily_minutes: minutes } = me;
  return { zone, rollover, kept, minutes };
}

/** @param {string} account */
async function fetchForms(account) {
  const epoch = await readEpoch();
  /** @type {Kept[]} */
  const all = await readAll("questions");
  const missing = all.filter(({ html }) => !html);
  missing.sort((a, b) => a.entry.day.localeCompare(b.entry.day) || a.entry.position - b.entry.position);
  for (let at = 0; at < missing.length; at += AT_ONCE) {
    const some = missing.slice(at, at + AT_ONCE);
    const query = some.map(({ entry }) => `presentation=${entry.id}`).join("&");
    const answer = await fetchOrNull(`/review/forms/?${query}`);
    if (!answer?.ok || answer.redirected) return;
    /** @type {{ forms: Record<string, string> }} */
    const { forms } = await answer.json();
    const shown = some.filter(({ entry }) => forms[entry.id]);
    /** @type {import("./store.js").Row[]} */
    const rows = shown.map((each) => [{ ...each, account, html: forms[each.entry.id] }, each.entry.id]);
    await ifStill(epoch, (store) => putAll(store("questions"), rows));
  }
}

/**
 * Do something to stores if no questions were removed meanwhile.
 *
 * @param {number} epoch
 * @param {(store: (name: import("./store.js").Name) => IDBObjectStore) => void} act
 */
async function ifStill(epoch, act) {
  await transact("readwrite", (store) => {
    const request = store("about").get("epoch");
    request.onsuccess = () => {
      if ((request.result ?? 0) === epoch) act(store);
    };
  });
}
