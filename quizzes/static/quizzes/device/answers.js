// What graders have in common: what they say of an answer, and what they refuse.

/**
 * @typedef {Record<string, any>} Document a JSON object of the API
 * @typedef {Record<string, unknown>} When which feedback is said: the entry of which all of `when` is in this
 * @typedef {{ score: number, said: When[], parts: Record<string, Grade> }} Grade
 * @typedef {(rule: Document, prompt: Document, key: Document, response: Document) => Grade | Promise<Grade>} Grader
 */

/** The answer counts for nothing: the student has to correct it. */
export class RefusedError extends Error {}

/** It is refused as nearly right: the student is asked to look again. */
export class NearlyError extends RefusedError {}

/** Only the service can grade it. */
export class LeftToServiceError extends Error {}

/**
 * @param {number} score
 * @param {When[]} said
 * @param {Record<string, Grade>} parts
 * @returns {Grade}
 */
export function graded(score, said = [], parts = {}) {
  return { score, said, parts };
}

// What Python takes for white space; JavaScript's `trim` takes U+FEFF, too.
export const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const AT_ENDS = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "gu");

/** A text without the white space at its ends. @param {string} text */
export function strip(text) {
  return text.replace(AT_ENDS, "");
}
