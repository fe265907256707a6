// What was noted without a network beside answers (sections that were read, bookmarks, notes, more minutes) is told when
// it is back.

import { fetchOrNull, writeAs } from "../server.js";
import { MINUTES, markTold, readUntold } from "./more.js";
import { readNotebook, sendNotebook } from "./notebook.js";
import { findToday } from "./pack.js";
import { readNoted, sendReading } from "./reading.js";
import { noteSession, readSession, readToken } from "./session.js";

/** How much waits to be told that a logout would lose; minutes are of a day. @param {string} account */
export function countNoted(account) {
  return readNoted(account).length + readNotebook(account).length;
}

/** Whether anything waits to be told. @param {string} account */
export function isNoted(account) {
  return countNoted(account) + readUntold(account).length > 0;
}

/** Tell the service, as far as it can be reached; of several tabs one does. @param {string} account */
export async function tellNoted(account) {
  const tell = async () => {
    await noteSession(account, await readToken());
    const session = await readSession();
    // Somebody else is logged in here by now: it waits for whoever noted it.
    if (session?.account !== account) return;
    await sendReading(account, session.token);
    await sendNotebook(account, session.token);
    await sendMinutes(account, session.token);
  };
  const told = navigator.locks ? navigator.locks.request("examprep-noted", tell) : tell();
  // A browser that keeps nothing has nothing to tell.
  await told.catch(() => {});
}

/**
 * Tell the service of minutes that were asked for on its study day; those of days that are over are dropped.
 *
 * @param {string} account
 * @param {string} token of their login
 */
async function sendMinutes(account, token) {
  const pressed = readUntold(account);
  const today = pressed.length ? await findToday(account) : null;
  const service = today && (await fetchOrNull("/api/v1/today/"));
  if (!today || !service?.ok) return;
  const { date } = await service.json();
  // Before they are told: the service adds them as often as it hears of them, and a receipt may be lost.
  markTold(account, pressed);
  const ofToday = pressed.filter((at) => date === today.date && at >= today.begins);
  if (!ofToday.length) return;
  const body = { minutes: MINUTES * ofToday.length };
  const answer = await writeAs(token, "POST", "/api/v1/today/more/?limit=1", body);
  // It was not taken.
  if (answer && !answer.ok) markTold(account, ofToday, false);
}
