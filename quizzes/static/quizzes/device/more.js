// Minutes on top of a day's: the device counts them itself, and tells the service of those that it has not heard of.

/** @typedef {{ at: number, isTold: boolean }} Press when more was asked for, in milliseconds */

/** As many as the button says. */
export const MINUTES = 10;
/** What is older is of no day that lasts. */
const KEPT_MS = 48 * 60 * 60 * 1000;

/** @param {string} account */
const placeOf = (account) => `more:${account}`;

/** @param {string} account @returns {Press[]} */
function readAll(account) {
  try {
    const all = JSON.parse(localStorage.getItem(placeOf(account)) ?? "[]");
    // Earlier versions kept the instants alone, and told nobody.
    return all.map((/** @type {Press | number} */ each) =>
      typeof each === "number" ? { at: each, isTold: true } : each,
    );
  } catch {
    return [];
  }
}

/** @param {string} account @param {Press[]} presses */
function keepAll(account, presses) {
  localStorage.setItem(placeOf(account), JSON.stringify(presses));
}

/** Note that somebody wants more today. @param {string} account @param {boolean} isTold whether the service hears it now */
export function noteMore(account, isTold) {
  const now = Date.now();
  const kept = readAll(account).filter(({ at }) => now - at < KEPT_MS);
  keepAll(account, [...kept, { at: now, isTold }]);
}

/** The seconds on top of a day's. @param {string} account @param {number} begins the day, in milliseconds */
export function readMore(account, begins) {
  return 60 * MINUTES * readAll(account).filter(({ at }) => at >= begins).length;
}

/** When more was asked for that the service has not heard of. @param {string} account */
export function readUntold(account) {
  return readAll(account)
    .filter(({ isTold }) => !isTold)
    .map(({ at }) => at);
}

/** @param {string} account @param {number[]} instants @param {boolean} isTold */
export function markTold(account, instants, isTold = true) {
  const all = readAll(account).map((press) => (instants.includes(press.at) ? { ...press, isTold } : press));
  keepAll(account, all);
}
