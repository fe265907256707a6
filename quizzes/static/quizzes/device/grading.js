// Grades answers by what a pack says of their questions: the rules of docs/api.md under “Grading”.

import { graded, LeftToServiceError, RefusedError, strip } from "./answers.js";

/**
 * @typedef {import("./answers.js").Document} Document
 * @typedef {import("./answers.js").Grade} Grade
 * @typedef {import("./answers.js").Grader} Grader
 * @typedef {import("./answers.js").When} When
 * @typedef {{ prompt: Document, key: Document, grading: Document, feedback: Document[] }} Entry of a pack
 */

/** Rules that read what was typed; their graders are loaded when they are needed. @type {Record<string, () => Promise<Record<string, unknown>>>} */
const APART = {
  text: () => import("./texts.js"),
  number: () => import("./entries.js"),
  numbers: () => import("./entries.js"),
  matrix: () => import("./entries.js"),
  intervals: () => import("./entries.js"),
  formula: () => import("./formulas.js"),
};

/** @type {Record<string, Grader>} */
const RULES = { one_choice: oneChoice, ticks, pairs, order, points, own_rating: ownRating, parts };

/**
 * Grade a response to an entry of a pack. Throws RefusedError, LeftToServiceError.
 *
 * @param {Entry} entry
 * @param {unknown} response
 * @returns {Promise<Grade>}
 */
export async function grade(entry, response) {
  if (isDontKnow(response)) return graded(0);
  if (!entry.grading["final"]) throw new LeftToServiceError("grading.final is false");
  return byRule(entry.grading, entry.prompt, entry.key, response);
}

/**
 * The messages of the feedback that is said of a grade, as Markdown or as `message_html`: of several entries that fit, the
 * one that says the most.
 *
 * @param {Entry} entry
 * @param {Grade} grade
 * @param {"message" | "message_html"} field
 * @returns {string[]}
 */
export function messages(entry, grade, field = "message") {
  /** @type {[string | undefined, Grade][]} */
  const all = [[undefined, grade], ...Object.entries(grade.parts)];
  return all.flatMap(([part, { said }]) =>
    said.flatMap((when) => {
      const fitting = entry.feedback.filter(
        (each) => each["part"] === part && Object.entries(each["when"]).every(([name, value]) => when[name] === value),
      );
      const sizes = fitting.map((each) => Object.keys(each["when"]).length);
      return fitting.length ? [fitting[sizes.indexOf(Math.max(...sizes))]?.[field]] : [];
    }),
  );
}

/**
 * The score of each card of an entry by the card's id: pairs and parts have cards of their own, else there is its one card.
 *
 * @param {Entry & { card: string, cards?: Record<string, string> }} entry
 * @param {Grade} grade
 * @returns {Record<string, number>}
 */
export function scoresOfCards({ card, cards = {}, grading }, { score, said, parts }) {
  const own = Object.entries(cards);
  if (!own.length) return { [card]: score };
  const isOfPairs = grading["rule"] === "pairs";
  // Nobody who knows nothing is told which pair was wrong.
  const isRight = (/** @type {string} */ left) => score > 0 && !said.some((when) => when["left"] === left);
  return Object.fromEntries(
    own.map(([name, id]) => [id, isOfPairs ? Number(isRight(name)) : (parts[name]?.score ?? score)]),
  );
}

/** @param {unknown} response @returns {response is Document} */
function isDocument(response) {
  return typeof response === "object" && response !== null && !Array.isArray(response);
}

/** @param {unknown} response */
function isDontKnow(response) {
  return isDocument(response) && response["dont_know"] === true;
}

/**
 * @param {Document} rule
 * @param {Document} prompt
 * @param {Document} key
 * @param {unknown} response
 */
async function byRule(rule, prompt, key, response) {
  if (isDontKnow(response)) return graded(0);
  if (!isDocument(response)) throw new RefusedError("Send an object.");
  const name = rule["rule"];
  const grader = /** @type {Grader | undefined} */ (RULES[name] ?? (await APART[name]?.())?.[name]);
  if (!grader) throw new LeftToServiceError(`The rule ${name} is newer than this client.`);
  return grader(rule, prompt, key, response);
}

// Options

/** @type {Grader} */
function oneChoice(_rule, prompt, key, response) {
  const chosen = known(response["choice"], prompt["choices"]);
  return graded(Number(chosen === key["choice"]), [{ chosen }]);
}

