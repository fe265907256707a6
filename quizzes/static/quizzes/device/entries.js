// Grades numbers, lists, matrices and sets as they are typed: the rules of docs/api.md that read numbers.

import { graded, LeftToServiceError, RefusedError, strip } from "./answers.js";
import {
  absolute,
  compare,
  exactly,
  fraction,
  minus,
  ONE,
  plain,
  plus,
  readNumber,
  times,
  typedOf,
} from "./fractions.js";

/**
 * @typedef {import("./fractions.js").Fraction} Fraction
 * @typedef {import("./answers.js").Document} Document
 * @typedef {import("./answers.js").Grader} Grader
 * @typedef {{ value: Fraction | null, closed: boolean }} End of an interval; null is infinity
 * @typedef {{ low: End, high: End }} Piece
 */

const MOST_NUMBERS = 100;
const MOST_ROWS = 12;
const MOST_PIECES = 20;
const SLACK = exactly(1 + 1e-9);
const ULP = fraction(1n, 1n << 50n);
const BRACKETS = ["[]", "()", "{}"];
/** Units of which `%` is the sign: typed behind a number, it is no hundredth. */
const SHARES = ["%", "percent", "per cent", "percentage points"];

/** @type {Grader} */
export function number(rule, prompt, _key, response) {
  if (SHARES.includes(prompt["unit"]?.toLowerCase()) && String(typedOf(response)).includes("%")) {
    throw new LeftToServiceError("It may be the sign of the unit that stands behind the field.");
  }
  const [typed, scale] = rule["scales"] ? splitUnit(typedOf(response), rule["scales"]) : [typedOf(response), ONE];
  const values = rule["is_list"] ? listed(plain(typed)) : [readNumber(plain(typed))];
  if (values.length !== rule["values"].length) throw new RefusedError("Another list is asked for.");
  const converted = values.map((value) => times(value, scale));
  const isScaled = compare(scale, ONE) !== 0;
  if (allMeet(converted, rule)) return graded(isScaled && rule["units"] === "stated" ? rule["wrong_unit"] : 1);
  const mistake = rule["mistakes"].findIndex((/** @type {Document | null} */ each) => each && allMeet(converted, each));
  if (mistake >= 0) return graded(0, [{ mistake }]);
  return graded(isScaled && allMeet(values, rule) ? rule["wrong_unit"] : 0);
}

/** @type {Grader} */
export function numbers(rule, _prompt, _key, response) {
  const text = plain(typedOf(response));
  const typed = text === "∅" ? [] : entries(withoutBrackets(text));
  const isNew = (/** @type {Fraction} */ value, /** @type {number} */ at) =>
    typed.findIndex((each) => compare(each, value) === 0) === at;
  const values = rule["order"] === "set" ? typed.filter(isNew) : typed;
  return byEntries(rule, (wanted) => {
    const hits = rule["order"] === "matters" ? hitsInOrder(values, wanted) : hitsAnywhere(values, wanted);
    const most = Math.max(values.length, wanted["values"].length);
    return most ? hits / most : 1;
  });
}

/** @type {Grader} */
export function matrix(rule, _prompt, _key, response) {
  const { rows, isFlat } = readMatrix(plain(typedOf(response)));
  const columns = rows[0]?.length ?? 0;
  return byEntries(rule, (wanted) => {
    const isVector = wanted["is_flat"] && (rows.length === 1 || columns === 1);
    if (!isVector && isFlat && columns > 1) throw new RefusedError("A row or a column?");
    const [height, width] = isVector ? [1, rows.length * columns] : [rows.length, columns];
    if (height !== wanted["rows"] || width !== wanted["columns"]) {
      if (rule["fixed"]) throw new RefusedError("Another shape is asked for.");
      return 0;
    }
    return hitsInOrder(rows.flat(), wanted) / wanted["values"].length;
  });
}

