// The worker of the installed app: pages and what they are made of without a network, updates, and reminders.

import { sendWaiting } from "../../quizzes/device/sending.js";
import { keepShell, removeOldShells } from "./kept.js";
import { answerFetch } from "./pages.js";
import { areTabsCalm } from "./tabs.js";
import { keepWeek } from "./week.js";

/** @typedef {import("./kept.js").Shell} Shell */

/** Listen to what a worker is told; the server's script calls it with the shell as it is. @param {Shell} shell */
export function start(shell) {
  const worker = /** @type {WorkerScope} */ (/** @type {unknown} */ (self));

  worker.addEventListener("install", (event) => event.waitUntil(keepShell(shell)));
  worker.addEventListener("activate", (event) => event.waitUntil(begin()));
  worker.addEventListener("fetch", (event) => answerFetch(event, shell));
  worker.addEventListener("message", (event) => {
    const { data } = event;
    if (data.type === "which version") event.ports[0]?.postMessage(shell.version);
    if (data.type === "take over") worker.skipWaiting();
    // A page that has just come is of the new version already: where nobody is in the middle of something, go along.
    if (data.type === "take over if calm") event.waitUntil(takeOverIfCalm());
    if (data.type === "keep") event.waitUntil(keepWeek(/** @type {string[]} */ (data["addresses"])));
  });

  // There is a network again, and answers waited for it, perhaps with no page open.
  worker.addEventListener("sync", (event) => event.waitUntil(sendAnswers()));

  worker.addEventListener("push", (event) => {
    const { title, body, url } = event.data.json();
    event.waitUntil(worker.registration.showNotification(title, { body, tag: "plan", data: { url } }));
  });
  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(worker.clients.openWindow(event.notification.data.url));
  });

  async function sendAnswers() {
    const { connection } = await sendWaiting();
    // The browser tries again later.
    if (connection === "offline") throw new Error("The service cannot be reached.");
  }

  async function begin() {
    await removeOldShells(shell.version);
    await worker.registration.navigationPreload?.enable();
    await worker.clients.claim();
  }

  async function takeOverIfCalm() {
    const tabs = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
    if (await areTabsCalm(tabs)) await worker.skipWaiting();
  }
}
