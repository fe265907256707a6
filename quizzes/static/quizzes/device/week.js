// Has the week's questions, and the pages that they need, kept on the device.

import { byPlace } from "./next.js";
import { aboutPack, readAskable, refreshPack } from "./pack.js";
import { tellNoted } from "./telling.js";

/** How old a pack may grow before it is fetched anew where nobody reviews, in milliseconds. */
const FRESH_MS = 6 * 60 * 60 * 1000;

/** @param {string} account */
export async function keepWeek(account) {
  await tellNoted(account);
  const about = await aboutPack(account).catch(() => null);
  const isReviewing = location.pathname === "/review/"; // where it is brought up to date for every question
  if (!isReviewing && (!about || Date.now() - about.at > FRESH_MS)) await refreshPack(account).catch(() => {});
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ type: "keep", addresses: await listPages(account) });
}

/** The pages of the week, those that are needed first first. @param {string} account */
async function listPages(account) {
  const about = await aboutPack(account).catch(() => null);
  const kept = await readAskable(account).catch(() => []);
  kept.sort(byPlace);
  const lessons = new Set(kept.map(({ course, lesson }) => `/courses/${course}/lessons/${lesson}/`));
  const sections = (about?.reading ?? []).map(
    ({ course, lesson, section }) => `/courses/${course}/lessons/${lesson}/sections/${section}/`,
  );
  // The frame of the review, in which any question is asked.
  const frames = kept.slice(0, 1).map(({ id }) => `/review/?presentation=${id}`);
  return [
    ...frames,
    "/today/",
    "part:/today/ahead/",
    "/lessons/",
    ...sections.flatMap((each) => [`${each}?review`, `part:${each}check/`]),
    ...[...lessons].flatMap((each) => [each, `${each}quick-check/`, `part:${each}quick-check/`]),
    "/concepts/",
  ];
}
