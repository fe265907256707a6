// The review loop: focus, and how sure somebody is. Every page of it is a plain form that works without this file.

import { announcer } from "../examprep/announce.js";
import { find, get, targetOf } from "../examprep/dom.js";
import { spoken } from "../examprep/math.js";
import { whenIdle } from "../examprep/moments.js";
import { enhanceAnswers } from "./enhance.js";
import { NextQuestion } from "./next_question.js";
import { ReviewKeys } from "./review_keys.js";

const TYPED = ":is(.typed, .blank) :is(input:not([type=hidden]), textarea)";
const root = get(document, "#review");
const help = get(document, "#help", HTMLDialogElement);
const announce = announcer(get(document, "#announcement"));

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target === root) prepare();
  else tellHint();
});
new ReviewKeys(root, help).listen();
new NextQuestion(root).listen();
prepare();
if (root.dataset["account"] && "indexedDB" in window) {
  // A page that is kept waits for its question.
  if (document.documentElement.dataset["kept"]) gradeOnDevice();
  else whenIdle().then(gradeOnDevice);
}

async function gradeOnDevice() {
  const { DeviceReview } = await import("./device_review.js");
  new DeviceReview(root, announce, tellHint).listen();
}

function prepare() {
  enhanceAnswers(root, announce);
  const verdict = find(root, "#verdict");
  if (verdict) {
    // What has the focus is read out; the key follows. Enter leads on from anywhere.
    verdict.focus({ preventScroll: true });
    const key = find(root, ".verdict .key:not(.long)");
    // biome-ignore lint/performance/useDomNodeTextContent: a pause between its lines is wanted
    if (key) announce(key.innerText);
    return;
  }
  const back = find(root, "[data-back]");
  if (back) {
    back.focus({ preventScroll: true });
    back.scrollIntoView({ block: "nearest" });
    return;
  }
  const invalid = find(root, ":is(.typed, .blank) :is(input, textarea)[aria-invalid=true]");
  const typed = invalid ?? find(root, TYPED);
  const isInvalid = typed?.ariaInvalid === "true";
  // On a touch screen the keyboard would cover the question that is still to be read.
  const target = typed && (isInvalid || matchMedia("(pointer: fine)").matches) ? typed : find(root, "#place");
  target?.focus({ preventScroll: true });
  if (isInvalid && typed instanceof HTMLInputElement) typed.select();
}

/** A hint that has just come is read out; who types goes on typing. */
function tellHint() {
  const hint = find(root, "[data-hint]");
  if (!hint) return;
  hint.removeAttribute("data-hint");
  const typed = find(root, TYPED);
  if (!typed || !matchMedia("(pointer: fine)").matches) {
    hint.focus({ preventScroll: true });
    hint.scrollIntoView({ block: "nearest" });
    return;
  }
  announce(spoken(hint));
  typed.focus({ preventScroll: true });
}

// How sure: shown once there is an answer; a second click takes it back.

root.addEventListener("input", (event) => {
  const field = targetOf(event);
  if (field.closest(".answer, .stem")) markAnswered();
});
root.addEventListener("answered", markAnswered);

/** @type {HTMLInputElement | null} */
let pressed = null;
root.addEventListener("pointerdown", (event) => {
  const label = targetOf(event).closest(".confidence label");
  const radio = label && find(label, "input", HTMLInputElement);
  pressed = radio?.checked ? radio : null;
});
root.addEventListener("click", (event) => {
  if (targetOf(event).closest("[data-help]")) help.showModal();
  if (!pressed || event.target !== pressed) return;
  pressed.checked = false;
  pressed = null;
});

function markAnswered() {
  find(root, "#question")?.toggleAttribute("data-answered", true);
}
