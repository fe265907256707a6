// Grades typed formulas by their values at the points of the key: the rule `formula` of docs/api.md.

import { graded, LeftToServiceError } from "./answers.js";
import { Grammar, plain, typedOf } from "./fractions.js";

/** @typedef {(at: Record<string, number>) => number} Formula */

const LONGEST = 300;
/** @type {Record<string, (value: number) => number>} */
const FUNCTIONS = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  exp: Math.exp,
  ln: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
};

/** @type {import("./answers.js").Grader} */
export function formula(rule, prompt, _key, response) {
  /** @type {string[]} */
  const names = prompt["names"].map((/** @type {{ name: string }} */ { name }) => name);
  /** @type {number[]} */
  const keys = rule["values"];
  const points = keys.map((_, at) =>
    Object.fromEntries(names.filter((name) => rule["points"][name]).map((name) => [name, rule["points"][name][at]])),
  );
  const typed = read(typedOf(response), names);
  const values = points.map(typed.compute);
  if (isSame(values, keys)) {
    if (typed.mayLack) throw new LeftToServiceError("It may lack a value somewhere.");
    return graded(1);
  }
  if (!values.every(Number.isFinite)) throw new LeftToServiceError("It lacks a value.");
  const mistake = rule["mistakes"].findIndex((/** @type {string} */ each) =>
    isSame(values, points.map(read(each, names).compute)),
  );
  return graded(0, mistake >= 0 ? [{ mistake }] : []);
}

/** @param {number[]} values @param {number[]} keys */
function isSame(values, keys) {
  return values.every((value, at) => {
    const key = Number(keys[at]);
    const allowed = 1e-9 * Math.max(Math.abs(value), Math.abs(key)) + 1e-12;
    return Number.isFinite(allowed) && Math.abs(value - key) <= allowed;
  });
}

/** @param {string} text @param {string[]} names */
function read(text, names) {
  const reader = new Formulas(plain(text), names);
  if (text.length > LONGEST) reader.leave();
  return { compute: reader.whole(() => reader.formula()), mayLack: reader.mayLack };
}

class Formulas extends Grammar {
  /** @param {string} text @param {string[]} names */
  constructor(text, names) {
    super(text);
    this.names = [...names].sort((a, b) => b.length - a.length);
    /** Whether it divides, or has a function or a power that is no whole number. */
    this.mayLack = false;
  }

  /** @returns {Formula} */
  formula() {
    let value = this.term();
    for (let sign = this.operator("+-"); sign; sign = this.operator("+-")) value = both(value, sign, this.term());
    return value;
  }

  term() {
    let value = this.factor();
    for (let sign = this.operator("*/"); sign; sign = this.operator("*/")) {
      this.mayLack ||= sign === "/";
      value = both(value, sign, this.factor());
    }
    return value;
  }

  /** @returns {Formula} */
  factor() {
    if (!this.take("-")) return this.power();
    const inner = this.power();
    return (at) => -inner(at);
  }

  power() {
    const start = this.at;
    const base = this.atom();
    const isFunction = this.text[this.at - 1] === ")" && this.text[start] !== "(";
    if (!this.take("^")) return base;
    if (isFunction) this.leave();
    if (this.take("(")) {
      this.mayLack = true;
      return both(
        base,
        "^",
        this.inner(() => this.formula()),
      );
    }
    const exponent = Number(this.digits(1) || this.leave());
    return both(base, "^", () => exponent);
  }

  /** @returns {Formula} */
  atom() {
    if (this.take("(")) return this.inner(() => this.formula());
    for (const [name, compute] of Object.entries(FUNCTIONS)) {
      if (!this.take(`${name}(`)) continue;
      this.mayLack = true;
      const argument = this.inner(() => this.formula());
      return (at) => compute(argument(at));
    }
    const name = this.names.find((each) => this.take(each));
    if (name) {
      if (/[\p{L}\p{N}]/u.test(String.fromCodePoint(this.text.codePointAt(this.at) ?? 32))) this.leave();
      return (at) => at[name] ?? Number.NaN;
    }
    const value = Number(this.decimal());
    return () => value;
  }

  decimal() {
    const whole = this.digits() || this.leave();
    return this.take(".") ? `${whole}.${this.digits() || this.leave()}` : whole;
  }
}

/** @param {Formula} left @param {string} sign @param {Formula} right @returns {Formula} */
function both(left, sign, right) {
  if (sign === "+") return (at) => left(at) + right(at);
  if (sign === "-") return (at) => left(at) - right(at);
  if (sign === "*") return (at) => left(at) * right(at);
  if (sign === "/") return (at) => left(at) / right(at);
  return (at) => left(at) ** right(at);
}