/** @type {Grader} */
export function intervals(rule, _prompt, _key, response) {
  const pieces = readPieces(plain(typedOf(response)));
  const sides = /** @type {const} */ (["low", "high"]);
  const ends = pieces.flatMap((piece) => sides.map((side) => ({ side, ...piece[side] }))).filter(({ value }) => value);
  return byEntries(rule, (wanted) => {
    /** @type {Document[]} */
    const keys = wanted["pieces"].flatMap((/** @type {Document} */ piece) =>
      sides.filter((side) => piece[side]).map((side) => ({ side, ...piece[side] })),
    );
    const most = Math.max(ends.length, keys.length);
    if (!most) return Number(pieces.length === wanted["pieces"].length);
    const left = [...ends];
    const hits = keys.filter((key) => {
      const at = left.findIndex(
        ({ side, value, closed }) =>
          side === key["side"] && closed === key["closed"] && value && meets(value, key["value"], key["allowed"]),
      );
      return at >= 0 && left.splice(at, 1);
    });
    return hits.length / most;
  });
}

// Comparing

/**
 * Whether a number is a key, up to what is allowed: exactly, as fractions.
 *
 * @param {Fraction} value
 * @param {number} key
 * @param {number} allowed
 */
function meets(value, key, allowed) {
  const exact = exactly(key);
  const limit = plus(times(exactly(allowed), SLACK), times(absolute(exact), ULP));
  return compare(absolute(minus(value, exact)), limit) <= 0;
}

/** @param {Fraction[]} values @param {Document} wanted */
function allMeet(values, wanted) {
  return values.length === wanted["values"].length && hitsInOrder(values, wanted) === values.length;
}

/** @param {Fraction[]} values @param {Document} wanted */
function hitsInOrder(values, wanted) {
  const length = Math.min(values.length, wanted["values"].length);
  return values.slice(0, length).filter((value, at) => meets(value, wanted["values"][at], wanted["allowed"][at]))
    .length;
}

/** Each key takes the smallest number left that it meets. @param {Fraction[]} values @param {Document} wanted */
function hitsAnywhere(values, wanted) {
  const left = [...values].sort(compare);
  /** @type {[number, number][]} */
  const keys = wanted["values"].map((/** @type {number} */ value, /** @type {number} */ at) => [
    value,
    wanted["allowed"][at],
  ]);
  const inOrder = keys.sort(([value, allowed], [other, itsAllowed]) => value + allowed - (other + itsAllowed));
  return inOrder.filter((key) => {
    const at = left.findIndex((each) => meets(each, ...key));
    return at >= 0 && left.splice(at, 1);
  }).length;
}

/** The score by the key, and the mistake that it is. @param {Document} rule @param {(wanted: Document) => number} scoreOf */
function byEntries(rule, scoreOf) {
  const score = scoreOf(rule["key"]);
  const mistake =
    score < 1
      ? rule["mistakes"].findIndex((/** @type {Document[]} */ lists) => lists.some((each) => scoreOf(each) === 1))
      : -1;
  return graded(rule["all_or_nothing"] ? Number(score === 1) : score, mistake >= 0 ? [{ mistake }] : []);
}

// Reading

/** @param {string} typed @param {Record<string, string>} scales by unit, as fractions @returns {[string, Fraction]} */
function splitUnit(typed, scales) {
  const text = strip(typed);
  const at = text.lastIndexOf(" ");
  const unit = text.slice(at + 1);
  if (at < 0 || !Object.hasOwn(scales, unit)) throw new LeftToServiceError("Another unit.");
  const [n = "0", d = "1"] = String(scales[unit]).split("/");
  return [text.slice(0, at), fraction(BigInt(n), BigInt(d))];
}

/** @param {string} text */
function listed(text) {
  if (!text.startsWith("[") || !text.endsWith("]")) throw new LeftToServiceError("No list.");
  return text
    .slice(1, -1)
    .split(", ")
    .map((each) => readNumber(each, false));
}

/** @param {string} text */
function withoutBrackets(text) {
  const isBracketed = BRACKETS.some(
    ([opening = "", closing = ""]) => text.startsWith(opening) && text.endsWith(closing),
  );
  return isBracketed && text.length > 2 ? text.slice(1, -1) : text;
}

