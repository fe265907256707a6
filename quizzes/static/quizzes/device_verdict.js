// The verdict of the device: said at once, and all that there is without a network.

import { create, find, get } from "../examprep/dom.js";
import { afterPaint } from "../examprep/moments.js";
import { setAhead, setFormulas } from "./device_formulas.js";

/**
 * @typedef {import("./device/answers.js").Document} Document
 * @typedef {import("./device/pack.js").Question} Question
 * @typedef {{ score: number, scores: Record<string, number>, said: string[], isUnknown: boolean }} Judged `scores` of each
 *   card by its id, where pairs or parts have cards of their own; `said` as HTML
 */

/** @param {number} score */
export function outcomeOf(score) {
  if (score === 1) return "right";
  return score > 0 ? "partly" : "wrong";
}

/** @param {Judged} judged */
function wordsOf({ score, isUnknown }) {
  if (isUnknown) return "Not known yet";
  if (score === 1) return "Correct";
  return score > 0 ? `Partly correct ${Math.round(100 * score)} %` : "Incorrect";
}

/**
 * Show a verdict above its question, which steps back. Null stands for an answer that only the service can grade.
 *
 * @param {HTMLFormElement} form
 * @param {Question | null} question
 * @param {Judged | null} judged
 */
export function showVerdict(form, question, judged) {
  hideVerdict(form);
  const copy = document.importNode(get(document, "#device-verdict", HTMLTemplateElement).content, true);
  const card = get(copy, "[data-device]");
  nameApart(card);
  get(card, "h2").textContent = judged ? wordsOf(judged) : "Kept. It will be graded when you are back online.";
  if (judged && question) fill(card, question, judged);
  makeRoom(form).append(copy);
  form.toggleAttribute("data-judged", true);
  setFormulas(card);
  if (judged && question) whyFollows(card, question, judged);
  return card;
}

/**
 * The place above a question's form in which its verdict will be. What is put between elements has those after it styled
 * anew, which on a phone takes longer than to show the verdict: a place that is there before spares that.
 *
 * @param {HTMLFormElement} form
 */
export function makeRoom(form) {
  const { previousElementSibling: before } = form;
  if (before?.matches("[data-room]")) return before;
  const room = create("div", {});
  room.toggleAttribute("data-room", true);
  form.before(room);
  return room;
}

/** Once a verdict is seen, nothing in its question is pressed any more: all in it is styled anew for that. @param {HTMLFormElement} form */
export function stepBack(form) {
  form.inert = form.hasAttribute("data-judged");
}

let shown = 0;

/** Give a verdict ids of its own: a page of several questions has several. @param {HTMLElement} card */
function nameApart(card) {
  shown += 1;
  for (const id of ["device-outcome", "device-key"]) {
    for (const named of ["id", "aria-labelledby"]) {
      card.querySelector(`[${named}=${id}]`)?.setAttribute(named, `${id}-${shown}`);
    }
  }
}

/** @param {HTMLElement} card @param {Question} question @param {Judged} judged */
function fill(card, question, { score, isUnknown }) {
  card.classList.add(outcomeOf(score));
  get(card, ".verdict").classList.toggle("unknown", isUnknown);
  const lines = score < 1 ? keyLines(question) : [];
  get(card, ".key").hidden = !lines.length;
  get(card, ".key ul").append(...lines.map((innerHTML) => create("li", { innerHTML })));
}

/** Say why once the verdict is seen: on a phone to lay that out takes longer than all before. @param {HTMLElement} card @param {Question} question @param {Judged} judged */
async function whyFollows(card, question, { said, isUnknown }) {
  await afterPaint();
  const why = get(card, ".why");
  // As on the page of the service: what is said to one choice or one text, not to each of many parts.
  const toOne = said.length === 1 ? `<p class="said">${said[0]}</p>` : "";
  const back = isUnknown ? (question["back_html"] ?? "") : "";
  get(why, ".prose").innerHTML = toOne + back + question["explanation_html"];
  why.hidden = false;
  setFormulas(why);
}

/** Set the formulas ahead that the back of a question and its verdict may show. @param {Question} question */
export function prepareVerdict(question) {
  const said = question.feedback.map((each) => each["message_html"]);
  const texts = [question["back_html"], question["explanation_html"], question["solution_html"], ...keyLines(question)];
  setAhead([...texts, ...said].filter(Boolean).join(""));
}

/** @param {HTMLFormElement} form */
export function hideVerdict(form) {
  const { parentElement } = form;
  if (parentElement) find(parentElement, "[data-device]")?.remove();
  form.toggleAttribute("data-judged", false);
  form.inert = false;
}

/** The right answer in lines of HTML. @param {Question} question @returns {string[]} */
function keyLines({ prompt, key }) {
  const options = [...(prompt["choices"] ?? []), ...(prompt["steps"] ?? []), ...(prompt["right"] ?? [])];
  const named = new Map([...options, ...(prompt["left"] ?? [])].map(({ id, text_html }) => [id, text_html]));
  if (key["choice"]) return [named.get(key["choice"])];
  if (key["choices"] ?? key["order"])
    return (key["choices"] ?? key["order"]).map((/** @type {string} */ id) => named.get(id));
  if (key["pairs"])
    return Object.entries(key["pairs"]).map(([left, right]) => `${named.get(left)} → ${named.get(right)}`);
  const typed = key["value"] ?? key["text"];
  return typed ? [create("span", { textContent: `${typed} ${prompt["unit"] ?? ""}`.trim() }).innerHTML] : [];
}
