// Steps put in order by buttons, by arrow keys on a step's handle, or by dragging it. The form sends them as they stand.

import { spoken } from "../examprep/math.js";

export function enhanceOrdering(list, announce) {
  for (const step of steps()) {
    step.querySelector(".place").remove();
    const handle = button("handle", "↕");
    handle.dataset.handle = "";
    step.prepend(handle);
    const up = button("move", "↑");
    const down = button("move", "↓");
    const buttons = document.createElement("span");
    buttons.className = "moves";
    buttons.append(up, down);
    step.append(buttons);
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
    return [...list.querySelectorAll("[data-step]")];
  }

  function button(name, face) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = name;
    made.textContent = face;
    return made;
  }

  function move(step, by) {
    const other = by < 0 ? step.previousElementSibling : step.nextElementSibling;
    if (!other) return;
    by < 0 ? other.before(step) : other.after(step);
    number();
    list.dispatchEvent(new Event("answered", { bubbles: true }));
    announce(`${text(step)}: now place ${steps().indexOf(step) + 1} of ${steps().length}`);
  }

  function drag(event, step, handle) {
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    step.classList.add("dragged");
    const follow = ({ clientY }) => {
      const before = step.previousElementSibling;
      const after = step.nextElementSibling;
      if (before && clientY < middle(before)) move(step, -1);
      else if (after && clientY > middle(after)) move(step, 1);
    };
    const stop = () => {
      step.classList.remove("dragged");
      handle.removeEventListener("pointermove", follow);
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("lostpointercapture", stop, { once: true });
  }

  function middle(element) {
    const box = element.getBoundingClientRect();
    return box.top + box.height / 2;
  }

  function text(step) {
    return spoken(step.querySelector(".text"));
  }

  function number() {
    const all = steps();
    all.forEach((step, place) => {
      step.querySelector("[data-handle]").textContent = place + 1;
      step.querySelector("[data-handle]").setAttribute("aria-label", `Place ${place + 1}: ${text(step)}. Arrow keys move it.`);
      const [up, down] = step.querySelectorAll(".move");
      up.setAttribute("aria-label", `Move up: ${text(step)}`);
      down.setAttribute("aria-label", `Move down: ${text(step)}`);
      up.disabled = place === 0;
      down.disabled = place === all.length - 1;
    });
  }
}