/** Numbers without any space, with one sort of separator between. @param {string} text */
function entries(text) {
  const each = text.split(text.includes("; ") ? "; " : ", ");
  if (each.length > MOST_NUMBERS) throw new LeftToServiceError("Many numbers.");
  return each.map((entry) => readNumber(entry, false));
}

/** @param {string} text */
function readMatrix(text) {
  if (text.startsWith("[[") && text.endsWith("]]")) {
    const rows = text.slice(2, -2).split("], [").map(entries);
    if (new Set(rows.map((row) => row.length)).size > 1) throw new RefusedError("Rows of different lengths.");
    if (Math.max(rows.length, rows[0]?.length ?? 0) > MOST_ROWS) throw new LeftToServiceError("A large matrix.");
    return { rows, isFlat: false };
  }
  if (!text.startsWith("[") || !text.endsWith("]")) throw new LeftToServiceError("No matrix.");
  return { rows: [entries(text.slice(1, -1))], isFlat: true };
}

/** A set in its normal form: pieces in order that do not touch. @param {string} text @returns {Piece[]} */
function readPieces(text) {
  if (text === "∅") return [];
  const read = text.replaceAll(" ∪ ", " U ").split(" U ").flatMap(readPiece);
  if (read.length > MOST_PIECES) throw new LeftToServiceError("Many pieces.");
  /** @type {Piece[]} */
  const merged = [];
  for (const piece of read.sort((a, b) => compareEnds(a.low, b.low, -1))) {
    const last = merged.at(-1);
    if (last && isTouching(last.high, piece.low)) {
      if (compareEnds(piece.high, last.high, 1) > 0) last.high = piece.high;
    } else merged.push({ ...piece });
  }
  return merged;
}

/** In order from left to right; `side` is -1 for low ends, of which infinity and closed ones come first. @param {End} a @param {End} b @param {1 | -1} side */
function compareEnds(a, b, side) {
  if (!a.value || !b.value) return side * (Number(!a.value) - Number(!b.value));
  return compare(a.value, b.value) || side * (Number(a.closed) - Number(b.closed));
}

/** @param {End} high @param {End} low */
function isTouching(high, low) {
  if (!high.value || !low.value) return true;
  const order = compare(low.value, high.value);
  return order < 0 || (order === 0 && (low.closed || high.closed));
}

/** @param {string} text @returns {Piece[]} */
function readPiece(text) {
  if (text.startsWith("{") && text.endsWith("}")) {
    return entries(text.slice(1, -1)).map((value) => ({ low: { value, closed: true }, high: { value, closed: true } }));
  }
  const ends = text.slice(1, -1).split(", ");
  if (!/^[[(].*[\])]$/su.test(text) || ends.length !== 2) throw new LeftToServiceError("No interval.");
  const [low = "∞", high = "-∞"] = ends.map(readEnd);
  if (low === "∞" || high === "-∞") throw new RefusedError("The wrong way round.");
  return [readInterval(low, high, text[0] === "[", text.at(-1) === "]")];
}

/**
 * @param {"-∞" | Fraction} low
 * @param {"∞" | Fraction} high
 * @param {boolean} hasLow whether its ends belong to it
 * @param {boolean} hasHigh
 * @returns {Piece}
 */
function readInterval(low, high, hasLow, hasHigh) {
  if ((low === "-∞" && hasLow) || (high === "∞" && hasHigh)) throw new RefusedError("Infinity belongs to no interval.");
  const order = low === "-∞" || high === "∞" ? -1 : compare(low, high);
  if (order > 0 || (order === 0 && !(hasLow && hasHigh))) throw new RefusedError("It holds no number.");
  return {
    low: { value: low === "-∞" ? null : low, closed: hasLow },
    high: { value: high === "∞" ? null : high, closed: hasHigh },
  };
}

/** @param {string} text @returns {"∞" | "-∞" | Fraction} */
function readEnd(text) {
  if (text === "inf" || text === "∞") return "∞";
  return text === "-inf" || text === "-∞" ? "-∞" : readNumber(text, false);
}
