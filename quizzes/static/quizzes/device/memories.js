// What a device knows of cards: as the pack had them, and moved by what was answered here since.

import { addDays, dayBegins, daysBetween, interval, step, studyDate } from "./memory.js";

/**
 * @typedef {import("./next.js").Known} Known
 * @typedef {{
 *   card: string, stability: number, difficulty: number, lapses: number, last_review_on: string, due_at: string,
 * }} Stored of a pack: a card that was reviewed before
 * @typedef {{
 *   parameters: readonly number[], desired_retention: number, max_interval_days: number, relearn_minutes: number,
 *   leech_lapses: number, leech_rest_days: number,
 * }} Memory of the pack
 * @typedef {{ zone: string, rollover: number, kept?: import("./memory.js").KeptDay | null }} Clock when study days begin
 * @typedef {import("./memory.js").State & { on: string, dueAt: number, lapses: number }} Remembered `on` the study day
 *   of its last review
 */

/**
 * The cards that were reviewed, by their ids.
 *
 * @param {Stored[]} stored as the pack has them
 * @param {import("./next.js").Answered[]} answered since the pack came, in order of time
 * @param {Memory} memory
 * @param {Clock} clock
 * @param {string} today the study date
 * @returns {Map<string, Known>}
 */
export function foldAnswers(stored, answered, memory, clock, today) {
  /** @type {Map<string, Remembered>} */
  const cards = new Map(
    stored.map(({ card, stability, difficulty, lapses, last_review_on, due_at }) => [
      card,
      { S: stability, D: difficulty, on: last_review_on, dueAt: Date.parse(due_at), lapses },
    ]),
  );
  for (const answer of answered) {
    const { card, at, rating, ratings = { [card]: rating } } = answer;
    for (const [each, own] of Object.entries(ratings)) {
      cards.set(each, review(cards.get(each) ?? null, at, own, memory, clock));
    }
  }
  const known = [...cards].map(([card, { S, on, dueAt, lapses }]) => {
    const t = Math.max(daysBetween(on, today), 0);
    return /** @type {const} */ ([card, { S, t, dueAt, lapses }]);
  });
  return new Map(known);
}

/**
 * @param {Remembered | null} before null for a new card
 * @param {number} at in milliseconds
 * @param {number} rating
 * @param {Memory} memory
 * @param {Clock} clock
 * @returns {Remembered}
 */
function review(before, at, rating, memory, { zone, rollover, kept }) {
  const on = studyDate(new Date(at), zone, rollover, kept);
  const t = before ? Math.max(daysBetween(before.on, on), 0) : 0;
  const state = step(before, t, /** @type {import("./memory.js").Rating} */ (rating), memory.parameters);
  const isForgotten = rating === 1;
  const lapses = (before?.lapses ?? 0) + Number(isForgotten && before !== null);
  const dueOn = (/** @type {number} */ days) => dayBegins(addDays(on, days), zone, rollover, kept).getTime();
  if (!isForgotten) return { ...state, on, lapses, dueAt: dueOn(interval(state.S, memory)) };
  // What keeps being forgotten rests.
  const rests = lapses >= memory.leech_lapses;
  return { ...state, on, lapses, dueAt: rests ? dueOn(memory.leech_rest_days) : at + memory.relearn_minutes * 60_000 };
}
