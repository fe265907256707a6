// Sections that were read without a network: noted on the device, and told to the service when it is back.

import { writeAs } from "../server.js";
import { findToday, markRead } from "./pack.js";

/** @typedef {{ course: string, lesson: string, section: string, state: string, at: number }} Noted */

const OF_LESSON = /^\/courses\/([^/]+)\/lessons\/([^/]+)\//;

/** @param {string} account */
const placeOf = (account) => `reading:${account}`;

/** What was noted and not told yet. @param {string} account @returns {Noted[]} */
export function readNoted(account) {
  try {
    const all = JSON.parse(localStorage.getItem(placeOf(account)) ?? "[]");
    return Array.isArray(all) ? all : [];
  } catch {
    return [];
  }
}

/**
 * Note what a student says of a section; cards that wait for it may be asked from now on.
 *
 * @param {string} account
 * @param {string} address of the lesson, or of something in it
 * @param {string} section
 * @param {string} state
 */
export async function noteReading(account, address, section, state) {
  const [, course = "", lesson = ""] = OF_LESSON.exec(address) ?? [];
  const noted = { course, lesson, section, state, at: Date.now() };
  localStorage.setItem(placeOf(account), JSON.stringify([...readNoted(account), noted]));
  if (["read", "known"].includes(state)) await markRead(account, lesson, section).catch(() => {});
}

/** Tell the service, in the order of time, as far as it can be reached. @param {string} account @param {string} token of their login */
export async function sendReading(account, token) {
  const today = await findToday(account).catch(() => null);
  for (const { course, lesson, section, state, at } of readNoted(account)) {
    // What was put off on an earlier day was not put off today.
    const isOver = state === "later" && today !== null && at < today.begins;
    if (!isOver) {
      const address = `/api/v1/lessons/${lesson}/sections/${encodeURIComponent(section)}/reading/?course=${course}`;
      const answer = await writeAs(token, "PUT", address, { state });
      // What is no longer there cannot be told of; who is logged out tells it later.
      if (!answer || (!answer.ok && answer.status !== 404)) return;
    }
    localStorage.setItem(placeOf(account), JSON.stringify(readNoted(account).slice(1)));
  }
}
