// What the interactive figures share.

import { get } from "../examprep/dom.js";

/** @param {HTMLElement} figure */
export function sliderOf(figure) {
  return get(figure, "input[type=range]", HTMLInputElement);
}

/**
 * An SVG path through points; as long as the shorter list.
 *
 * @param {number[]} xs
 * @param {number[]} ys
 */
export function path(xs, ys) {
  const points = xs.slice(0, ys.length).map((x, at) => `${x} ${ys[at]}`);
  return `M${points.join("L")}`;
}
