// What to ask without a network: the next question of the day, or what is to be read before it.

import { create } from "../../examprep/dom.js";
import { foldAnswers } from "./memories.js";
import { readMore } from "./more.js";
import { byPlace, next } from "./next.js";
import { aboutPack, findToday, readAskable, readForm } from "./pack.js";
import { readNoted } from "./reading.js";

/**
 * @typedef {import("./next.js").Answered & { seconds: number }} Answer
 * @typedef {Answer & { pack: number }} Answered `pack` says which pack was here then: what it tells of cards is of before
 * @typedef {{ html: string } | { says: string, hasMore: boolean }} Asked a page's part to show, or what is said where there
 *   is none, and whether there are questions of later days
 */

/** @type {Asked} */
const NOTHING = {
  says: "These are all the questions this browser has for now. The rest will come when you are back online.",
  hasMore: false,
};
/** @type {Asked} */
const DONE = { says: "Done for today. Tomorrow’s questions are already in this browser.", hasMore: true };

/** As on the page of a kept question. */
const TOP =
  '<header class="top"><a class="link" href="/today/">Stop</a><div class="progress"><p>From this browser</p></div></header>';

/** @param {string} account */
const placeOf = (account) => `answered:${account}`;

/** What was answered here today, or since the pack came, in order of time. @param {string} account @returns {Answered[]} */
export function readAnswered(account) {
  try {
    const all = JSON.parse(localStorage.getItem(placeOf(account)) ?? "[]");
    return Array.isArray(all) ? all : [];
  } catch {
    return [];
  }
}

/** Note an answer, for what is asked when and for the day's minutes; what the pack knows of earlier days is dropped. @param {string} account @param {Answer} answer */
export async function noteAnswered(account, answer) {
  const [about, today] = await Promise.all([aboutPack(account), findToday(account)]);
  const own = about?.at ?? 0;
  const kept = readAnswered(account).filter(({ at, pack }) => pack === own || !today || at >= today.begins);
  const others = kept.filter(({ presentation }) => presentation !== answer.presentation);
  localStorage.setItem(placeOf(account), JSON.stringify([...others, { ...answer, pack: own }]));
}

/** An answer was taken back before it was sent. @param {string} account @param {string} presentation */
export function dropAnswered(account, presentation) {
  const others = readAnswered(account).filter((answer) => answer.presentation !== presentation);
  localStorage.setItem(placeOf(account), JSON.stringify(others));
}

/**
 * What comes next by docs/api.md (“What next, offline”).
 *
 * @param {string} account
 * @param {Promise<import("./answers.js").Document[]>} waiting events that wait to be sent: what was answered or put off in any tab
 * @returns {Promise<Asked>}
 */
export async function askNext(account, waiting) {
  const [events, kept, about, today] = await Promise.all([
    waiting,
    readAskable(account),
    aboutPack(account),
    findToday(account),
  ]);
  if (!about || !today) return NOTHING;
  const done = new Set(events.flatMap(({ presentation, card }) => [presentation, card]));
  for (const card of cardsPutOff(account, about.reading, today.begins)) done.add(card);
  const answered = readAnswered(account);
  const since = answered.filter(({ pack }) => pack === about.at);
  // A spare is for a card that was answered here since: of any other the pack has said when it is asked.
  const again = new Set(since.map(({ card }) => card));
  const entries = kept.filter(({ id, card, spare }) => !done.has(id) && !done.has(card) && (!spare || again.has(card)));
  const ofToday = answered.filter(({ at }) => at >= today.begins);
  const spent = ofToday.reduce((sum, { seconds }) => sum + seconds, 0);
  const memory = /** @type {import("./next.js").Memory & import("./memories.js").Memory} */ (about.memory);
  const cards = foldAnswers(about.memories ?? [], since, memory, about.day, today.date);
  // A card of a later day is due then, or has no room before: until then it is known, and not asked.
  const later = entries.filter(({ day, spare }) => day > today.date && !spare);
  for (const { card } of later) cards.set(card, { S: 1, t: 0, dueAt: Number.POSITIVE_INFINITY, lapses: 0 });
  const more = readMore(account, today.begins);
  const secondsLeft = about.day.minutes * 60 + more - spent;
  const day = { today: today.date, now: Date.now(), secondsLeft, answered: ofToday, cards };
  // Who wants more has what is meant for later days.
  const ahead = more && secondsLeft > 0 ? later.sort(byPlace)[0] : null;
  const chosen = next(entries, day, memory) ?? ahead;
  if (!chosen) return entries.some(({ spare }) => !spare) ? DONE : NOTHING;
  const section = about.reading.find((each) => each.cards.includes(chosen.card));
  if (section) return { html: readFirst(section) };
  const html = await readForm(account, chosen.id);
  // An exam may have been opened meanwhile, which leaves none.
  return html ? { html } : NOTHING;
}

/** The cards of sections that are not to be read today. @param {string} account @param {import("./pack.js").Section[]} reading @param {number} begins */
function cardsPutOff(account, reading, begins) {
  const later = readNoted(account).filter(({ state, at }) => state === "later" && at >= begins);
  return reading.flatMap(({ lesson, section, cards }) =>
    later.some((each) => each.lesson === lesson && each.section === section) ? cards : [],
  );
}

/** The card that sends to a section, as the service's page has it. @param {import("./pack.js").Section} section */
function readFirst({ course, lesson, section, title, seconds }) {
  const href = `/courses/${course}/lessons/${lesson}/sections/${section}/?review`;
  const article = create("article", { className: "card question to-read" });
  const minutes = Math.max(Math.round(seconds / 60), 1);
  const link = create("a", { className: "button", id: "place", href, textContent: "Read" });
  const bar = create("div", { className: "bar" });
  bar.append(link);
  article.append(
    create("p", { className: "quiet small", textContent: `Read first · about ${minutes} min` }),
    create("h1", { id: "to-read", dir: "auto", textContent: title }),
    bar,
  );
  return TOP + article.outerHTML;
}
