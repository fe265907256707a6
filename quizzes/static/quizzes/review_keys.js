// The keys of the review loop, as its help lists them.

import { all, find, isCombined, targetOf } from "../examprep/dom.js";

const TYPED_IN = "input:not([type=radio], [type=checkbox]), select, textarea";

/** Whoever presses Enter again sooner has not seen what the first press brought. */
const PRESS_MS = 200;

export class ReviewKeys {
  /**
   * @param {HTMLElement} root
   * @param {HTMLDialogElement} help
   */
  constructor(root, help) {
    this.root = root;
    this.help = help;
  }

  listen() {
    document.addEventListener("keydown", (event) => {
      if (isCombined(event) || event.isComposing || this.help.open) return;
      const target = targetOf(event);
      if (event.key === "Enter" && !this.isNewPress(event)) event.preventDefault();
      else if (event.key === "Escape" && target instanceof HTMLElement && target.matches("input, select, textarea"))
        target.blur();
      else if (!target.matches(TYPED_IN) && this.act(event.key, target)) event.preventDefault();
    });
  }

  /**
   * Whether Enter was pressed anew, and not held or pressed twice in a row: one press does one thing, and what it has
   * brought is seen before the next.
   *
   * @param {KeyboardEvent} event
   */
  isNewPress(event) {
    if (event.repeat || this.root.hasAttribute("data-pressed")) return false;
    this.root.toggleAttribute("data-pressed", true);
    setTimeout(() => this.root.toggleAttribute("data-pressed", false), PRESS_MS);
    return true;
  }

  /**
   * Do what a key says. Returns whether there was anything to do.
   *
   * @param {string} key
   * @param {Element} target what has the focus
   */
  act(key, target) {
    if (/^[1-9]$/.test(key)) return this.choose(target, Number(key));
    if (key === "?") return this.showHelp();
    if (key === " ") return this.turn(target);
    if (key === "h") return this.press("#hint");
    if (key === "d") return this.press("#dont-know");
    if (key === "m") return this.press("#bookmark-button");
    if (key === "n") return this.unfold("#note", "textarea");
    if (key === "a") return this.unfold("#history", "summary");
    if (key === "u") return this.submit("#undo");
    if (key === "b") return this.submit("#bury");
    if (key === "c") return this.focusSureness();
    return key === "Enter" && this.goOn(target);
  }

  showHelp() {
    this.help.showModal();
    return true;
  }

  /** @param {string} selector */
  submit(selector) {
    const form = find(this.root, selector, HTMLFormElement);
    form?.requestSubmit();
    return Boolean(form);
  }

  /** @param {string} selector */
  press(selector) {
    const button = find(this.root, selector);
    button?.click();
    return Boolean(button);
  }

  /**
   * Open what is folded, or fold it, and focus what is in it.
   *
   * @param {string} selector
   * @param {string} target
   */
  unfold(selector, target) {
    const details = find(this.root, selector, HTMLDetailsElement);
    if (!details) return false;
    details.open = !details.open;
    details.scrollIntoView({ block: "nearest" });
    if (details.open) find(details, target)?.focus();
    return true;
  }

  focusSureness() {
    const group = find(this.root, ".confidence");
    if (!group?.checkVisibility({ visibilityProperty: true })) return false;
    (find(group, "input:checked") ?? find(group, "input"))?.focus();
    return true;
  }

  /** Show the answer to a question that one marks oneself; a button does its own work. @param {Element} target */
  turn(target) {
    return !target.closest("button, a, summary") && this.press("#turn");
  }

  /** Check the answer, or go to the next question. @param {Element} target */
  goOn(target) {
    // A focused button, link or summary does its own work, unless it has none left: a step's handle, a full match set.
    const control = target.closest("button, a, summary");
    const isFull = control?.closest("[data-matching]") && !find(this.root, "[data-left]:not(.filled)");
    if (control && !control.matches("[data-handle]") && !isFull) return false;
    const next = find(this.root, "#next");
    if (!next) return find(this.root, ".ratings") ? true : this.submit("#question");
    next.click();
    return true;
  }

  /**
   * Choose by number: how sure, an option, a partner; or focus a step.
   *
   * @param {Element} target
   * @param {number} number from 1
   */
  choose(target, number) {
    if (target.getAttribute("name") === "confidence") {
      const radio = all(this.root, ".confidence input")[number - 1];
      radio?.click();
      radio?.focus();
      return true;
    }
    const part = target.closest("[data-answer]") ?? this.root;
    const option = all(part, ".choices input, .ratings button, .partners button, .steps [data-handle]")[number - 1];
    if (!option) return false;
    if (!option.matches("[data-handle]")) option.click();
    option.focus();
    return true;
  }
}
