// Exact numbers, and the grammar in which a device reads them (docs/api.md, “Grammars”).

import { LeftToServiceError, RefusedError, strip } from "./answers.js";

/** In lowest terms, `d` above zero. @typedef {{ readonly n: bigint, readonly d: bigint }} Fraction */

const LONGEST = 120;
const LONGEST_TEXT = 1000;
const DEEPEST = 20;
const MOST_DIGITS = 15;
const MOST = 1n << 4096n;
export const ONE = { n: 1n, d: 1n };

/** @param {bigint} n @param {bigint} d not zero @returns {Fraction} */
export function fraction(n, d = 1n) {
  let [a, b] = [n < 0n ? -n : n, d < 0n ? -d : d];
  while (b) [a, b] = [b, a % b];
  const divisor = d < 0n ? -a : a;
  return { n: n / divisor, d: d / divisor };
}

/** A double as it is, exactly. @param {number} double finite */
export function exactly(double) {
  let [whole, d] = [double, 1n];
  while (!Number.isInteger(whole)) [whole, d] = [whole * 2, d * 2n];
  return fraction(BigInt(whole), d);
}

/** @param {Fraction} a @param {Fraction} b */
export const plus = (a, b) => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
/** @param {Fraction} a @param {Fraction} b */
export const minus = (a, b) => fraction(a.n * b.d - b.n * a.d, a.d * b.d);
/** @param {Fraction} a @param {Fraction} b */
export const times = (a, b) => fraction(a.n * b.n, a.d * b.d);
/** @param {Fraction} a @param {Fraction} b not zero */
export const over = (a, b) => fraction(a.n * b.d, a.d * b.n);
/** Below zero, zero or above it, as `a` is below, equal to or above `b`. @param {Fraction} a @param {Fraction} b */
export function compare(a, b) {
  const [left, right] = [a.n * b.d, b.n * a.d];
  return left < right ? -1 : Number(left > right);
}
/** @param {Fraction} a */
export const absolute = ({ n, d }) => ({ n: n < 0n ? -n : n, d });

const SIGNS = /** @type {const} */ ([
  ["−", "-"],
  ["×", "*"],
  ["·", "*"],
  ["⋅", "*"],
  ["÷", "/"],
  ["**", "^"],
  ["，", ","],
]);

/** A typed text in the signs of the grammars. @param {string} typed */
export function plain(typed) {
  return strip(SIGNS.reduce((so, [from, to]) => so.replaceAll(from, to), typed));
}

/** The text that a response holds. @param {import("./answers.js").Document} response @returns {string} */
export function typedOf(response) {
  const typed = response["value"];
  if (typeof typed === "number") throw new LeftToServiceError("A number that was not typed.");
  if (typeof typed !== "string" || !strip(typed)) throw new RefusedError("Type an answer.");
  if (typed.length > LONGEST_TEXT) throw new LeftToServiceError("It is long.");
  return typed;
}

/** What readers by recursive descent share. */
export class Grammar {
  /** @param {string} text @param {boolean} spaced whether a space may stand on either side of an operator */
  constructor(text, spaced = true) {
    this.text = text;
    this.spaced = spaced;
    this.at = 0;
    this.depth = 0;
  }

  /** Read all of the text. @template T @param {() => T} read @returns {T} */
  whole(read) {
    const value = read();
    if (this.at < this.text.length) this.leave();
    return value;
  }

  /** @returns {never} */
  leave() {
    throw new LeftToServiceError(`This does not fit the grammar: ${this.text}`);
  }

  /** @param {string} sign */
  take(sign) {
    if (!this.text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  /** What stands in brackets, up to the closing one. @template T @param {() => T} read @returns {T} */
  inner(read) {
    this.depth += 1;
    if (this.depth > DEEPEST) this.leave();
    const value = read();
    this.depth -= 1;
    if (!this.take(")")) this.leave();
    return value;
  }

  /** One of two signs, "" where there is none. @param {string} signs */
  operator(signs) {
    const start = this.at;
    if (this.spaced) this.take(" ");
    const sign = this.text[this.at] ?? "";
    if (!sign || !signs.includes(sign)) {
      this.at = start;
      return "";
    }
    this.at += 1;
    if (this.spaced) this.take(" ");
    return sign;
  }

  /** @param {number} most */
  digits(most = MOST_DIGITS) {
    const start = this.at;
    while (/[0-9]/.test(this.text[this.at] ?? "")) this.at += 1;
    if (this.at - start > most) this.leave();
    return this.text.slice(start, this.at);
  }
}

class Numbers extends Grammar {
  /** Whether something was divided by zero: refused once all of the text turned out to fit the grammar. */
  dividesByZero = false;

  /** @returns {Fraction} */
  number() {
    let value = this.term();
    for (let sign = this.operator("+-"); sign; sign = this.operator("+-")) {
      value = this.capped((sign === "+" ? plus : minus)(value, this.term()));
    }
    return value;
  }

  term() {
    let value = this.factor();
    for (let sign = this.operator("*/"); sign; sign = this.operator("*/")) {
      const other = this.factor();
      value = this.capped(sign === "*" ? times(value, other) : this.divided(value, other));
    }
    return value;
  }

  factor() {
    if (!this.take("-")) return this.power();
    const { n, d } = this.power();
    return { n: -n, d };
  }

  power() {
    const base = this.base();
    if (!this.take("^")) return base;
    const isBelow = this.take("-");
    const exponent = BigInt(this.digits(2) || this.leave());
    const value = { n: base.n ** exponent, d: base.d ** exponent };
    return this.capped(isBelow ? this.divided(ONE, value) : value);
  }

  /** @returns {Fraction} */
  base() {
    if (this.take("(")) return this.inner(() => this.number());
    const value = this.decimal();
    return this.take("%") ? over(value, { n: 100n, d: 1n }) : value;
  }

  decimal() {
    const before = this.digits();
    const hasPoint = this.take(".");
    const after = hasPoint ? this.digits() : "";
    if (hasPoint ? !after : !before) this.leave();
    const value = fraction(BigInt(before + after), 10n ** BigInt(after.length));
    if (!this.take("e") && !this.take("E")) return value;
    const isBelow = this.take("-");
    if (!isBelow) this.take("+");
    const power = 10n ** BigInt(this.digits(2) || this.leave());
    return (isBelow ? over : times)(value, { n: power, d: 1n });
  }

  /** @param {Fraction} value @param {Fraction} by */
  divided(value, by) {
    if (by.n) return over(value, by);
    this.dividesByZero = true;
    return value;
  }

  /** @param {Fraction} value */
  capped(value) {
    if (absolute(value).n >= MOST || value.d >= MOST) this.leave();
    return value;
  }
}

/**
 * Read a number. Throws RefusedError, LeftToServiceError.
 *
 * @param {string} text in the signs of the grammar
 * @param {boolean} spaced
 */
export function readNumber(text, spaced = true) {
  const reader = new Numbers(text, spaced);
  if (text.length > LONGEST) reader.leave();
  const value = reader.whole(() => reader.number());
  if (reader.dividesByZero) throw new RefusedError("A division by zero.");
  return value;
}
