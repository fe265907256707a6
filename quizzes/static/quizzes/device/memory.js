// Rates answers, and moves and schedules memories, as the service does: docs/api.md under “Rating” and “Memory: FSRS-6”.

/**
 * @typedef {{ passed: number, guessed: number, sure: number, slow: number, fast: number }} Thresholds
 * @typedef {{ S: number, D: number }} State stability in days, difficulty from 1 to 10
 * @typedef {1 | 2 | 3 | 4} Rating again, hard, good, easy
 * @typedef {{ date: string, begins_at: string, ends_at: string }} KeptDay a study day that goes on as it was when the zone
 *   or the hour changed
 */

const LEAST_STABILITY = 0.001;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The rating that an answer earns.
 *
 * @param {{ score: number, confidence: number | null, seconds: number, hints: number }} answer
 * @param {number} expected the seconds that the question is meant to take
 * @param {Thresholds} thresholds
 * @returns {Rating}
 */
export function rate({ score, confidence, seconds, hints }, expected, thresholds) {
  if (score < thresholds.passed) return 1;
  if (score < 1 || hints || seconds > thresholds.slow * expected) return 2;
  if (confidence !== null && confidence <= thresholds.guessed) return 2;
  return confidence === thresholds.sure && seconds <= thresholds.fast * expected ? 4 : 3;
}

/**
 * The state after a review. The names are those of the document.
 *
 * @param {State | null} state null for a new card
 * @param {number} t study days since the last review
 * @param {Rating} G
 * @param {readonly number[]} w the 21 parameters
 * @returns {State}
 */
export function step(state, t, G, w) {
  const D0 = (/** @type {Rating} */ rating) => at(w, 4) - Math.exp(at(w, 5) * (rating - 1)) + 1;
  if (!state) return { S: Math.max(at(w, G - 1), LEAST_STABILITY), D: clamp(D0(G)) };
  const { D } = state;
  const drift = D - (at(w, 6) * (G - 3) * (10 - D)) / 9;
  return {
    S: Math.max(stabilityAfter(state, t, G, w), LEAST_STABILITY),
    D: clamp(at(w, 7) * D0(4) + (1 - at(w, 7)) * drift),
  };
}

/**
 * The chance of recall.
 *
 * @param {number} S
 * @param {number} t study days since the last review
 * @param {readonly number[]} w
 */
export function retrievability(S, t, w) {
  return (1 + (factor(w) * t) / S) ** -at(w, 20);
}

/**
 * The study days until a card is due that was not forgotten: whole, at least one.
 *
 * @param {number} S
 * @param {{ parameters: readonly number[], desired_retention: number, max_interval_days: number }} memory of the pack
 */
export function interval(S, { parameters: w, desired_retention, max_interval_days }) {
  const days = (S / factor(w)) * (desired_retention ** (-1 / at(w, 20)) - 1);
  return Math.min(Math.max(roundHalfToEven(days), 1), max_interval_days);
}

/**
 * The date (`2026-11-29`) of the study day that an instant falls in.
 *
 * @param {Date} instant
 * @param {string} zone
 * @param {number} rolloverHour
 * @param {KeptDay | null} [kept]
 */
export function studyDate(instant, zone, rolloverHour, kept) {
  const local = localDate(instant, zone);
  const day = instant < beginsByClock(local, zone, rolloverHour) ? addDays(local, -1) : local;
  if (!kept || instant >= new Date(kept.ends_at)) return day;
  if (instant >= new Date(kept.begins_at)) return kept.date;
  return day < kept.date ? day : addDays(kept.date, -1);
}

/**
 * When a study day begins. Where the clocks skip the hour: at its would-be instant; where they repeat it: at the first.
 * Beside a day that was kept: no earlier than that ends, and before it no later than that begins.
 *
 * @param {string} date
 * @param {string} zone
 * @param {number} rolloverHour
 * @param {KeptDay | null} [kept]
 */
export function dayBegins(date, zone, rolloverHour, kept) {
  const at = beginsByClock(date, zone, rolloverHour);
  if (!kept) return at;
  const [begins, ends] = [Date.parse(kept.begins_at), Date.parse(kept.ends_at)];
  if (date === kept.date) return new Date(begins);
  return new Date(date > kept.date ? Math.max(at.getTime(), ends) : Math.min(at.getTime(), begins));
}

/** When a study day begins by the zone and the hour alone. @param {string} date @param {string} zone @param {number} rolloverHour */
function beginsByClock(date, zone, rolloverHour) {
  const wall = Date.parse(`${date}T00:00:00Z`) + (rolloverHour * DAY_MS) / 24;
  // The offset that holds a day earlier is that before any change of the clocks.
  const before = wall - offset(new Date(wall - DAY_MS), zone);
  const after = wall - offset(new Date(wall + DAY_MS), zone);
  const isBefore = before + offset(new Date(before), zone) === wall;
  const isAfter = after + offset(new Date(after), zone) === wall;
  return new Date(isBefore || !isAfter ? before : after);
}

/** @param {string} date @param {number} days */
export function addDays(date, days) {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The days from one date to a later one. @param {string} from @param {string} to */
export function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** @param {State} state @param {number} t @param {Rating} G @param {readonly number[]} w */
function stabilityAfter({ S, D }, t, G, w) {
  const R = retrievability(S, t, w);
  if (t < 1) {
    const growth = Math.exp(at(w, 17) * (G - 3 + at(w, 18))) * S ** -at(w, 19);
    return S * (G > 1 ? Math.max(growth, 1) : growth);
  }
  if (G === 1) {
    const longTerm = at(w, 11) * D ** -at(w, 12) * ((S + 1) ** at(w, 13) - 1) * Math.exp(at(w, 14) * (1 - R));
    return Math.min(longTerm, S / Math.exp(at(w, 17) * at(w, 18)));
  }
  const bonus = { 2: at(w, 15), 3: 1, 4: at(w, 16) }[G];
  return S * (1 + Math.exp(at(w, 8)) * (11 - D) * S ** -at(w, 9) * (Math.exp(at(w, 10) * (1 - R)) - 1) * bonus);
}

/** @param {readonly number[]} w @param {number} place */
function at(w, place) {
  return w[place] ?? Number.NaN;
}

/** @param {readonly number[]} w */
function factor(w) {
  return 0.9 ** (-1 / at(w, 20)) - 1;
}

/** @param {number} difficulty */
function clamp(difficulty) {
  return Math.min(Math.max(difficulty, 1), 10);
}

/** @param {number} number */
function roundHalfToEven(number) {
  const rounded = Math.round(number);
  return Math.abs(number % 1) === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}

/** Milliseconds that the clocks of a zone are ahead of UTC. @param {Date} instant @param {string} zone */
function offset(instant, zone) {
  const whole = Math.floor(instant.getTime() / 1000) * 1000;
  return Date.parse(`${local(instant, zone)}Z`) - whole;
}

/** @param {Date} instant @param {string} zone */
function localDate(instant, zone) {
  return local(instant, zone).slice(0, 10);
}

/** The wall clock of a zone, as `2026-11-29T17:30:00`. @param {Date} instant @param {string} zone */
function local(instant, zone) {
  return clockOf(zone).format(instant).replace(" ", "T");
}

/** To make one takes a slow phone milliseconds, and a day's answers ask for dozens. @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/** What writes the wall clock of a zone. @param {string} zone */
function clockOf(zone) {
  const known = clocks.get(zone);
  if (known) return known;
  // The Swedish way to write a time is that of ISO 8601.
  const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  clocks.set(zone, clock);
  return clock;
}
