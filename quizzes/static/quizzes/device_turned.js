// Cards that are turned over on the device: what their students mark themselves by is shown at once.

import { all, create, find, get } from "../examprep/dom.js";
import { afterPaint } from "../examprep/moments.js";
import { setFormulas } from "./device_formulas.js";
import { fetchOrNull } from "./server.js";

/** @typedef {import("./device/pack.js").Question} Question */

/** Rules by which students mark themselves. */
const RATED = "own_rating";
const BY_POINTS = "points";

/** @param {Question | null} question @returns {question is Question} */
export function canTurn(question) {
  return [RATED, BY_POINTS].includes(question?.grading["rule"]);
}

/**
 * Show what is on the back in a question's form, and what its student says of it there.
 *
 * @param {HTMLFormElement} form
 * @param {Question} question
 */
export function turnOver(form, question) {
  const unturned = new URLSearchParams(/** @type {[string, string][]} */ ([...new FormData(form)]));
  const isRated = question.grading["rule"] === RATED;
  const answer = get(form, ".answer");
  const text = find(answer, "textarea", HTMLTextAreaElement)?.value ?? "";
  // First, while nothing else has changed: what has the focus and goes has the page styled at once.
  replaceTurn(form, isRated);
  const copy = document.importNode(get(document, "#device-turned", HTMLTemplateElement).content, true);
  get(copy, "[data-back]").textContent = isRated ? "Answer" : "Model answer";
  get(copy, "[data-html=back_html]").innerHTML = question["back_html"];
  for (const part of all(copy, isRated ? ".of-student, .points" : ".of-recall")) part.remove();
  if (!isRated) fillPoints(copy, question, text);
  answer.replaceChildren(copy);
  setFormulas(answer);
  const back = get(form, "[data-back]");
  back.focus({ preventScroll: true });
  back.scrollIntoView({ block: "nearest" });
  afterPaint().then(() => {
    if (!isRated || !form.isConnected) return;
    fillRest(answer, question);
    showWhenItComesBack(form, unturned);
  });
}

/** Put what its student says of the back in place of the button that shows it. @param {HTMLFormElement} form @param {boolean} isRated */
function replaceTurn(form, isRated) {
  const turn = get(form, "#turn");
  if (isRated) {
    turn.replaceWith(document.importNode(get(document, "#device-ratings", HTMLTemplateElement).content, true));
    return;
  }
  find(form, "#dont-know")?.remove();
  turn.outerHTML = '<button class="button" id="check">Done <kbd aria-hidden="true">Enter</kbd></button>';
}

/** What follows the back of a card comes once that is seen: of others it follows with the verdict. @param {HTMLElement} answer @param {Question} question */
function fillRest(answer, question) {
  for (const place of all(answer, ".of-recall")) {
    const prose = place.dataset["html"] ? place : get(place, "[data-html]");
    prose.innerHTML = question[prose.dataset["html"] ?? ""] ?? "";
    if (prose.innerHTML) place.hidden = false;
    else place.remove();
  }
  setFormulas(answer);
}

/** @param {ParentNode} copy @param {Question} question @param {string} text */
function fillPoints(copy, question, text) {
  const written = get(copy, ".written");
  written.textContent = text;
  written.append(create("input", { type: "hidden", name: "marked", value: "1" }));
  written.append(create("input", { type: "hidden", name: "text", value: text }));
  const option = get(copy, ".option");
  option.replaceWith(
    ...question.grading["points"].map(
      (/** @type {import("./device/answers.js").Document} */ point, /** @type {number} */ at) => {
        const own = /** @type {HTMLElement} */ (option.cloneNode(true));
        get(own, "input", HTMLInputElement).value = point["id"];
        get(own, ".text").innerHTML = point["text_html"];
        get(own, ".numbers").textContent = `${point["marks"]}\u00a0mark${point["marks"] === 1 ? "" : "s"}`;
        get(own, "kbd").textContent = String(at + 1);
        return own;
      },
    ),
  );
}

/**
 * When the card comes back after each rating the service knows, where it can be reached.
 *
 * @param {HTMLFormElement} form
 * @param {URLSearchParams} unturned what the form held that asks for the back
 */
async function showWhenItComesBack(form, unturned) {
  const options = { method: "POST", body: unturned, headers: { "HX-Request": "true" } };
  const answer = await fetchOrNull(form.action, options);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const told of all(page, ".ratings button", HTMLButtonElement)) {
    const place = find(form, `.ratings [value="${told.value}"] .quiet`);
    if (place) place.textContent = find(told, ".quiet")?.textContent ?? "";
  }
}

/**
 * What a form says of an answer that its student marks; null where it is none.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
export function readOwnMark(form, submitter) {
  if (!find(form, "[data-back]")) return null;
  if (submitter instanceof HTMLButtonElement && submitter.name === "rating") return { rating: submitter.value };
  const text = find(form, "[name=text]", HTMLInputElement)?.value;
  const points = all(form, "[name=points]", HTMLInputElement);
  return text ? { text, points: points.filter(({ checked }) => checked).map(({ value }) => value) } : null;
}
