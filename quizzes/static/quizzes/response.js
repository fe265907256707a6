// A response as the fields of a form hold it, by the same names as in the API.

import { all, find, get } from "../examprep/dom.js";

/**
 * @typedef {{
 *   choice?: string, choices?: string[], value?: string, text?: string,
 *   pairs?: Record<string, string>, order?: string[], parts?: Record<string, Response>,
 * }} Response what a student answered, each kind of question with a field of its own
 */

/**
 * What a form's fields hold; null where that is no answer yet.
 *
 * @param {Element} form
 * @returns {Response | null}
 */
export function readResponse(form) {
  const parts = all(form, "[data-answer]");
  if (!parts.length) return readFields(form);
  const answered = parts.map((part) => [part.dataset.answer, readFields(part)]).filter(([, response]) => response);
  return answered.length ? { parts: Object.fromEntries(answered) } : null;
}

/**
 * The fields of a question, or of one of its parts, whose names begin with the part's.
 *
 * @param {string} name
 */
function named(name) {
  return `[name="${name}"], [name$=".${name}"]`;
}

/**
 * The field that a text is typed into, of one line or of several.
 *
 * @param {Element} root
 * @param {string} name
 */
function fieldOf(root, name) {
  const selector = `:is(.answer, .stem) :is(${named(name)})`;
  return find(root, selector, HTMLInputElement) ?? find(root, selector, HTMLTextAreaElement);
}

/**
 * What the fields of a question, or of a part, hold.
 *
 * @param {Element} root
 * @returns {Response | null}
 */
function readFields(root) {
  for (const name of ["value", "text"]) {
    const typed = fieldOf(root, name);
    if (typed) return typed.value.trim() ? { [name]: typed.value.trim() } : null;
  }
  return readPairs(root) ?? readSteps(root) ?? readChoices(root);
}

/** @param {Element} root @returns {Response | null} */
function readPairs(root) {
  const pairs = all(root, "[data-left]").map((left) => [
    left.dataset.left,
    get(left, "select", HTMLSelectElement).value,
  ]);
  const matched = pairs.filter(([, right]) => right);
  return matched.length ? { pairs: Object.fromEntries(matched) } : null;
}

/**
 * Steps are always in some order: in a part, beside others, that is an answer once they were touched.
 *
 * @param {Element} root
 * @returns {Response | null}
 */
function readSteps(root) {
  const steps = all(root, named("step"), HTMLInputElement);
  const isMeant = !root.hasAttribute("data-answer") || root.hasAttribute("data-touched");
  return steps.length && isMeant ? { order: steps.map((step) => step.value) } : null;
}

/** @param {Element} root @returns {Response | null} */
function readChoices(root) {
  if (root.querySelector(named("choices"))) {
    const choices = all(root, `:is(${named("choices")}):checked`, HTMLInputElement).map((box) => box.value);
    return choices.length || root.hasAttribute("data-touched") ? { choices } : null;
  }
  const list = find(root, `select:is(${named("choice")})`, HTMLSelectElement);
  const choice = list?.value ?? find(root, `:is(${named("choice")}):checked`, HTMLInputElement)?.value;
  return choice ? { choice } : null;
}

/**
 * Put a response into a form that was not made interactive yet.
 *
 * @param {Element} form
 * @param {Response | null | undefined} response
 */
export function fillForm(form, response) {
  const parts = all(form, "[data-answer]");
  if (!parts.length) fillFields(form, response);
  for (const part of parts) {
    const given = response?.parts?.[part.dataset.answer ?? ""];
    fillFields(part, given);
    if (given) part.toggleAttribute("data-touched", true);
  }
}

/**
 * Put a response into the fields of a question, or of a part.
 *
 * @param {Element} root
 * @param {Response | null | undefined} response
 */
function fillFields(root, response) {
  if (!response) return;
  fillChoices(root, response);
  for (const name of /** @type {const} */ (["value", "text"])) {
    const field = fieldOf(root, name);
    const text = response[name];
    if (field && text !== undefined) field.value = text;
  }
  for (const left of all(root, "[data-left]")) {
    get(left, "select", HTMLSelectElement).value = response.pairs?.[left.dataset.left ?? ""] ?? "";
  }
  const steps = find(root, "[data-ordering]");
  for (const id of response.order ?? []) {
    const step = all(root, named("step"), HTMLInputElement).find((field) => field.value === id);
    const place = step?.closest("[data-step]");
    if (place) steps?.append(place);
  }
}

/** @param {Element} root @param {Response} response */
function fillChoices(root, response) {
  const chosen = response.choices ?? [response.choice];
  for (const box of all(root, `:is(${named("choice")}, ${named("choices")}):not(select)`, HTMLInputElement))
    box.checked = chosen.includes(box.value);
  const list = find(root, `select:is(${named("choice")})`, HTMLSelectElement);
  if (list) list.value = response.choice ?? "";
}

/**
 * A response as text, the same whatever the order of its names.
 *
 * @param {Response | null | undefined} response
 */
export function writeResponse(response) {
  return JSON.stringify(response, (_, value) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort())
      : value,
  );
}
