// Bookmarks and notes that were made without a network: on the device until the service has them.

import { fetchOrNull, writeAs } from "../server.js";

/**
 * @typedef {{ course: string, item: string }} Place a question
 * @typedef {Place & { on: boolean }} Bookmark
 * @typedef {Place & { text: string, before: string }} Note `before` is what the page showed of it: "" where it showed none
 */

/** @param {string} account */
const placeOf = (account) => `notebook:${account}`;

/** What waits, the oldest first. @param {string} account @returns {(Bookmark | Note)[]} */
export function readNotebook(account) {
  try {
    const all = JSON.parse(localStorage.getItem(placeOf(account)) ?? "[]");
    return Array.isArray(all) ? all : [];
  } catch {
    return [];
  }
}

/** Keep a bookmark or a note in place of the one that waited. Throws where there is no room. @param {string} account @param {Bookmark | Note} entry */
export function keepEntry(account, entry) {
  const others = readNotebook(account).filter((each) => !isOfSame(each, entry));
  localStorage.setItem(placeOf(account), JSON.stringify([...others, entry]));
}

/** Take back a bookmark that waits. @param {string} account @param {Bookmark} entry */
export function dropEntry(account, entry) {
  const others = readNotebook(account).filter((each) => !isOfSame(each, entry));
  localStorage.setItem(placeOf(account), JSON.stringify(others));
}

/** The note on a question that waits; "" where none does. @param {string} account @param {Place} place */
export function readNote(account, { course, item }) {
  const note = readNotebook(account).find((each) => isOfSame(each, { course, item, text: "", before: "" }));
  return note && "text" in note ? note.text : "";
}

/** Tell the service, as far as it can be reached; what it refuses stays. @param {string} account @param {string} token of their login */
export async function sendNotebook(account, token) {
  for (const entry of readNotebook(account)) {
    const isTaken = "text" in entry ? await sendNote(entry, token) : await sendBookmark(entry, token);
    if (!isTaken) continue;
    const sent = JSON.stringify(entry);
    const others = readNotebook(account).filter((each) => JSON.stringify(each) !== sent);
    localStorage.setItem(placeOf(account), JSON.stringify(others));
  }
}

/** @param {Bookmark} bookmark @param {string} token */
async function sendBookmark({ course, item, on }, token) {
  const answer = await writeAs(token, on ? "PUT" : "DELETE", `/api/v1/bookmarks/${item}/?course=${course}`);
  return answer?.ok || answer?.status === 404;
}

/** Below what is there by now, unless that is what was written over. @param {Note} note @param {string} token */
async function sendNote({ course, item, text, before }, token) {
  const address = `/api/v1/notes/${item}/?course=${course}`;
  const found = await fetchOrNull(address);
  if (!found?.ok) return found?.status === 404;
  const { text: known } = await found.json();
  // It may be there already, where its receipt was lost.
  if (known === text || known.endsWith(`\n\n${text}`)) return true;
  const whole = [known === before ? "" : known, text].filter(Boolean).join("\n\n");
  const answer = await writeAs(token, "PUT", address, { text: whole });
  return answer?.ok || answer?.status === 404;
}

/** @param {Bookmark | Note} a @param {Bookmark | Note} b */
function isOfSame(a, b) {
  return a.course === b.course && a.item === b.item && "text" in a === "text" in b;
}
