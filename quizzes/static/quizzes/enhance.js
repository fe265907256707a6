// Match sets, orders, keypads and matrices that have just arrived are made interactive.

import { all } from "../examprep/dom.js";
import { enhanceKeypad } from "./keypad.js";
import { enhanceMatching } from "./matching.js";
import { enhanceMatrix } from "./matrix.js";
import { enhanceOrdering } from "./ordering.js";

/**
 * @param {Element} root
 * @param {import("../examprep/announce.js").Announce} announce
 */
export function enhanceAnswers(root, announce) {
  for (const set of all(root, "[data-matching]:not(.enhanced)")) enhanceMatching(set, announce);
  for (const keypad of all(root, "[data-keypad][hidden]")) enhanceKeypad(keypad);
  for (const box of all(root, "[data-matrix]:not(.enhanced)")) enhanceMatrix(box);
  for (const list of all(root, "[data-ordering]:not(.enhanced)")) enhanceOrdering(list, announce);
}
