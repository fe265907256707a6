// What to ask next without a network: the order of docs/api.md under “What next, offline”.

import { retrievability } from "./memory.js";

/**
 * @typedef {{ id: string, card: string, day: string, position: number, spare?: number }} Placed a question of a pack;
 *   `spare` counts those by which its card is asked again
 * @typedef {{ presentation: string, card: string, rating: number, ratings?: Record<string, number>, at: number }} Answered
 *   `rating` the lowest of `ratings`, those of the cards of pairs or parts by the cards' ids; `at` in milliseconds
 * @typedef {{ S: number, t: number, dueAt: number, lapses: number }} Known of a card: days of stability, study days since
 *   its last review, when it is due in milliseconds, how often it was forgotten
 * @typedef {{
 *   parameters: readonly number[], relearn_minutes: number, relearn_gap: number, max_answers_a_day: number,
 *   leech_lapses: number,
 * }} Memory of the pack
 *
 * @typedef {object} Day
 * @property {string} today the study date
 * @property {number} now in milliseconds
 * @property {number} secondsLeft of the day's minutes
 * @property {Answered[]} answered today, in order of time
 * @property {Map<string, Known>} cards as far as the device knows them
 */

/**
 * The question to ask next; null where there is none now: what is meant for today, what was forgotten and comes back,
 * what else is due, and then what is new. What was answered on an earlier day and is due again comes before what is new.
 *
 * @template {Placed} Entry
 * @param {Entry[]} entries of the pack
 * @param {Day} day
 * @param {Memory} memory
 * @returns {Entry | null}
 */
export function next(entries, day, memory) {
  const { today, now, secondsLeft, answered, cards } = day;
  const done = new Set(answered.map(({ presentation }) => presentation));
  const seen = new Map(answered.map((answer) => [answer.card, answer]));
  const open = firstOfEachCard(entries.filter(({ id }) => !done.has(id)).sort(byPlace));
  const back = open.filter(({ card }) => seen.has(card) && comesBack(card, day, memory));
  const wait = (/** @type {Entry} */ { card }) => seen.get(card)?.at ?? 0;
  const forgotten = back.sort((a, b) => wait(a) - wait(b))[0] ?? null;
  if (secondsLeft <= 0) return forgotten;
  const unseen = open.filter(({ card }) => !seen.has(card));
  const recall = (/** @type {Entry} */ { card }) => {
    const { S = 0, t = 0 } = cards.get(card) ?? {};
    return retrievability(S, t, memory.parameters);
  };
  const isDue = (/** @type {Entry} */ { card }) => (cards.get(card)?.dueAt ?? Number.POSITIVE_INFINITY) <= now;
  const due = unseen.filter(isDue).sort((a, b) => recall(a) - recall(b));
  const meant = unseen.find(({ day, spare }) => day <= today && !spare);
  const again = due.find(({ spare }) => spare);
  return (
    (meant && again && !cards.has(meant.card) ? again : meant) ??
    forgotten ??
    due[0] ??
    unseen.find(({ card }) => !cards.has(card)) ??
    null
  );
}

/** In the order in which they are meant to be asked. @param {Placed} a @param {Placed} b */
export function byPlace(a, b) {
  // Dates sort as they are written: no rules of a language are needed, which take longer.
  return Number(a.day > b.day) - Number(a.day < b.day) || a.position - b.position || (a.spare ?? 0) - (b.spare ?? 0);
}

/**
 * A card has one question at a time: a spare waits until what stands before it is answered.
 *
 * @template {Placed} Entry
 * @param {Entry[]} entries in their order
 */
function firstOfEachCard(entries) {
  /** @type {Map<string, Entry>} */
  const first = new Map();
  for (const entry of entries) if (!first.has(entry.card)) first.set(entry.card, entry);
  return [...first.values()];
}

/**
 * Whether a card that was answered today is asked again: it was forgotten, and its minutes or enough other questions
 * have passed.
 *
 * @param {string} card
 * @param {Day} day
 * @param {Memory} memory
 */
function comesBack(card, { now, answered, cards }, memory) {
  const own = answered.filter((each) => each.card === card);
  const last = own.at(-1);
  if (last?.rating !== 1 || own.length >= memory.max_answers_a_day) return false;
  if ((cards.get(card)?.lapses ?? 0) >= memory.leech_lapses) return false;
  const others = answered.length - 1 - answered.lastIndexOf(last);
  return others >= memory.relearn_gap || now - last.at >= memory.relearn_minutes * 60_000;
}
