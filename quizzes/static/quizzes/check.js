// Questions within a lesson. The quick check and the links "Try one" are pages of their own without this file.

import { enhanceMatching } from "./matching.js";
import { enhanceOrdering } from "./ordering.js";

const announcement = document.createElement("p");
announcement.className = "visually-hidden";
announcement.setAttribute("role", "status");
document.body.append(announcement);

function announce(text) {
  announcement.textContent = "";
  requestAnimationFrame(() => { announcement.textContent = text; });
}

function arrived(root) {
  for (const set of root.querySelectorAll("[data-matching]:not(.enhanced)")) enhanceMatching(set, announce);
  for (const list of root.querySelectorAll("[data-ordering]:not(.enhanced)")) enhanceOrdering(list, announce);
  const check = root.closest("[data-check]") ?? root.querySelector("[data-check]");
  if (check) score(check);
}

function score(check) {
  const parts = [...check.querySelectorAll("[data-part]")];
  const answered = parts.map((part) => part.querySelector("[data-outcome]")?.dataset.outcome).filter(Boolean);
  const right = answered.filter((outcome) => outcome === "right").length;
  const done = answered.length === parts.length;
  check.querySelector("[data-score]").textContent = done ? `${right} of ${parts.length} right.` : answered.length ? `${answered.length} of ${parts.length} answered.` : "";
}

// A lesson's quick check comes into its page when it is about to be read.
const place = document.querySelector("[data-quick-check]");
if (place) {
  new IntersectionObserver(([entry], observer) => {
    if (!entry.isIntersecting) return;
    observer.disconnect();
    window.htmx.ajax("GET", place.dataset.quickCheck, { target: place, swap: "innerHTML" });
  }, { rootMargin: "600px" }).observe(place);
}

// What comes in above what is being read, or in place of what has the focus, takes neither away.
let focused = false;
let reading = null;
document.addEventListener("htmx:beforeSwap", ({ target }) => {
  focused = target.contains(document.activeElement);
  const heading = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const top = heading ? heading.getBoundingClientRect().top : -1;
  reading = target === place && top >= 0 && top < innerHeight ? heading : null;
});

document.addEventListener("htmx:afterSwap", ({ target }) => {
  // A check that was swapped as a whole is no longer in the page: the new one is.
  const root = target.isConnected ? target : document.querySelector("[data-check]");
  if (!root) return;
  arrived(root);
  const part = root.closest("[data-part]");
  if (!part) {
    reading?.scrollIntoView();
    if (target !== place) announce("Four other questions");
    if (focused) begin(root.querySelector("[data-part]"));
    return;
  }
  // On a touch screen the keyboard would cover the question that is still to be read.
  const field = matchMedia("(pointer: fine)").matches ? ".answer input:not([type=hidden]), .answer button" : "form.question";
  const next = part.querySelector("[id^=verdict], [aria-invalid=true]") ?? part.querySelector(field);
  if (next?.matches("form")) next.tabIndex = -1;
  next?.focus({ preventScroll: true });
  part.scrollIntoView({ block: "nearest" });
});

function begin(part) {
  part?.focus({ preventScroll: true });
  part?.scrollIntoView({ block: "start" });
}

// "Try one": the variant opens below its callout's link; the same link closes it.
for (const link of document.querySelectorAll(".try a")) {
  link.setAttribute("aria-expanded", "false");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const open = link.parentElement.nextElementSibling;
    const mine = link.getAttribute("aria-expanded") === "true";
    for (const other of link.parentElement.children) other.setAttribute("aria-expanded", "false");
    open?.remove();
    if (mine) return;
    const trial = document.createElement("div");
    trial.className = "trial";
    trial.dataset.part = "";
    link.parentElement.after(trial);
    link.setAttribute("aria-expanded", "true");
    window.htmx.ajax("GET", link.href, { target: trial, swap: "innerHTML" });
  });
}

// What could not be loaded leaves its link as it was.
for (const failed of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failed, ({ target }) => {
    if (!target.matches?.(".trial:empty")) return;
    for (const link of target.previousElementSibling.children) link.setAttribute("aria-expanded", "false");
    target.remove();
  });
}

arrived(document.body);
