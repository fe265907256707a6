// Forgets what the device keeps of somebody: where an exam is opened all keys, at a logout everything.

import { CHANNEL } from "./sending.js";
import { forgetAccount, forgetQuestions, readAll } from "./store.js";

/** Caches whose names begin so hold keys, or anything of a person: see the worker. */
const WITH_KEYS = "person-keys";
const PERSONAL = "person-";

/** Leave no key of a question on the device, nor to other pages that are open; answers that wait stay. */
export async function forgetKeys() {
  new BroadcastChannel(CHANNEL).postMessage({ type: "forget" });
  // A browser that keeps nothing has nothing to forget.
  await Promise.allSettled([forgetQuestions(), forgetCaches(WITH_KEYS)]);
}

/**
 * Leave nothing of an account on the device; what waits of another one stays.
 *
 * @param {string} account
 * @param {string[]} more marks that are theirs
 */
export async function forgetPerson(account, more) {
  await Promise.allSettled([forgetKeys(), forgetCaches(PERSONAL), forgetAccount(account)]);
  try {
    if (!(await readAll("waiting")).length) localStorage.removeItem("outbox");
    for (const name of ["keeper", `answered:${account}`, `reading:${account}`, ...more]) localStorage.removeItem(name);
  } catch {
    // As above.
  }
}

/** Somebody else is logged in: leave nothing of who was before but the answers that wait for them. @param {string} account */
export async function forgetOthers(account) {
  await Promise.allSettled([forgetKeys(), forgetCaches(PERSONAL)]);
  localStorage.setItem("keeper", account);
}

/** @param {string} prefix */
async function forgetCaches(prefix) {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(prefix)).map((name) => caches.delete(name)));
}
