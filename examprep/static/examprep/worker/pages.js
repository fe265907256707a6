// What the worker answers when pages and what they are made of are asked for: the network first, and what is kept.

import { findInShells, findPage, findPersonCache, keepBeside, keepPage, keyOf } from "./kept.js";

/** @typedef {import("./kept.js").Shell} Shell */

/** How long a page that is kept as well waits for the network. */
const PATIENCE_MS = 5000;
const SERVICE_AWAY = [502, 503, 504];
/** What is no page of students: nothing of it passes through here. */
const OTHERS = /^\/(?:accounts|admin|api|lti|metrics|health|_allauth)\b/;
/** What shows the same under its address for ever, and belongs to pages. */
const BESIDE_PAGES = /^\/(?:media|figures)\//;

/** @param {FetchEvent} event @param {Shell} shell */
export function answerFetch(event, shell) {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || OTHERS.test(pathname)) return;
  if (request.mode === "navigate") {
    event.respondWith(request.method === "GET" ? openPage(event, shell) : sendForm(request, shell));
  } else if (request.method !== "GET") {
    // Scripts that send something know what to do where that fails.
  } else if (pathname.startsWith("/static/")) {
    event.respondWith(openFile(request, shell));
  } else if (BESIDE_PAGES.test(pathname)) {
    event.respondWith(openBeside(event));
  } else if (request.headers.has("HX-Request")) {
    event.respondWith(openPart(event));
  }
}

/** @param {FetchEvent} event @param {Shell} shell */
async function openPage(event, shell) {
  const key = keyOf(event.request);
  const kept = await findPage(key);
  const coming = fetchPage(event, key);
  const response = await (kept ? inTime(coming) : coming.catch(() => null));
  if (response && !(kept && SERVICE_AWAY.includes(response.status))) return response;
  return kept ? sayItIsKept(kept) : openOffline(shell);
}

/** @param {FetchEvent} event @param {string} key */
async function fetchPage(event, key) {
  const response = (await event.preloadResponse) ?? (await fetch(event.request));
  event.waitUntil(keepPage(key, response.clone()).catch(() => ""));
  return response;
}

/** @param {FetchEvent} event */
async function openPart(event) {
  const key = keyOf(event.request);
  const kept = await findPage(key);
  const coming = fetchPage(event, key);
  if (!kept) return coming;
  // A part may take its time: the page around it is there.
  const response = await coming.catch(() => null);
  return response && !SERVICE_AWAY.includes(response.status) ? response : kept;
}

/** The response, null where it fails or takes too long. @param {Promise<Response>} coming */
function inTime(coming) {
  /** @type {Promise<null>} */
  const tooLate = new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  return Promise.race([coming.catch(() => null), tooLate]);
}

/** A form that could not be sent leads back to its page, which has what was typed. @param {Request} request @param {Shell} shell */
function sendForm(request, shell) {
  return fetch(request).catch(() => openOffline(shell, "data-unsent "));
}

/** The page that says what can be done. @param {Shell} shell @param {string} mark */
async function openOffline(shell, mark = "") {
  const page = await findInShells("/offline/", shell);
  return page ? marked(page, mark) : Response.error();
}

/** A kept page, which says since when. @param {Response} kept */
function sayItIsKept(kept) {
  const at = new Date(kept.headers.get("Date") ?? 0).toISOString();
  return marked(kept, `data-kept="${at}" `);
}

/** @param {Response} page @param {string} attributes of its html element */
async function marked(page, attributes) {
  const headers = new Headers(page.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Link"]) headers.delete(name);
  const html = await page.text();
  return new Response(html.replace("<html ", `<html ${attributes}`), { headers });
}

/** @param {Request} request @param {Shell} shell */
async function openFile(request, shell) {
  const kept = await findInShells(request.url, shell);
  if (!kept) return fetch(request);
  if (shell.are_hashed) return kept;
  return (await inTime(fetch(request))) ?? kept;
}

/** @param {FetchEvent} event */
async function openBeside(event) {
  const { request } = event;
  const kept = await findPage(request.url);
  if (kept) return kept;
  const response = await fetch(request);
  const name = await findPersonCache();
  if (name) event.waitUntil(keepBeside(name, request.url, response.clone()));
  return response;
}
