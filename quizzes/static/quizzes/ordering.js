// Steps put in order by buttons, by arrow keys on a step's handle, or by dragging it. The form sends them as they stand.

import { all, create, get } from "../examprep/dom.js";
import { spoken } from "../examprep/math.js";

/**
 * Put a handle and two buttons in place of each step's list of places.
 *
 * @param {HTMLElement} list
 * @param {import("../examprep/announce.js").Announce} announce
 */
export function enhanceOrdering(list, announce) {
  const steps = new Steps(list, announce);
  for (const step of steps.inOrder()) steps.enhance(step);
  list.classList.add("enhanced");
  steps.number();
}

class Steps {
  /**
   * @param {HTMLElement} list
   * @param {import("../examprep/announce.js").Announce} announce
   */
  constructor(list, announce) {
    this.list = list;
    this.announce = announce;
  }

  inOrder() {
    return all(this.list, "[data-step]");
  }

  /** @param {HTMLElement} step */
  enhance(step) {
    const { handle, up, down } = addButtons(step);
    up.addEventListener("click", () => this.move(step, -1));
    down.addEventListener("click", () => this.move(step, 1));
    handle.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      this.move(step, by);
      handle.focus();
    });
    handle.addEventListener("pointerdown", (event) => this.drag(event, step, handle));
  }

  /**
   * Move a step one place up (-1) or down (1).
   *
   * @param {HTMLElement} step
   * @param {number} by
   */
  move(step, by) {
    const other = by < 0 ? step.previousElementSibling : step.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(step);
    else other.after(step);
    this.number();
    this.list.dispatchEvent(new Event("answered", { bubbles: true }));
    const steps = this.inOrder();
    this.announce(`${textOf(step)}: now place ${steps.indexOf(step) + 1} of ${steps.length}`);
  }

  /**
   * Let a step follow the pointer until it is lifted.
   *
   * @param {PointerEvent} event
   * @param {HTMLElement} step
   * @param {HTMLElement} handle
   */
  drag(event, step, handle) {
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    step.classList.add("dragged");
    const follow = (/** @type {PointerEvent} */ { clientY }) => {
      const before = step.previousElementSibling;
      const after = step.nextElementSibling;
      if (before && clientY < middleOf(before)) this.move(step, -1);
      else if (after && clientY > middleOf(after)) this.move(step, 1);
    };
    const stop = () => {
      step.classList.remove("dragged");
      handle.removeEventListener("pointermove", follow);
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("lostpointercapture", stop, { once: true });
  }

  /** Number the steps as they stand. */
  number() {
    const steps = this.inOrder();
    steps.forEach((step, place) => {
      const handle = get(step, "[data-handle]");
      handle.textContent = String(place + 1);
      handle.ariaLabel = `Place ${place + 1}: ${textOf(step)}. Arrow keys move it.`;
      const [up, down] = all(step, ".move", HTMLButtonElement);
      up.ariaLabel = `Move up: ${textOf(step)}`;
      down.ariaLabel = `Move down: ${textOf(step)}`;
      up.disabled = place === 0;
      down.disabled = place === steps.length - 1;
    });
  }
}

/** @param {HTMLElement} step */
function addButtons(step) {
  get(step, ".place").remove();
  const handle = create("button", { type: "button", className: "handle" });
  handle.dataset.handle = "";
  const up = create("button", { type: "button", className: "move", textContent: "↑" });
  const down = create("button", { type: "button", className: "move", textContent: "↓" });
  const moves = create("span", { className: "moves" });
  moves.append(up, down);
  step.prepend(handle);
  step.append(moves);
  return { handle, up, down };
}

/** @param {HTMLElement} step */
function textOf(step) {
  return spoken(get(step, ".text"));
}

/** The height of an element's middle in the window. @param {Element} element */
function middleOf(element) {
  const box = element.getBoundingClientRect();
  return box.top + box.height / 2;
}
