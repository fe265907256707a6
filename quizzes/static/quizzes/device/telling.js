// What was noted without a network beside answers (sections that were read, bookmarks, notes) is told when it is back.

import { readNotebook, sendNotebook } from "./notebook.js";
import { readNoted, sendReading } from "./reading.js";
import { noteSession, readSession, readToken } from "./session.js";

/** How much waits to be told. @param {string} account */
export function countNoted(account) {
  return readNoted(account).length + readNotebook(account).length;
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
  };
  const told = navigator.locks ? navigator.locks.request("examprep-noted", tell) : tell();
  // A browser that keeps nothing has nothing to tell.
  await told.catch(() => {});
}
