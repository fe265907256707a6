// The keys of the review loop, as its help lists them.

import { all, find, isCombined, targetOf } from "../examprep/dom.js";

const TYPED_IN = "input:not([type=radio], [type=checkbox]), select, textarea";

/**
 * @param {HTMLElement} root
 * @param {HTMLDialogElement} help
 */
export function listenToKeys(root, help) {
  /** What a key does; false where it has nothing to do. @type {Record<string, (target: Element) => boolean>} */
  const actions = {
    "?": () => {
      help.showModal();
      return true;
    },
    u: () => submit("#undo"),
    b: () => submit("#bury"),
    c: focusSureness,
    Enter: goOn,
  };

  document.addEventListener("keydown", (event) => {
    if (isCombined(event) || event.isComposing || help.open) return;
    const target = targetOf(event);
    if (event.key === "Escape" && target instanceof HTMLElement && target.matches("input, select"))
      return target.blur();
    if (target.matches(TYPED_IN)) return;
    const isDone = /^[1-9]$/.test(event.key) ? choose(target, Number(event.key)) : actions[event.key]?.(target);
    if (isDone) event.preventDefault();
  });

  /** @param {string} selector */
  function submit(selector) {
    const form = find(root, selector, HTMLFormElement);
    form?.requestSubmit();
    return Boolean(form);
  }

  function focusSureness() {
    const group = find(root, ".confidence");
    if (!group || getComputedStyle(group).visibility === "hidden") return false;
    (find(group, "input:checked") ?? find(group, "input"))?.focus();
    return true;
  }

  /** Check the answer, or go to the next question. @param {Element} target */
  function goOn(target) {
    // A focused button, link or summary does its own work, unless it has none left: a step's handle, a full match set.
    const control = target.closest("button, a, summary");
    const isFull = control?.closest("[data-matching]") && !find(root, "[data-left]:not(.filled)");
    if (control && !control.matches("[data-handle]") && !isFull) return false;
    const next = find(root, "#next");
    if (!next) return submit("#question");
    next.click();
    return true;
  }

  /**
   * Choose by number: how sure, an option, a partner; or focus a step.
   *
   * @param {Element} target
   * @param {number} number from 1
   */
  function choose(target, number) {
    if (target.getAttribute("name") === "confidence") {
      const radio = all(root, ".confidence input")[number - 1];
      radio?.click();
      radio?.focus();
      return true;
    }
    const option = all(root, ".choices input, .partners button, .steps [data-handle]")[number - 1];
    if (!option) return false;
    if (!option.matches("[data-handle]")) option.click();
    option.focus();
    return true;
  }
}
