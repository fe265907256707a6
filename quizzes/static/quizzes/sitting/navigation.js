// One question at a time, by buttons, by the navigator or by arrow keys.

import { all, get, isCombined, targetOf } from "../../examprep/dom.js";

const USES_ARROWS = "input, select, textarea, dialog, [data-matching], [data-ordering]";

export class Navigation {
  /**
   * @param {import("./slots.js").Slots} slots
   * @param {{ onLeave: () => void, onShow: (number: number) => void, onEnd: () => void }} handlers `onLeave` before another
   *   question is shown, `onEnd` when there is none after the last
   */
  constructor(slots, handlers) {
    this.slots = slots;
    this.handlers = handlers;
    this.current = slots.numbers[0];
    this.previous = get(slots.root, "[data-previous]", HTMLButtonElement);
    this.next = get(slots.root, "[data-next]", HTMLButtonElement);
    this.previous.addEventListener("click", () => this.step(-1));
    this.next.addEventListener("click", () => this.step(1));
    slots.root.addEventListener("submit", (event) => this.stepInsteadOfSubmitting(event));
    slots.root.addEventListener("click", (event) => this.follow(event));
    document.addEventListener("keydown", (event) => this.stepByKey(event));
  }

  /**
   * @param {number} number
   * @param {{ focus?: boolean }} options
   */
  show(number, { focus = true } = {}) {
    if (!this.slots.has(number)) return;
    this.handlers.onLeave();
    this.current = number;
    for (const other of this.slots.numbers) this.slots.section(other).classList.toggle("current", other === number);
    for (const link of all(this.slots.root, "[data-go]")) {
      if (Number(link.dataset.go) === number) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.previous.disabled = number === this.slots.numbers[0];
    this.next.textContent = number === this.slots.numbers.at(-1) ? "Hand in …" : "Next";
    this.handlers.onShow(number);
    if (focus) {
      // Not while the page loads: the browser would scroll to the address then, and its top under the head.
      history.replaceState(null, "", `#slot-${number}`);
      get(this.slots.section(number), ".place").focus({ preventScroll: true });
    }
    // The page from its top, the navigator to its link: into view, that would take the page along, under its head.
    scrollTo({ top: 0 });
    const link = this.slots.link(number);
    const list = link.closest("nav");
    list?.scrollBy({ left: middleOf(link) - middleOf(list) });
  }

  /** @param {number} by */
  step(by) {
    const number = this.slots.numbers[this.slots.numbers.indexOf(this.current) + by];
    if (number !== undefined) this.show(number);
    else if (by > 0) this.handlers.onEnd();
  }

  /** Enter in a field leads on; it has been saved by then. @param {Event} event */
  stepInsteadOfSubmitting(event) {
    if (!targetOf(event).closest("[data-slot]")) return;
    event.preventDefault();
    this.step(1);
  }

  /** @param {Event} event */
  follow(event) {
    const link = targetOf(event).closest("[data-go]");
    if (!link) return;
    event.preventDefault();
    this.show(Number(link.getAttribute("data-go")));
  }

  /** @param {KeyboardEvent} event */
  stepByKey(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || isCombined(event) || targetOf(event).closest(USES_ARROWS)) return;
    event.preventDefault();
    this.step(by);
  }
}

/** How far to the right an element's middle is. @param {Element} element */
function middleOf(element) {
  const box = element.getBoundingClientRect();
  return box.left + box.width / 2;
}
