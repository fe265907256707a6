// A response as the fields of a form hold it, by the same names as in the API.

import { all, find, get } from "../examprep/dom.js";

/**
 * @typedef {{
 *   choice?: string, choices?: string[], value?: string, text?: string,
 *   pairs?: Record<string, string>, order?: string[],
 * }} Response what a student answered, each kind of question with a field of its own
 */

/**
 * What a form's fields hold; null where that is no answer yet.
 *
 * @param {Element} form
 * @returns {Response | null}
 */
export function readResponse(form) {
  const typed = find(form, ".answer [name=value], .answer [name=text]", HTMLInputElement);
  if (typed) {
    const text = typed.value.trim();
    return text ? { [typed.name]: text } : null;
  }
  if (form.querySelector("[data-matching]")) {
    const pairs = all(form, "[data-left]").map((left) => [
      left.dataset.left,
      get(left, "select", HTMLSelectElement).value,
    ]);
    const matched = pairs.filter(([, right]) => right);
    return matched.length ? { pairs: Object.fromEntries(matched) } : null;
  }
  if (form.querySelector("[data-ordering]")) {
    return { order: all(form, "[name=step]", HTMLInputElement).map((step) => step.value) };
  }
  if (form.querySelector("[name=choices]")) {
    const choices = all(form, "[name=choices]:checked", HTMLInputElement).map((box) => box.value);
    return choices.length ? { choices } : null;
  }
  const chosen = find(form, "[name=choice]:checked", HTMLInputElement);
  return chosen && { choice: chosen.value };
}

/**
 * Put a response into a form that was not made interactive yet.
 *
 * @param {Element} form
 * @param {Response | null | undefined} response
 */
export function fillForm(form, response) {
  if (!response) return;
  const chosen = response.choices ?? [response.choice];
  for (const box of all(form, "[name=choice], [name=choices]", HTMLInputElement))
    box.checked = chosen.includes(box.value);
  for (const name of /** @type {const} */ (["value", "text"])) {
    const field = find(form, `.answer [name=${name}]`, HTMLInputElement);
    const text = response[name];
    if (field && text !== undefined) field.value = text;
  }
  for (const left of all(form, "[data-left]")) {
    get(left, "select", HTMLSelectElement).value = response.pairs?.[left.dataset.left ?? ""] ?? "";
  }
  const list = find(form, "[data-ordering]");
  for (const id of response.order ?? []) {
    const step = list?.querySelector(`[name=step][value="${id}"]`)?.closest("[data-step]");
    if (step) list?.append(step);
  }
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
