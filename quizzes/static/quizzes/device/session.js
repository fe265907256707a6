// Whose session the browser has, as far as pages and the worker can tell: the token against forged requests is another
// one after each login, so that a request that carries the token of a page is never taken for somebody else's.

import { read, transact } from "./store.js";

/** @typedef {{ account: string, token: string }} Session */

const NAME = "csrftoken";

/** The token as it is now; "" where there is none. A worker has no document. */
export async function readToken() {
  if (typeof document === "undefined") return (await cookieStore.get(NAME))?.value ?? "";
  const cookie = document.cookie.split("; ").find((each) => each.startsWith(`${NAME}=`));
  return cookie?.slice(NAME.length + 1) ?? "";
}

/**
 * Note whose page has just come, with the token that came with it; of nobody's page nothing can be told.
 *
 * @param {string} account
 * @param {string} token
 */
export async function noteSession(account, token) {
  /** @type {Session | undefined} */
  const known = await read("about", "session");
  // A page of somebody else may have come with this token since: then this one is older than their login.
  if (!account || (known?.account && known.token === token)) return;
  await transact("readwrite", (store) => void store("about").put({ account, token }, "session"));
}

/**
 * Note it again where the browser has forgotten it while the page was open, as when its storage was cleared.
 *
 * @param {string} account
 * @param {string} token the page's
 */
export async function noteForgottenSession(account, token) {
  if (token !== (await readToken()) || (await read("about", "session"))) return;
  await noteSession(account, token);
}

/** The session, if it is still the browser's; null after a logout, and after a login of which no page was seen. */
export async function readSession() {
  /** @type {Session | undefined} */
  const session = await read("about", "session");
  return session?.token && session.token === (await readToken()) ? session : null;
}
