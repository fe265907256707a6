// Minutes on top of a day's: the plan of the next pack has them, and until then the device counts them itself.

/** As many as the button says. */
const SECONDS = 10 * 60;
/** What is older is of no day that lasts. */
const KEPT_MS = 48 * 60 * 60 * 1000;

/** @param {string} account */
const placeOf = (account) => `more:${account}`;

/** When more was asked for, in milliseconds. @param {string} account @returns {number[]} */
function readAll(account) {
  try {
    const all = JSON.parse(localStorage.getItem(placeOf(account)) ?? "[]");
    return Array.isArray(all) ? all : [];
  } catch {
    return [];
  }
}

/** Note that somebody wants more today. @param {string} account */
export function noteMore(account) {
  const now = Date.now();
  const kept = readAll(account).filter((at) => now - at < KEPT_MS);
  localStorage.setItem(placeOf(account), JSON.stringify([...kept, now]));
}

/** The seconds on top of a day's. @param {string} account @param {number} begins the day, in milliseconds */
export function readMore(account, begins) {
  return SECONDS * readAll(account).filter((at) => at >= begins).length;
}
