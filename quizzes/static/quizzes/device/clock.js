// By how much the service's clock is ahead of the device's, noted whenever the service tells its own: an answer keeps
// what held when it was given, since a device may be set right before the answer is sent.

import { transact } from "./store.js";

/**
 * @typedef {{ ahead: number, drift: number, at?: number }} Noted of the service's clock, in milliseconds; `drift` is that
 *   of the device's at that time, and `at` what the device's showed
 */

/** Where it is noted, in `about`. */
export const CLOCK = "clock";
/** A difference up to this is the network's, or that of whole seconds: as the service has it. */
const TOLERANCE_MS = 60_000;

/** How far the device's clock has gone from one that nobody sets: when it is set, or has slept, this jumps. */
function readDrift() {
  return Date.now() - performance.timeOrigin - performance.now();
}

/** Note the service's clock. @param {string | null | undefined} now as it tells it */
export async function noteServiceClock(now) {
  const ahead = Date.parse(now ?? "") - Date.now();
  if (Number.isNaN(ahead)) return;
  /** @type {Noted} */
  const noted = { ahead, drift: readDrift(), at: Date.now() };
  await transact("readwrite", (store) => void store("about").put(noted, CLOCK)).catch(() => {});
}

/**
 * By how much the service's clock is ahead, in milliseconds; null where the device's was set since it told it. After a
 * restart of the browser drift begins anew: then only a clock that was set back is told, by showing what was before.
 *
 * @param {Noted | undefined} noted
 */
export function aheadBy(noted) {
  if (!noted) return null;
  const wasSet = Math.abs(noted.drift - readDrift()) > TOLERANCE_MS;
  const wasSetBack = Date.now() < (noted.at ?? 0) - TOLERANCE_MS;
  return wasSet || wasSetBack ? null : noted.ahead;
}

/**
 * An instant of the device's clock as that clock tells it now.
 *
 * @param {string} instant
 * @param {number} then by how much the service's was ahead
 * @param {number} now the same now
 */
export function restate(instant, then, now) {
  if (!(Math.abs(then - now) > TOLERANCE_MS)) return instant;
  return new Date(Date.parse(instant) + then - now).toISOString();
}
