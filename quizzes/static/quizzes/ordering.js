// Steps put in order by buttons, by arrow keys on a step's handle, or by dragging it. The form sends them as they stand.

import { all, create, get } from "../examprep/dom.js";
import { spoken } from "../examprep/math.js";

/**
 * @param {HTMLElement} list
 * @param {import("../examprep/announce.js").Announce} announce
 */
export function enhanceOrdering(list, announce) {
  for (const step of steps()) {
    const { handle, up, down } = addButtons(step);
    up.addEventListener("click", () => move(step, -1));
    down.addEventListener("click", () => move(step, 1));
    handle.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      move(step, by);
      handle.focus();
    });
    handle.addEventListener("pointerdown", (event) => drag(event, step, handle));
  }
  list.classList.add("enhanced");
  number();

  function steps() {
    return all(list, "[data-step]");
  }

  /**
   * @param {HTMLElement} step
   * @param {number} by
   */
  function move(step, by) {
    const other = by < 0 ? step.previousElementSibling : step.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(step);
    else other.after(step);
    number();
    list.dispatchEvent(new Event("answered", { bubbles: true }));
    announce(`${textOf(step)}: now place ${steps().indexOf(step) + 1} of ${steps().length}`);
  }

  /**
   * @param {PointerEvent} event
   * @param {HTMLElement} step
   * @param {HTMLElement} handle
   */
  function drag(event, step, handle) {
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    step.classList.add("dragged");
    /** @param {PointerEvent} event */
    function follow({ clientY }) {
      const before = step.previousElementSibling;
      const after = step.nextElementSibling;
      if (before && clientY < middleOf(before)) move(step, -1);
      else if (after && clientY > middleOf(after)) move(step, 1);
    }
    function stop() {
      step.classList.remove("dragged");
      handle.removeEventListener("pointermove", follow);
    }
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("lostpointercapture", stop, { once: true });
  }

  /** Number the steps as they stand. */
  function number() {
    const inOrder = steps();
    inOrder.forEach((step, place) => {
      const handle = get(step, "[data-handle]");
      handle.textContent = String(place + 1);
      handle.ariaLabel = `Place ${place + 1}: ${textOf(step)}. Arrow keys move it.`;
      const [up, down] = all(step, ".move", HTMLButtonElement);
      up.ariaLabel = `Move up: ${textOf(step)}`;
      down.ariaLabel = `Move down: ${textOf(step)}`;
      up.disabled = place === 0;
      down.disabled = place === inOrder.length - 1;
    });
  }
}

/**
 * Put a handle and two buttons in place of the list of places.
 *
 * @param {HTMLElement} step
 */
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
