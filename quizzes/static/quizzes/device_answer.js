// An answer as a form holds it, and what the device says of it.

import { find } from "../examprep/dom.js";
import { graded, NearlyError, RefusedError } from "./device/answers.js";
import { grade, messages, scoresOfCards } from "./device/grading.js";
import { rate } from "./device/memory.js";
import { countShown } from "./device_hints.js";
import { readOwnMark } from "./device_turned.js";
import { readResponse } from "./response.js";

/**
 * @typedef {import("./device/answers.js").Document} Document
 * @typedef {import("./device/pack.js").Question} Question
 * @typedef {import("./device_verdict.js").Judged} Judged
 * @typedef {{ judged: Judged } | { refused: string } | null} Opinion null: only the service can tell
 */

/**
 * The answer in a form as an event; null where it holds none yet.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 * @param {number} began when its question came, by `performance.now()`
 * @param {string} nearly the text that was called nearly right: the same again is meant
 * @returns {Document | null}
 */
export function readAnswer(form, submitter, began, nearly) {
  const isUnknown = submitter?.id === "dont-know";
  if (find(form, "#turn") && !isUnknown) return null;
  const response = isUnknown ? { dont_know: true } : (readOwnMark(form, submitter) ?? readResponse(form));
  if (!response) return null;
  const { presentation, event, confidence } = Object.fromEntries(new FormData(form));
  const isMeant = "text" in response && response.text === nearly;
  return {
    id: String(event),
    type: "review",
    presentation: String(presentation),
    response: isMeant ? { ...response, final: true } : response,
    confidence: confidence ? Number(confidence) : null,
    occurred_at: new Date().toISOString(),
    duration_ms: Math.round(performance.now() - began),
    hints_used: countShown(form),
  };
}

/**
 * The rating that each card of a question earns by its own score, and the lowest of them, which is the question's.
 *
 * @param {Question} question
 * @param {Document} event
 * @param {Judged | null} judged null: what the service alone can grade is taken for right
 * @param {import("./device/memory.js").Thresholds} thresholds
 */
export function rateCards(question, { response, confidence, duration_ms, hints_used: hints }, judged, thresholds) {
  const own = ["again", "hard", "good", "easy"].indexOf(response.rating) + 1;
  const seconds = duration_ms / 1000;
  const scores = Object.entries(judged?.scores ?? scoresOfCards(question, graded(1)));
  const ratings = scores.map(([card, score]) => {
    const rating = own || rate({ score, confidence, seconds, hints }, question["estimated_seconds"], thresholds);
    return /** @type {const} */ ([card, rating]);
  });
  return { rating: Math.min(...ratings.map(([, rating]) => rating)), ratings: Object.fromEntries(ratings) };
}

/** Whether all was seen before it was rated. @param {Document} event */
export function isRated({ response }) {
  return "rating" in response;
}

/** @param {Question} question @param {Document} response @returns {Promise<Opinion>} */
export async function judge(question, response) {
  try {
    const found = await grade(question, response);
    const said = [...new Set(messages(question, found, "message_html"))];
    const scores = scoresOfCards(question, found);
    return { judged: { score: found.score, scores, said, isUnknown: response["dont_know"] === true } };
  } catch (error) {
    if (error instanceof NearlyError) return { refused: `${error.message} Press Check again to keep your spelling.` };
    if (error instanceof RefusedError) return { refused: error.message };
    // Only the service can grade it; or a fault in here, which is no reason to lose an answer.
    return null;
  }
}
