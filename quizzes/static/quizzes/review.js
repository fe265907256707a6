// The review loop's keys and focus. Every page of it is a plain form that works without this file.

import { enhanceMatching } from "./matching.js";
import { enhanceOrdering } from "./ordering.js";

const root = document.getElementById("review");
const help = document.getElementById("help");
const announcement = document.getElementById("announcement");
const find = (selector) => root.querySelector(selector);

function arrived() {
  find("[data-matching]") && enhanceMatching(find("[data-matching]"), announce);
  find("[data-ordering]") && enhanceOrdering(find("[data-ordering]"), announce);
  const verdict = find("#verdict");
  if (verdict) {
    announce(verdict.closest(".verdict").innerText);
    find("#next").focus({ preventScroll: true });
    return;
  }
  const typed = find(".typed input:not([type=hidden])");
  // On a touch screen the keyboard would cover the question that is still to be read.
  const target = typed && (typed.ariaInvalid === "true" || matchMedia("(pointer: fine)").matches) ? typed : find("#place");
  target?.focus({ preventScroll: true });
  typed?.ariaInvalid === "true" && typed.select();
}

function announce(text) {
  announcement.textContent = "";
  requestAnimationFrame(() => { announcement.textContent = text; });
}

document.addEventListener("htmx:afterSwap", (event) => { if (event.target === root) arrived(); });

// How sure: shown once there is an answer; a second click takes it back.

const WORDS = ["a guess", "unsure", "fairly sure", "sure", "certain"];

function answered() {
  const form = find("#question");
  if (form) form.dataset.answered = "";
}

root.addEventListener("input", (event) => {
  if (event.target.closest(".answer")) answered();
  if (event.target.name === "confidence") sayConfidence();
});
root.addEventListener("answered", answered);

let confident = null;
root.addEventListener("pointerdown", (event) => {
  const radio = event.target.closest(".confidence label")?.querySelector("input");
  confident = radio?.checked ? radio : null;
});
root.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) help.showModal();
  if (confident && event.target === confident) {
    confident.checked = false;
    confident = null;
    sayConfidence();
  }
});

function sayConfidence() {
  const chosen = find(".confidence input:checked");
  find(".confidence output").textContent = chosen ? WORDS[chosen.value - 1] : "";
}

// Keys

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
  const target = event.target;
  if (event.key === "Escape" && target.matches("input, select")) return target.blur();
  if (target.matches("input:not([type=radio], [type=checkbox]), select, textarea")) return;
  const act = KEYS[event.key] ?? (/^[1-9]$/.test(event.key) ? digit : null);
  if (act && act(event) !== false) event.preventDefault();
});

const KEYS = {
  "?": () => help.showModal(),
  u: () => submit("#undo"),
  b: () => submit("#bury"),
  c: () => {
    const group = find(".confidence");
    if (!group || getComputedStyle(group).visibility === "hidden") return false;
    (group.querySelector("input:checked") ?? group.querySelector("input")).focus();
  },
  Enter: (event) => {
    // A focused button, link or summary does its own work, unless it has none left: a step's handle, a full match set.
    const own = event.target.closest("button, a, summary");
    const idle = own?.matches("[data-handle]") || (own?.closest("[data-matching]") && !find("[data-left]:not(.filled)"));
    if (own && !idle) return false;
    find("#next") ? find("#next").click() : submit("#question");
  },
};

function submit(selector) {
  const form = find(selector);
  if (!form) return false;
  form.requestSubmit();
}

function digit(event) {
  const place = Number(event.key) - 1;
  if (event.target.name === "confidence") {
    const radio = root.querySelectorAll(".confidence input")[place];
    radio?.click();
    radio?.focus();
    return;
  }
  const options = root.querySelectorAll(".choices input, .partners button, .steps [data-handle]");
  if (!options[place]) return false;
  options[place].matches("[data-handle]") || options[place].click();
  options[place].focus();
}

arrived();
