// An exam: one question at a time, every change saved, the clock of the server.

import { enhanceMatching } from "./matching.js";
import { enhanceOrdering } from "./ordering.js";
import { Saver, clock, fill, put, reader, sayLine, take } from "./saving.js";

const root = document.getElementById("sitting");
const api = root.dataset.api;
const handIn = root.querySelector("[data-submit]");
const state = root.querySelector("[data-state]");
const announcement = root.querySelector("[data-announcement]");
const slots = [...root.querySelectorAll("[data-slot]")];
const numberOf = (slot) => Number(slot.dataset.slot);
const slotOf = (number) => slots.find((slot) => numberOf(slot) === number);
const linkOf = (number) => root.querySelector(`[data-go="${number}"]`);
const formOf = (slot) => slot.querySelector("form");
const others = "BroadcastChannel" in window ? new BroadcastChannel(`sitting ${root.dataset.sitting}`) : null;
// What is being typed: a timer for each slot, and what it will do. And which slots have an answer with the server.
const typing = new Map();
const kept = new Map();
let current = null;
let over = false;

const saver = new Saver(`sitting ${root.dataset.sitting}`, (what, slot, message) => {
  if (sayLine(state, what)) return;
  if (what === "over") return finish();
  const failed = what === "refused";
  const line = slotOf(slot).querySelector("[data-saving]");
  line.classList.toggle("failed", failed);
  linkOf(slot).classList.toggle("failed", failed);
  // While more is being typed, what was saved is not yet all.
  const saved = typing.has(slot) ? "Saving …" : "Saved";
  line.textContent = { saving: "Saving …", saved, refused: `Not saved: ${message}`, stale: "" }[what];
  if (what === "saved") kept.set(slot, linkOf(slot).classList.contains("answered"));
  if (failed) mark(slot, kept.get(slot));
  else said(slot);
  if (what === "saved") others?.postMessage({ slot });
  if (what === "stale") conflict(slot, message);
});

// Forms

function enhance(slot) {
  const form = formOf(slot);
  const number = numberOf(slot);
  saver.revs.set(number, Math.max(Number(form.dataset.rev), saver.revs.get(number) ?? 0));
  kept.set(number, "answered" in form.dataset);
  const waiting = saver.waiting.get(number);
  if (waiting) fill(form, waiting.response);
  const matching = form.querySelector("[data-matching]");
  const ordering = form.querySelector("[data-ordering]");
  if (matching) enhanceMatching(matching, announce);
  if (ordering) enhanceOrdering(ordering, announce);
  const read = reader(form);
  const changed = (delay) => {
    clearTimeout(typing.get(number)?.timer);
    const send = () => {
      typing.delete(number);
      return give(number, read());
    };
    if (!delay) return send();
    slot.querySelector("[data-saving]").textContent = "Saving …";
    typing.set(number, { send, timer: setTimeout(send, delay) });
  };
  form.addEventListener("input", (event) => {
    if (event.target.closest(".answer")) changed(event.target.matches("[type=radio], [type=checkbox], select") ? 0 : 500);
  });
  form.addEventListener("answered", () => changed(0));
  form.querySelector("[data-as-it-is]")?.addEventListener("click", () => give(number, read() ?? { choices: [] }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    step(1);
  });
}

function give(number, response) {
  mark(number, response);
  return saver.put(number, `${api}answers/${number}/`, response);
}

function announce(text) {
  announcement.textContent = "";
  requestAnimationFrame(() => { announcement.textContent = text; });
}

// What is being typed right now is sent at once: before another question, before handing in, at the end.
function flush() {
  for (const { timer, send } of [...typing.values()]) {
    clearTimeout(timer);
    send();
  }
  return saver.send();
}

function mark(number, response) {
  linkOf(number).classList.toggle("answered", Boolean(response));
  if (response) formOf(slotOf(number)).dataset.answered = "";
  else delete formOf(slotOf(number)).dataset.answered;
  said(number);
}

function said(number) {
  const { classList } = linkOf(number);
  const words = [classList.contains("answered") ? "answered" : "not answered", ...["flagged", "failed"].filter((word) => classList.contains(word))];
  linkOf(number).querySelector("[data-said]").textContent = `, ${words.join(", ").replace("failed", "not saved")}`;
}

async function refresh(number) {
  const slot = slotOf(number);
  const answer = await fetch(`${root.dataset.slots}${number}/`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer) return;
  if (!answer.ok || answer.redirected) return location.reload();
  const text = await answer.text();
  const focused = slot.contains(document.activeElement);
  clearTimeout(typing.get(number)?.timer);
  typing.delete(number);
  slot.innerHTML = text;
  window.htmx.process(slot);
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: slot } }));
  enhance(slot);
  mark(number, "answered" in formOf(slot).dataset ? {} : null);
  if (focused) slot.querySelector(".place").focus({ preventScroll: true });
}

// Another tab or device has saved since: its answer is shown, and what was given here is not lost.
async function conflict(number, response) {
  await refresh(number);
  const line = slotOf(number).querySelector("[data-saving]");
  line.textContent = "Changed in another tab or device; this is the newest answer. ";
  if (!response) return;
  const mine = document.createElement("button");
  mine.type = "button";
  mine.className = "link";
  mine.textContent = "Use what I gave here instead";
  mine.addEventListener("click", async () => {
    await give(number, response);
    refresh(number);
  });
  line.append(mine);
}

// Other tabs and devices, and the clock

const ticking = clock(root.querySelector("[data-clock]"), Number(root.dataset.left), finish);
others?.addEventListener("message", ({ data }) => {
  // Where this page has an answer of its own on the way, the server will say that there is a newer one.
  if (!typing.has(data.slot) && !saver.waiting.has(data.slot)) refresh(data.slot);
});

