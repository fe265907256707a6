// Grades typed texts: the rule `text` of docs/api.md. JavaScript's classes of characters are not Python's; these are.

import { graded, LeftToServiceError, NearlyError, RefusedError, SPACE, strip } from "./answers.js";

/** @typedef {import("./answers.js").Document} Document */

const LONGEST = 200;
const LETTER = "\\p{L}\\p{Nl}\\p{No}";
const WORD = "\\p{L}\\p{N}_";

const UNSEEN = /\p{Cf}|[\ufe00-\ufe0f]|\u034f/gu;
const DASHES = /[‐‑‒–—―−˗﹣－]/gu;
const SIGNS = /** @type {const} */ ([
  [DASHES, "-"],
  [/[‘’‚‛′`]/gu, "'"],
  [/[“”„‟″]/gu, '"'],
  [/[⁄∕]/gu, "/"],
]);
const SIGNS_OF_CODE = /** @type {const} */ ([
  [DASHES, "-"],
  [/[‘’]/gu, "'"],
  [/[“”]/gu, '"'],
]);
const SPACES = new RegExp(`[${SPACE}]+`, "gu");
const POINT = new RegExp(`(?<![${WORD}.])\\.(?=\\p{Nd})`, "gu");
const STOP = new RegExp(`(?<=[${WORD})\\]])\\.+$`, "u");
const WORD_END = new RegExp(`(?<=[${LETTER}]{2})[!?]+$`, "u");
const NOT_IN_SLIPS = new RegExp(`[${LETTER}${SPACE}'",;:()]`, "gu");
const TOKEN = new RegExp(
  [
    '"(?:[^"\\\\]|\\\\[^\\n])*"',
    "'(?:[^'\\\\]|\\\\[^\\n])*'",
    `\\p{Nd}+(?:\\.\\p{Nd}*)?(?:[eE][-+]?\\p{Nd}+)?[${WORD}]*`,
    "\\.\\p{Nd}+(?:[eE][-+]?\\p{Nd}+)?",
    `[${WORD}]+`,
    "\\*\\*=|//=|<<=|>>=|===|!==|\\.\\.\\.|[-+*/%@&|^=!<>:]=|\\*\\*|//|<<|>>|&&|\\|\\||\\+\\+|--|->|::",
    `[^${SPACE}]`,
  ].join("|"),
  "gu",
);

// Which compatible signs (of Unicode's decompositions) are raised, lowered, fractions, in a circle; and what else is a digit.
const RAISED =
  /[\xaa\xb2\xb3\xb9\xba\u02b0-\u02b8\u02e0-\u02e4\u10fc\u1d2c-\u1d2e\u1d30-\u1d3a\u1d3c-\u1d4d\u1d4f-\u1d61\u1d78\u1d9b-\u1dbf\u2070\u2071\u2074-\u207f\u2120\u2122\u2c7d\u2d6f\u3192-\u319f\ua69c\ua69d\ua770\ua7f2-\ua7f4\ua7f8\ua7f9\uab5c-\uab5f\uab69\u{10781}-\u{10785}\u{10787}-\u{107b0}\u{107b2}-\u{107ba}\u{1f16a}-\u{1f16c}]/u;
const LOWERED = /[\u1d62-\u1d6a\u2080-\u208e\u2090-\u209c\u2c7c]/u;
const FRACTION = /[\xbc-\xbe\u2150-\u215f\u2189]/u;
const IN_CIRCLE =
  /[\u2460-\u2473\u24b6-\u24ea\u3244-\u3247\u3251-\u327e\u3280-\u32bf\u32d0-\u32fe\u{1f12b}-\u{1f12e}\u{1f250}\u{1f251}]/u;
const DIGIT =
  /[\p{Nd}\xb2\xb3\xb9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]$/u;
const CHEROKEE = /[\u13a0-\u13f5\u13f8-\u13fd\uab70-\uabbf]/u;

/** @type {import("./answers.js").Grader} */
export function text(rule, _prompt, _key, response) {
  if (rule["language"] || rule["pattern_syntax"] === "withheld") throw new LeftToServiceError("By its syntax.");
  const typed = response["text"];
  if (typeof typed !== "string" || !strip(typed)) throw new RefusedError("Type an answer.");
  if ([...typed].length > LONGEST) throw new RefusedError(`Use at most ${LONGEST} characters.`);
  const form = comparable(typed, rule);
  /** @type {string[]} */
  const accepted = rule["accept"].map((/** @type {string} */ each) => comparable(each, rule));
  if (accepted.includes(form) || fits(rule["pattern"], form)) return graded(1);
  const mistake = rule["mistakes"].findIndex((/** @type {string} */ each) => comparable(each, rule) === form);
  if (mistake >= 0) return graded(0, [{ mistake }]);
  if (response["final"] !== true && !rule["code"] && accepted.some((each) => isNear(form, each))) {
    throw new NearlyError("Nearly. Check the spelling.");
  }
  return graded(0);
}

/**
 * The form in which texts are compared; of code its tokens, parted by spaces.
 *
 * @param {string} typed
 * @param {Document} rule
 */
export function comparable(typed, rule) {
  const seen = typed.replace(UNSEEN, "");
  if (rule["code"]) return (translated(seen, SIGNS_OF_CODE).match(TOKEN) ?? []).join(" ");
  const plain = isAscii(seen) ? seen.replaceAll("`", "'") : inPlainSigns(seen);
  const spaced = plain.replace(POINT, "0.").replace(SPACES, " ").replace(/^ | $/g, "");
  const form = rule["case"] === "exact" ? spaced : trimmed(foldCase(spaced));
  return rule["spacing"] === "ignore" ? form.replaceAll(" ", "") : form;
}

/** @param {string} typed */
function isAscii(typed) {
  return !/[^\0-\x7f]/.test(typed);
}

/** @param {string} typed @param {readonly (readonly [RegExp, string])[]} signs */
function translated(typed, signs) {
  return signs.reduce((so, [from, to]) => so.replace(from, to), typed);
}

/**
 * What kind of compatible sign it is: raised (`^`), lowered (`_`), a fraction (`/`), another one (`=`), none ("").
 *
 * @param {string} char
 */
function markOf(char) {
  if (char.normalize("NFD") !== char || char.normalize("NFKD") === char || IN_CIRCLE.test(char)) return "";
  if (RAISED.test(char)) return "^";
  if (LOWERED.test(char)) return "_";
  return FRACTION.test(char) ? "/" : "=";
}

/** Raised and lowered signs after `^` and `_`, fractions with a stroke, others as plain ones. @param {string} typed */
function inPlainSigns(typed) {
  let written = "";
  let before = "";
  for (const char of translated(typed, SIGNS).normalize("NFC")) {
    const mark = markOf(char);
    if (mark === "/" && DIGIT.test(written)) written += " ";
    if (mark !== before && (mark === "^" || mark === "_")) written += mark;
    written += mark ? char.normalize("NFKC") : char;
    before = mark;
  }
  return translated(written, SIGNS);
}

/** Unicode's full case folding, sign by sign. @param {string} typed */
function foldCase(typed) {
  const folded = (/** @type {string} */ char) => {
    if (char === "ı") return char;
    return CHEROKEE.test(char) ? char.toUpperCase() : char.toLowerCase().toUpperCase().toLowerCase();
  };
  return isAscii(typed) ? typed.toLowerCase() : Array.from(typed, folded).join("");
}

/** Without the quotes around all of it, and without the stop at its end. @param {string} typed */
function trimmed(typed) {
  let bare = strip(typed);
  for (const quote of ['"', "'"]) {
    const inner = bare.slice(1, -1);
    const isQuoted = [...bare].length > 2 && bare[0] === quote && bare.at(-1) === quote;
    if (isQuoted && !inner.includes(quote)) bare = strip(inner);
  }
  return strip(bare.replace(STOP, "").replace(WORD_END, ""));
}

/** @param {string | null} pattern @param {string} form */
function fits(pattern, form) {
  return Boolean(pattern) && isAscii(form) && new RegExp(`^(?:${pattern})$`).test(form);
}

/** Whether a few slips of the keyboard lead from one to the other, and digits and signs are right. @param {string} form @param {string} accepted */
function isNear(form, accepted) {
  const length = [...accepted].length;
  const slips = length >= 8 ? 2 : length >= 4 ? 1 : 0;
  const isSame = form.replace(NOT_IN_SLIPS, "") === accepted.replace(NOT_IN_SLIPS, "");
  return isSame && distance([...form], [...accepted]) <= slips;
}

/** Optimal string alignment: insertions, deletions, replacements, swaps of neighbours. @param {string[]} one @param {string[]} other */
function distance(one, other) {
  /** @type {number[]} */
  let before = [];
  let last = [...Array(other.length + 1).keys()];
  one.forEach((char, at) => {
    const row = [at + 1];
    other.forEach((aim, to) => {
      const replaced = Number(last[to]) + Number(char !== aim);
      const isSwap = at > 0 && to > 0 && char === other[to - 1] && one[at - 1] === aim;
      const swapped = isSwap ? Number(before[to - 1]) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(Number(last[to + 1]) + 1, Number(row[to]) + 1, replaced, swapped));
    });
    [before, last] = [last, row];
  });
  return Number(last.at(-1));
}
