// An answer as a form holds it, and what the device says of it.

import { find } from "../examprep/dom.js";
import { NearlyError, RefusedError } from "./device/answers.js";
import { grade, leastScore, messages } from "./device/grading.js";
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

/** Whether all was seen before it was rated. @param {Document} event */
export function isRated({ response }) {
  return "rating" in response;
}

/** @param {Question} question @param {Document} response @returns {Promise<Opinion>} */
export async function judge(question, response) {
  try {
    const graded = await grade(question, response);
    const said = [...new Set(messages(question, graded, "message_html"))];
    const least = leastScore(question, graded);
    return { judged: { score: graded.score, least, said, isUnknown: response["dont_know"] === true } };
  } catch (error) {
    if (error instanceof NearlyError) return { refused: `${error.message} Press Check again to keep your spelling.` };
    if (error instanceof RefusedError) return { refused: error.message };
    // Only the service can grade it; or a fault in here, which is no reason to lose an answer.
    return null;
  }
}