async function look() {
  if (over) return;
  for (const [slot, flagged] of flags) await sendFlag(slot, flagged);
  const answer = await fetch(api).catch(() => null);
  if (!answer?.ok || over) return;
  const sitting = await answer.json();
  if (sitting.state !== "open") return location.reload();
  ticking.set(Date.parse(sitting.deadline_at) - Date.parse(sitting.server_now));
  for (const { slot, rev, flagged } of sitting.slots) {
    if (rev > (saver.revs.get(slot) ?? 0) && !saver.waiting.has(slot) && !typing.has(slot)) refresh(slot);
    if (flags.has(slot)) continue;
    linkOf(slot).classList.toggle("flagged", flagged);
    said(slot);
    if (slot === current) flagButton.setAttribute("aria-pressed", flagged);
  }
}

setInterval(look, 20_000);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) flush();
  else look();
});
addEventListener("pagehide", flush);
addEventListener("online", look);

// By this page's clock the time is over; the server's decides, which may have given more, and closes the sitting.
async function finish() {
  if (over) return;
  over = true;
  state.textContent = "The time is over. Handing in …";
  await Promise.race([flush(), new Promise((done) => setTimeout(done, 4000))]);
  for (;;) {
    const answer = await fetch(api).catch(() => null);
    const sitting = answer?.ok ? await answer.json() : null;
    const left = sitting ? Date.parse(sitting.deadline_at) - Date.parse(sitting.server_now) : 0;
    if (sitting?.state === "open" && left > 1000) {
      over = false;
      ticking.set(left);
      state.textContent = "You have more time.";
      return;
    }
    if (answer && sitting?.state !== "open") return location.replace(location.pathname);
    if (!answer) state.textContent = "The time is over. What was saved by then counts; the result follows when the connection is back.";
    await new Promise((done) => setTimeout(done, 1000));
  }
}

// Going about

const flagButton = root.querySelector("[data-flag]");

function show(number, { focus = true } = {}) {
  if (!slotOf(number)) return;
  flush();
  current = number;
  for (const slot of slots) slot.classList.toggle("current", numberOf(slot) === number);
  for (const link of root.querySelectorAll("[data-go]")) {
    if (Number(link.dataset.go) === number) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  flagButton.setAttribute("aria-pressed", linkOf(number).classList.contains("flagged"));
  root.querySelector("[data-previous]").disabled = number === numberOf(slots[0]);
  root.querySelector("[data-next]").textContent = number === numberOf(slots.at(-1)) ? "Hand in …" : "Next";
  history.replaceState(null, "", `#slot-${number}`);
  if (focus) {
    slotOf(number).querySelector(".place").focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }
  linkOf(number).scrollIntoView({ block: "nearest", inline: "center" });
}

function step(by) {
  const place = slots.indexOf(slotOf(current)) + by;
  if (slots[place]) show(numberOf(slots[place]));
  else if (by > 0) askToHandIn();
}

root.querySelector("[data-previous]").addEventListener("click", () => step(-1));
root.querySelector("[data-next]").addEventListener("click", () => step(1));
const flags = new Map();

async function sendFlag(slot, flagged) {
  const answer = await put(`${api}flags/${slot}/`, { flagged });
  if (answer && flags.get(slot) === flagged) flags.delete(slot);
}

flagButton.addEventListener("click", () => {
  const flagged = linkOf(current).classList.toggle("flagged");
  flagButton.setAttribute("aria-pressed", flagged);
  said(current);
  flags.set(current, flagged);
  sendFlag(current, flagged);
});
root.addEventListener("click", (event) => {
  const link = event.target.closest("[data-go]");
  if (!link) return;
  event.preventDefault();
  show(Number(link.dataset.go));
});
document.addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog, [data-matching], [data-ordering]")) return;
  event.preventDefault();
  step(by);
});

// Handing in

const dialog = document.getElementById("hand-in");

function askToHandIn() {
  const open = slots.filter((slot) => !linkOf(numberOf(slot)).classList.contains("answered")).length;
  const flagged = root.querySelectorAll("[data-go].flagged").length;
  const failed = root.querySelectorAll("[data-go].failed").length;
  dialog.querySelector("[data-summary]").textContent = [
    open ? `${open} question${open === 1 ? " has" : "s have"} no answer.` : "Every question has an answer.",
    flagged ? `${flagged} ${flagged === 1 ? "is" : "are"} flagged.` : "",
    failed ? `${failed} cannot be read, and ${failed === 1 ? "was" : "were"} not saved.` : "",
    "Afterwards nothing can be changed.",
  ].filter(Boolean).join(" ");
  dialog.showModal();
}

root.querySelector("[data-hand-in]").addEventListener("click", (event) => {
  event.preventDefault();
  askToHandIn();
});
dialog.querySelector("[data-back]").addEventListener("click", () => dialog.close());
dialog.querySelector("[data-confirm]").addEventListener("click", async () => {
  if ((await flush()) && (await take(handIn))) return;
  dialog.close();
  sayLine(state, saver.line === "online" ? "offline" : saver.line);
  state.prepend("Not handed in. ");
});

for (const slot of slots) enhance(slot);
for (const slot of slots) said(numberOf(slot));
for (const number of saver.waiting.keys()) slotOf(number) ? mark(number, saver.waiting.get(number).response) : saver.waiting.delete(number);
root.classList.add("ready");
show(Number(location.hash.replace("#slot-", "")) || numberOf(slots[0]), { focus: false });
// An answer may have been on its way while this page was fetched.
saver.send().then(look);
