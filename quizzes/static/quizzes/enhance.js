// Match sets and orders that have just arrived are made interactive.

import { all } from "../examprep/dom.js";
import { enhanceMatching } from "./matching.js";
import { enhanceOrdering } from "./ordering.js";

/**
 * @param {Element} root
 * @param {import("../examprep/announce.js").Announce} announce
 */
export function enhanceAnswers(root, announce) {
  for (const set of all(root, "[data-matching]:not(.enhanced)")) enhanceMatching(set, announce);
  for (const list of all(root, "[data-ordering]:not(.enhanced)")) enhanceOrdering(list, announce);
}
