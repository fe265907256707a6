// "Try one": the variant opens below its callout's link; the same link closes it.

import { all, create } from "../examprep/dom.js";

/**
 * Open the links' questions in the lesson instead of on a page of their own.
 *
 * @param {() => Promise<unknown>} putStylesOn what resolves when questions look as they are to
 */
export function openTriesInPlace(putStylesOn) {
  for (const link of all(document, ".try a", HTMLAnchorElement)) {
    link.ariaExpanded = "false";
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      toggle(link, putStylesOn);
    });
  }
  // What could not be loaded leaves its link as it was.
  for (const failed of /** @type {const} */ (["htmx:sendError", "htmx:responseError"])) {
    document.addEventListener(failed, ({ target }) => {
      if (!(target instanceof Element) || !target.matches(".trial:empty")) return;
      if (target.previousElementSibling) closeAll(target.previousElementSibling);
      target.remove();
    });
  }
}

/**
 * @param {HTMLAnchorElement} link
 * @param {() => Promise<unknown>} putStylesOn
 */
async function toggle(link, putStylesOn) {
  const links = link.parentElement;
  if (!links) return;
  const wasOpen = link.ariaExpanded === "true";
  closeAll(links);
  if (links.nextElementSibling?.matches(".trial")) links.nextElementSibling.remove();
  if (wasOpen) return;
  const question = create("div", { className: "trial" });
  question.dataset.part = "";
  links.after(question);
  link.ariaExpanded = "true";
  await putStylesOn();
  if (question.isConnected) window.htmx.ajax("get", link.href, { target: question, swap: "innerHTML" });
}

/** @param {Element} links */
function closeAll(links) {
  for (const link of links.children) link.ariaExpanded = "false";
}