/** @type {Grader} */
function ticks(_rule, prompt, key, response) {
  const ticked = ids(response["choices"], prompt["choices"]);
  const wrong = ticked.filter((id) => !key["choices"].includes(id));
  /** @type {string[]} */
  const missed = key["choices"].filter((/** @type {string} */ id) => !ticked.includes(id));
  const all = key["choices"].length;
  const score = all ? Math.max(ticked.length - 2 * wrong.length, 0) / all : Number(!ticked.length);
  return graded(score, [...wrong.map((chosen) => ({ chosen })), ...missed.map((id) => ({ missed: id }))]);
}

/** @type {Grader} */
function pairs(_rule, prompt, key, response) {
  const matched = response["pairs"];
  if (!isDocument(matched) || !Object.keys(matched).length) throw new RefusedError("Match at least one pair.");
  for (const [left, right] of Object.entries(matched)) {
    known(left, prompt["left"]);
    known(right, prompt["right"]);
  }
  const all = Object.entries(key["pairs"]);
  const wrong = all.filter(([left, right]) => matched[left] !== right);
  return graded(
    (all.length - wrong.length) / all.length,
    wrong.map(([left]) => ({ left, right: matched[left] })),
  );
}

/** @type {Grader} */
function order(_rule, prompt, key, response) {
  const right = key["order"];
  const steps = ids(response["order"], prompt["steps"]);
  if (steps.length !== right.length) throw new RefusedError("Send all steps.");
  const places = steps.map((step) => right.indexOf(step));
  /** The length of the longest increasing subsequence that ends at each place. @type {number[]} */
  const longest = [];
  places.forEach((place, at) => {
    longest.push(1 + Math.max(0, ...longest.filter((_, before) => before < at && Number(places[before]) < place)));
  });
  const said = steps.filter((step, at) => right[at] !== step).map((step) => ({ step }));
  return graded((Math.max(...longest) - 1) / (places.length - 1), said);
}

/** @param {unknown} value @param {Document[]} options @returns {string} */
function known(value, options) {
  if (typeof value !== "string" || !options.some(({ id }) => id === value)) throw new RefusedError("No such option.");
  return value;
}

/** @param {unknown} values @param {Document[]} options @returns {string[]} */
function ids(values, options) {
  if (!Array.isArray(values)) throw new RefusedError("Send a list.");
  const read = values.map((value) => known(value, options));
  if (new Set(read).size < read.length) throw new RefusedError("One stands here twice.");
  return read;
}

// By the students themselves, and in parts

/** @type {Grader} */
function points(rule, _prompt, _key, response) {
  const { text } = response;
  if (typeof text !== "string" || !strip(text)) throw new RefusedError("Write an answer.");
  const ticked = ids(response["points"], rule["points"]);
  const marks = (/** @type {Document[]} */ all) => all.reduce((sum, point) => sum + point["marks"], 0);
  return graded(
    marks(rule["points"].filter((/** @type {Document} */ { id }) => ticked.includes(id))) / marks(rule["points"]),
  );
}

/** @type {Grader} */
function ownRating(rule, _prompt, _key, response) {
  const { rating } = response;
  if (!Object.hasOwn(rule["ratings"], rating)) throw new RefusedError("Say how well you knew it.");
  return graded(rule["ratings"][rating]);
}

/** @param {Document} rule @param {Document} prompt @param {Document} key @param {Document} response */
async function parts(rule, prompt, key, response) {
  const responses = response["parts"];
  const isRead = isDocument(responses) && Object.keys(responses).every((name) => Object.hasOwn(rule["parts"], name));
  if (!isRead || !Object.keys(responses).length) throw new RefusedError("Answer at least one part.");
  const prompts = Object.fromEntries(
    prompt["parts"].map((/** @type {Document} */ part) => [part["id"], part["prompt"]]),
  );
  /** @type {Record<string, Grade>} */
  const grades = {};
  let earned = 0;
  let marks = 0;
  for (const [name, ofPart] of Object.entries(rule["parts"])) {
    const isAnswered = Object.hasOwn(responses, name);
    const ofThis = isAnswered ? await byRule(ofPart, prompts[name], key["parts"][name], responses[name]) : graded(0);
    if (isAnswered && ofPart["follows"].length && ofThis.score < 1) {
      throw new LeftToServiceError("It may be right by the student's own earlier numbers.");
    }
    grades[name] = ofThis;
    earned += rule["marks"][name] * ofThis.score;
    marks += rule["marks"][name];
  }
  const isRight = Object.values(grades).every(({ score }) => score === 1);
  return graded(isRight ? 1 : earned / marks, [], grades);
}
