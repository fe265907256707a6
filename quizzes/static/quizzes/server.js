// Requests to the server that outlive the page, and answer null where the server cannot be reached.

import { all, get } from "../examprep/dom.js";

/**
 * What the API says of a sitting that is open.
 *
 * @typedef {{ slot: number, rev: number, flagged: boolean }} SlotState
 * @typedef {{ state: string, deadline_at: string, server_now: string, slots: SlotState[] }} SittingState
 */

/**
 * A PUT that goes on when the page is left.
 *
 * @param {string} address
 * @param {object} body
 */
export function put(address, body) {
  return write("PUT", address, body, true);
}

/**
 * A POST; its body may be of any size, and so it ends with the page.
 *
 * @param {string} address
 * @param {object} body
 */
export function post(address, body) {
  return write("POST", address, body, false);
}

/**
 * A request of the login that a token is of: the service refuses it after another one.
 *
 * @param {string} token
 * @param {"POST" | "PUT" | "DELETE"} method
 * @param {string} address
 * @param {object} body
 */
export function writeAs(token, method, address, body = {}) {
  return write(method, address, body, true, token);
}

/** @param {string} method @param {string} address @param {object} body @param {boolean} keepalive @param {string} token */
function write(method, address, body, keepalive, token = csrfToken()) {
  return fetch(address, {
    method,
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
    keepalive,
  }).catch(() => null);
}

/**
 * The response to a GET of the API; null where there is none.
 *
 * @param {string} address
 * @param {RequestInit} options
 */
export function fetchOrNull(address, options = {}) {
  return fetch(address, options).catch(() => null);
}

/**
 * Send a form whose fields are all hidden, and show what the page has become. Returns whether the server was reached.
 *
 * @param {HTMLFormElement} form
 */
export async function submitHidden(form) {
  const fields = all(form, ":scope > input[type=hidden]", HTMLInputElement).map(({ name, value }) => [
    name,
    name === "csrfmiddlewaretoken" ? csrfToken() : value,
  ]);
  const response = await fetchOrNull(form.action, { method: "POST", body: new URLSearchParams(fields) });
  if (response) location.replace(location.pathname);
  return Boolean(response);
}

/** The milliseconds that a sitting has left by the server's clock. @param {SittingState} sitting */
export function millisecondsLeft(sitting) {
  return Date.parse(sitting.deadline_at) - Date.parse(sitting.server_now);
}

/** @param {number} milliseconds */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The token as it is now: a login in another tab changes it. */
function csrfToken() {
  const cookie = document.cookie.split("; ").find((each) => each.startsWith("csrftoken="));
  return cookie?.slice("csrftoken=".length) ?? get(document, "[name=csrfmiddlewaretoken]", HTMLInputElement).value;
}
