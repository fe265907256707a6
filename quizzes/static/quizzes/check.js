// Questions within a lesson: the quick check, and "Try one". Both are pages of their own without this file.

import { announcer } from "../examprep/announce.js";
import { all, create, find, get } from "../examprep/dom.js";
import { openTriesInPlace } from "./try.js";

/** How far below the window the quick check begins to load. */
const LOAD_AHEAD = "600px";
/** What takes the focus of a new question, but on a touch screen, where the keyboard would cover what is to be read. */
const FIELD = ".answer input:not([type=hidden]), .answer button";

const announcement = create("p", { className: "visually-hidden", role: "status" });
document.body.append(announcement);
const announce = announcer(announcement);

for (const sheet of all(document, "link[data-later]", HTMLLinkElement)) sheet.media = "all";

const places = all(document, "[data-quick-check]");
for (const place of places) {
  if ("onDemand" in place.dataset) loadWhenPressed(place);
  else loadWhenNear(place);
}
openTriesInPlace(putStylesOn);
prepare(document.body);
// What was sent before htmx was there came back as a page of its own.
const refused = find(document, "[data-part] [aria-invalid=true]")?.closest("[data-part]");
if (refused) focusOn(refused);

/** @type {Promise<unknown> | undefined} */
let styles;

/** Put on what questions look like, which a lesson keeps until one comes; resolves when it is there. */
function putStylesOn() {
  styles ??= loadStyles();
  return styles;
}

async function loadStyles() {
  const kept = find(document, "[data-question-styles]", HTMLTemplateElement);
  if (!kept) return;
  const sheets = [...kept.content.querySelectorAll("link")];
  const loaded = sheets.map((sheet) => new Promise((done) => (sheet.onload = sheet.onerror = done)));
  kept.replaceWith(kept.content);
  await Promise.all(loaded);
}

/** Questions come into their page when they are about to be read. @param {HTMLElement} place */
function loadWhenNear(place) {
  const observer = new IntersectionObserver(
    (entries) => {
      // A busy page hears of several crossings at once: the first may say "not yet" and the last "now".
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      load(place);
    },
    { rootMargin: LOAD_AHEAD },
  );
  observer.observe(place);
}

/** Within a long text questions come when they are asked for: nothing that is being read moves. @param {HTMLElement} place */
function loadWhenPressed(place) {
  const link = get(place, "a");
  link.addEventListener("click", (event) => {
    if (!(event instanceof MouseEvent) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    load(place);
  });
}

/** @param {HTMLElement} place */
async function load(place) {
  await putStylesOn();
  window.htmx.ajax("get", place.dataset.quickCheck ?? "", { target: place, swap: "innerHTML" });
}

// What comes in above what is being read, or in place of what has the focus, takes neither away.
let hadFocus = false;
/** @type {HTMLElement | null} */
let headingInSight = null;
/** Whether questions come here for the first time. @param {EventTarget | null} target */
const isPlace = (target) => target instanceof HTMLElement && places.includes(target);
document.addEventListener("htmx:beforeSwap", ({ target }) => {
  hadFocus = target.contains(document.activeElement);
  const heading = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  const top = heading ? heading.getBoundingClientRect().top : -1;
  headingInSight = isPlace(target) && top >= 0 && top < innerHeight ? heading : null;
});

document.addEventListener("htmx:afterSwap", async ({ target }) => {
  // A check that was swapped as a whole is no longer in the page: the new one is.
  const root = target.isConnected ? target : find(document, "[data-check]");
  if (!root) return;
  await prepare(root);
  const part = root.closest("[data-part]");
  if (part) {
    focusOn(part);
    return;
  }
  headingInSight?.scrollIntoView();
  if (!isPlace(target)) announce("New questions");
  if (!hadFocus) return;
  const first = find(root, "[data-part]");
  first?.focus({ preventScroll: true });
  first?.scrollIntoView({ block: "start" });
});

// Without a network a student's answers are kept here, and sections read are noted.

/** @type {HTMLElement | null} */
let pressed = null;
document.addEventListener(
  "submit",
  ({ submitter }) => {
    pressed = submitter;
  },
  true,
);
document.addEventListener("htmx:sendError", keepUnsent, true);
document.addEventListener("reading-unsent", async ({ detail: { action, section, state } }) => {
  const { noteReading } = await import("./device/reading.js");
  await noteReading(document.documentElement.dataset["account"] ?? "", action, section, state);
});

/** @param {Event} event */
async function keepUnsent(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-check] form.question")) return;
  if (!form.querySelector("[name=event]") || !document.documentElement.dataset["account"]) return;
  // Instead of what every page says of requests that failed: nothing has to be tried again.
  event.stopPropagation();
  const { keepAnswer, showHint, sayItNeedsConnection } = await import("./device_check.js");
  const name = pressed?.getAttribute("name") ?? "";
  if (name === "hint") {
    (await showHint(form))?.focus();
  } else if (name !== "dont_know" && form.querySelector("[name=turn]")) {
    sayItNeedsConnection(form);
  } else {
    await keepAnswer(form, name === "dont_know");
    await prepare(form);
  }
}

/** @param {Element} root */
async function prepare(root) {
  // A lesson is read without them, and most of its first visits end before its questions.
  if (root.querySelector("[data-matching], [data-ordering], [data-matrix], [data-keypad]")) {
    const { enhanceAnswers } = await import("./enhance.js");
    enhanceAnswers(root, announce);
  }
  const check = root.closest("[data-check]") ?? root.querySelector("[data-check]");
  if (check) showScore(check);
}

/** Focus the verdict on a question, or what comes next in it. @param {Element} part */
function focusOn(part) {
  const field = matchMedia("(pointer: fine)").matches ? FIELD : "form.question";
  const next = find(part, "[id^=verdict], [aria-invalid=true], [data-back], [data-hint]") ?? find(part, field);
  if (next?.matches("form")) next.tabIndex = -1;
  next?.focus({ preventScroll: true });
  // The whole of it where the window has room; its verdict, which is what was just said, in any case.
  part.scrollIntoView({ block: "nearest" });
  find(part, ".verdict header")?.scrollIntoView({ block: "nearest" });
}

/** @param {Element} check */
function showScore(check) {
  const questions = all(check, "[data-part]").length;
  const outcomes = all(check, "[data-part] [data-outcome]").map(({ dataset }) => dataset.outcome);
  const right = outcomes.filter((outcome) => outcome === "right").length;
  const answered = outcomes.length ? `${outcomes.length} of ${questions} answered.` : "";
  get(check, "[data-score]").textContent =
    outcomes.length === questions ? `${right} of ${questions} correct.` : answered;
}
