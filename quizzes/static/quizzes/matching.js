// A match set by tap and tap: an entry is marked, a tap or a digit gives it its partner, and the next open one is marked.
// The selects stay in the form, hidden, and carry the answer.

import { spoken } from "../examprep/math.js";

export function enhanceMatching(root, announce) {
  const partners = [...root.querySelectorAll("[data-right]")];
  const pairs = [...root.querySelectorAll("[data-left]")].map((item) => ({
    item,
    select: item.querySelector("select"),
    name: spoken(item.querySelector(".text")),
  }));
  const textOf = new Map(partners.map((item) => [item.dataset.right, item.querySelector(".text")]));
  let current = null;

  for (const pair of pairs) {
    pair.select.hidden = true;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "option left";
    const given = document.createElement("span");
    given.className = "given";
    const label = pair.item.querySelector("label");
    const text = document.createElement("span");
    text.className = "text";
    text.append(...label.childNodes);
    label.replaceWith(button);
    button.append(text, given);
    button.addEventListener("click", () => mark(pair));
    button.addEventListener("keydown", (event) => walk(event, pair));
    Object.assign(pair, { button, given });
    show(pair);
  }

  partners.forEach((item, place) => {
    const text = item.querySelector(".text");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "option right";
    const key = document.createElement("kbd");
    key.setAttribute("aria-hidden", "true");
    key.textContent = place + 1;
    text.replaceWith(button);
    button.append(text, key);
    button.addEventListener("click", () => choose(item.dataset.right));
  });

  root.classList.add("enhanced");
  mark(pairs.find((pair) => !pair.select.value) ?? pairs[0], { quietly: true });
  used();

  function mark(pair, { quietly = false } = {}) {
    current = pair;
    for (const other of pairs) other.button.setAttribute("aria-pressed", other === pair);
    if (!quietly) announce(`${pair.name}: choose its partner`);
  }

  function choose(right) {
    // The partner that it has already is taken off again.
    current.select.value = current.select.value === right ? "" : right;
    show(current);
    used();
    root.dispatchEvent(new Event("answered", { bubbles: true }));
    const open = pairs.slice(pairs.indexOf(current) + 1).concat(pairs).find((pair) => !pair.select.value);
    const said = `${current.name}: ${current.select.value ? spoken(textOf.get(right)) : "nothing"}`;
    if (current.select.value && open) mark(open, { quietly: true });
    announce(open ? `${said}. Next: ${current.name}` : `${said}. All matched`);
  }

  function show(pair) {
    const text = textOf.get(pair.select.value);
    pair.given.replaceChildren(...(text ? [...text.cloneNode(true).childNodes] : ["…"]));
    pair.item.classList.toggle("filled", Boolean(text));
  }

  function used() {
    for (const item of partners) {
      item.classList.toggle("used", pairs.some((pair) => pair.select.value === item.dataset.right));
    }
  }

  function walk(event, pair) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const other = pairs[(pairs.indexOf(pair) + step + pairs.length) % pairs.length];
    mark(other);
    other.button.focus();
  }

  // Arrows work from anywhere in the set, so that a digit and an arrow are all one needs.
  root.addEventListener("keydown", (event) => {
    if (!event.target.closest("[data-left]")) walk(event, current);
  });
}
