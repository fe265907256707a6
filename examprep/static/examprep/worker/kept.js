// What the worker keeps: the shell of each version, and for the person who is logged in the pages that may be kept.

/**
 * @typedef {{ version: string, files: string[], are_hashed: boolean }} Shell `are_hashed`: no address ever shows
 *   anything else
 */

const SHELL = "shell-";
const PERSON = "person-";
const KEEP = "X-Keep";
const AT_ONCE = 6;

/** Fetch the shell; where a file fails, none of it is kept, and the browser tries again. @param {Shell} shell */
export async function keepShell({ version, files, are_hashed }) {
  const cache = await caches.open(SHELL + version);
  const queue = [...files];
  const fetchRest = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      // Under a hash what the page has just loaded is right; else only what the server has now is.
      const response = await fetch(file, { cache: are_hashed ? "default" : "no-cache" });
      if (!response.ok) throw new Error(`${file}: ${response.status}`);
      await cache.put(file, response);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, fetchRest));
}

/** Remove the shells but this one and the one before, which tabs that are still open load the rest of theirs from. @param {string} version */
export async function removeOldShells(version) {
  const all = (await caches.keys()).filter((name) => name.startsWith(SHELL) && name !== SHELL + version);
  await Promise.all(all.slice(0, -1).map((name) => caches.delete(name)));
}

/** A file of the shell: of this version, else of the one before. @param {string} address @param {Shell} shell */
export async function findInShells(address, shell) {
  const own = await caches.open(SHELL + shell.version);
  const found = await own.match(address, { ignoreVary: true });
  if (found) return found;
  for (const name of await caches.keys()) {
    const kept = name.startsWith(SHELL) && (await (await caches.open(name)).match(address, { ignoreVary: true }));
    if (kept) return kept;
  }
  return null;
}

/**
 * Under which address a page is kept: without what leads to the same page, and parts beside their pages.
 *
 * @param {Request} request
 */
export function keyOf({ url, headers }) {
  const { origin, pathname, searchParams } = new URL(url);
  const options = [searchParams.has("review") && "review", headers.has("HX-Request") && "part"].filter(Boolean);
  return `${origin}${pathname}${options.length ? `?${options.join("&")}` : ""}`;
}

/** A kept page; of a page that differs within the review, else the plain one. @param {string} key */
export async function findPage(key) {
  const keys = [key, key.replace("review&", "").replace("?review", "")];
  for (const name of await personCaches()) {
    const cache = await caches.open(name);
    for (const each of keys) {
      const found = await cache.match(each, { ignoreVary: true });
      if (found) return found;
    }
  }
  return null;
}

/**
 * Keep a page where its server says so, for the person whom it names; of anybody else everything is removed. Resolves to
 * the name of the cache, "" where it is not kept.
 *
 * @param {string} key
 * @param {Response} response
 */
export async function keepPage(key, response) {
  const name = response.headers.get(KEEP);
  if (!name || !response.ok || response.redirected) return "";
  await removeOthers(name);
  await (await caches.open(name)).put(key, response);
  return name;
}

/** Keep what pages show, in the cache of their person. @param {string} name @param {string} address @param {Response} response */
export async function keepBeside(name, address, response) {
  if (response.ok) await (await caches.open(name)).put(address, response);
}

/** @param {string} name of the cache of who is here now */
async function removeOthers(name) {
  const account = accountOf(name);
  const others = (await personCaches()).filter((each) => accountOf(each) !== account);
  await Promise.all(others.map((each) => caches.delete(each)));
}

/** @param {string} name */
function accountOf(name) {
  return name.slice(name.indexOf(":"));
}

/** The cache that keeps a person's pages; null while nobody's are kept. */
export async function findPersonCache() {
  return (await personCaches()).find((name) => name.startsWith("person-pages:")) ?? null;
}

async function personCaches() {
  return (await caches.keys()).filter((name) => name.startsWith(PERSON));
}
