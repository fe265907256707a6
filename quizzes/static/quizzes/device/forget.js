// Forgets what the device keeps of somebody: where an exam is opened all keys, at a logout everything, reminders too.

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
  await Promise.allSettled([forgetKeys(), forgetCaches(PERSONAL), endReminders(), forgetAccount(account)]);
  try {
    if (!(await readAll("waiting")).length) localStorage.removeItem("outbox");
    const own = ["answered", "more", "reading", "notebook"].map((name) => `${name}:${account}`);
    for (const name of ["keeper", ...own, ...more]) localStorage.removeItem(name);
  } catch {
    // As above.
  }
}

/** Somebody else is logged in: leave nothing of who was before but the answers that wait for them. @param {string} account */
export async function forgetOthers(account) {
  await Promise.allSettled([forgetKeys(), forgetCaches(PERSONAL), endReminders()]);
  localStorage.setItem("keeper", account);
}

/** The browser's subscription to reminders; null where it has none. */
export async function findSubscription() {
  const worker = await navigator.serviceWorker?.getRegistration();
  return (await worker?.pushManager?.getSubscription()) ?? null;
}

/** Show nobody's reminders any more. A service that was not told learns it when it sends the next one. */
async function endReminders() {
  await (await findSubscription())?.unsubscribe();
}

/** @param {string} prefix */
async function forgetCaches(prefix) {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(prefix)).map((name) => caches.delete(name)));
}
