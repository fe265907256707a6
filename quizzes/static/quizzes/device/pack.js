// The week's questions on the device: with keys, to be graded here, and as the page shows them, to be asked offline.

import { whenIdle } from "../../examprep/moments.js";
import { fetchOrNull } from "../server.js";
import { noteServiceClock } from "./clock.js";
import { dayBegins, studyDate } from "./memory.js";
import { byPlace } from "./next.js";
import { forgetQuestions, placeOf, putAll, read, readAll, readEpoch, readKeys, transact } from "./store.js";

/**
 * @typedef {import("./answers.js").Document} Document
 * @typedef {import("./store.js").Question} Question
 * @typedef {import("./store.js").Place} Place
 * @typedef {{ account: string, entry: Question }} Kept
 * @typedef {{ account: string, html: string }} Form
 * @typedef {{ course: string, lesson: string, section: string, title: string, seconds: number, cards: string[] }} Section
 * @typedef {{ zone: string, rollover: number, kept: import("./memory.js").KeptDay | null, minutes: number }} Day
 *
 * @typedef {object} About the pack
 * @property {string} account
 * @property {string} since
 * @property {number} at when it came, in milliseconds
 * @property {Document} memory
 * @property {import("./memories.js").Stored[]} [memories] of the cards that were reviewed before
 * @property {Section[]} reading what is to be read before the cards that wait for it
 * @property {Day} day when the student's day begins, and how long it is
 */

const DAYS = 7;
/** How often a card may be asked again before there is a new pack. */
const SPARES = 2;
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
    fetchOrNull(`/api/v1/packs/?days=${DAYS}&spares=${SPARES}&since=${since}`),
    fetchOrNull("/api/v1/me/"),
  ]);
  if (!pack?.ok || !me?.ok) return;
  localStorage.setItem(MARK, account);
  await noteServiceClock(me.headers.get("Date"));
  await keep(account, await pack.json(), await me.json(), epoch);
  onKept();
  await fetchForms(account);
}

/** What is known of the pack. @param {string} account @returns {Promise<About | null>} */
export async function aboutPack(account) {
  const about = await read("about", "pack");
  return about?.account === account ? about : null;
}

/** Today's study date, and when it began in milliseconds. @param {string} account */
export async function findToday(account) {
  const about = await aboutPack(account);
  if (!about?.day) return null;
  const { zone, rollover, kept } = about.day;
  const date = studyDate(new Date(), zone, rollover, kept);
  return { date, begins: dayBegins(date, zone, rollover, kept).getTime() };
}

/** A question of the account's by its id. @param {string} account @param {string} id @returns {Promise<Question | null>} */
export async function readQuestion(account, id) {
  /** @type {Kept | undefined} */
  const kept = await read("questions", id);
  return kept?.account === account ? kept.entry : null;
}

/** A question of the account's as its page shows it; "" where the device has it no more. @param {string} account @param {string} id */
export async function readForm(account, id) {
  /** @type {Form | undefined} */
  const form = await read("forms", id);
  return form?.account === account ? form.html : "";
}

/** What can be asked without a network, and is not answered, spares too. @param {string} account @returns {Promise<Place[]>} */
export async function readAskable(account) {
  const [places, ids] = await Promise.all([readAll("places"), readKeys("forms")]);
  const shown = new Set(ids);
  return places.filter((/** @type {Place} */ each) => each.account === account && shown.has(each.id) && !each.answered);
}

/** An answered question is not asked again, until the pack is fetched anew. @param {string} id */
export async function markAnswered(id, answered = true) {
  await transact("readwrite", (store) => {
    // In one: what is removed meanwhile stays away.
    const request = store("places").get(id);
    request.onsuccess = () => {
      if (request.result) store("places").put({ ...request.result, answered }, id);
    };
  });
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
  /** @type {Map<string, Document>} */
  const moved = new Map(pack["kept"].map((/** @type {Document} */ place) => [place["id"], place]));
  /** @type {Question[]} */
  const fresh = pack["results"].flatMap(withSpares);
  const isFresh = new Set(fresh.map(({ id }) => id));
  await ifStill(epoch, (store) => {
    /** @type {IDBRequest<Place[]>} */
    const request = store("places").getAll();
    request.onsuccess = () => {
      /** @type {import("./store.js").Row[]} */
      const places = fresh.map((entry) => [placeOf(account, entry), entry.id]);
      for (const each of request.result) {
        const place = moved.get(each.of ?? each.id);
        if (place && !isFresh.has(each.id)) {
          const { day, position } = place;
          places.push([{ ...each, day, position }, each.id]);
        } else {
          for (const name of /** @type {const} */ (["places", "questions", "forms"])) store(name).delete(each.id);
        }
      }
      putAll(store("places"), places);
      putAll(
        store("questions"),
        fresh.map((entry) => [{ account, entry }, entry.id]),
      );
    };
    /** @type {About} */
    const about = {
      account,
      since: pack["since"],
      at: Date.now(),
      memory: pack["memory"],
      memories: pack["memories"],
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

/** An entry and its spares, each as a question of its own. @param {Document} entry @returns {Document[]} */
function withSpares({ spares = [], ...entry }) {
  const further = spares.map((/** @type {Document} */ spare, /** @type {number} */ at) => ({
    ...entry,
    ...spare,
    of: entry["id"],
    spare: at + 1,
  }));
  return [entry, ...further];
}

/** @param {string} account */
async function fetchForms(account) {
  const epoch = await readEpoch();
  /** @type {[Place[], IDBValidKey[]]} */
  const [places, ids] = await Promise.all([readAll("places"), readKeys("forms")]);
  const shown = new Set(ids);
  const missing = places.filter(({ id }) => !shown.has(id));
  // Spares come last: each is asked after its entry, if at all.
  missing.sort((a, b) => (a.spare ? 1 : 0) - (b.spare ? 1 : 0) || byPlace(a, b));
  for (let at = 0; at < missing.length; at += AT_ONCE) {
    await whenIdle();
    const some = missing.slice(at, at + AT_ONCE);
    const query = some.map(({ id }) => `presentation=${id}`).join("&");
    const answer = await fetchOrNull(`/review/forms/?${query}`);
    if (!answer?.ok || answer.redirected) return;
    /** @type {{ forms: Record<string, string> }} */
    const { forms } = await answer.json();
    /** @type {import("./store.js").Row[]} */
    const rows = Object.entries(forms).map(([id, html]) => [{ account, html }, id]);
    await ifStill(epoch, (store) => putAll(store("forms"), rows));
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
