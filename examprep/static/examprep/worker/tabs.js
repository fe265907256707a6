// Whether the tabs of the app are in the middle of something that a new version should wait for.

import { readAll } from "../../quizzes/device/store.js";

const PATIENCE_MS = 1000;

/** Whether no tab has an unfinished answer, and no answer waits to be sent. @param {WorkerClient[]} tabs */
export async function areTabsCalm(tabs) {
  const waiting = await readAll("waiting").catch(() => []);
  if (waiting.length) return false;
  const answers = await Promise.all(tabs.map(isCalm));
  return answers.every(Boolean);
}

/** Ask a tab; one that says nothing is taken for busy. @param {WorkerClient} tab @returns {Promise<boolean>} */
function isCalm(tab) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data === "calm");
    setTimeout(() => resolve(false), PATIENCE_MS);
    tab.postMessage({ type: "are you busy" }, [port2]);
  });
}
