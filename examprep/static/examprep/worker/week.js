// What a week without a network needs is fetched before it: a page after another, while nobody waits for one.

import { findPage, keepBeside, keepPage, keyOf } from "./kept.js";

/** What was fetched so lately is not fetched again, in milliseconds. */
const FRESH_MS = 12 * 60 * 60 * 1000;
/** The addresses in a page of what it shows: pictures, and the numbers of its figures. */
const SHOWN = /(?:src|data-numbers)="(\/(?:media|figures)\/[^"]+)"/g;

/** @type {Promise<void> | null} */
let keeping = null;

/**
 * Keep pages, and what they show. Parts are written `part:/address/`. Several tabs that ask have it done once.
 *
 * @param {string[]} addresses
 */
export function keepWeek(addresses) {
  keeping ??= keepAll(addresses).finally(() => {
    keeping = null;
  });
  return keeping;
}

/** @param {string[]} addresses */
async function keepAll(addresses) {
  for (const address of addresses) {
    const request = requestOf(address);
    if (isFresh(await findPage(keyOf(request)))) continue;
    const response = await fetch(request).catch(() => null);
    // Without a network, or logged out meanwhile: the next visit goes on.
    if (!response || response.redirected) return;
    if (response.status === 429) return;
    const copy = response.clone();
    const name = await keepPage(keyOf(request), response);
    if (name) await keepShown(name, await copy.text());
  }
}

/** @param {string} address */
function requestOf(address) {
  const [page = "", part] = address.split("part:").reverse();
  return new Request(page, { headers: part === undefined ? {} : { "HX-Request": "true" } });
}

/** @param {Response | null} kept */
function isFresh(kept) {
  return kept !== null && Date.now() - Date.parse(kept.headers.get("Date") ?? "") < FRESH_MS;
}

/** @param {string} name @param {string} html */
async function keepShown(name, html) {
  for (const [, address = ""] of html.matchAll(SHOWN)) {
    if (await findPage(new URL(address, location.origin).href)) continue;
    const response = await fetch(address).catch(() => null);
    if (response) await keepBeside(name, address, response);
  }
}
