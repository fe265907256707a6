// A viva: a round against the clock, by keys or by touch; what is matched is saved at once.

import { enhanceMatching } from "./matching.js";
import { Saver, clock, fill, reader, sayLine, take } from "./saving.js";

const round = document.getElementById("round");
const announcement = document.getElementById("announcement");
const state = document.querySelector("[data-state]");

function announce(text) {
  announcement.textContent = "";
  requestAnimationFrame(() => { announcement.textContent = text; });
}

if (round) {
  const api = round.dataset.api;
  const end = round.querySelector(".bar .button");
  round.dataset.kind = "matching";
  const saver = new Saver(`round ${api}`, (what, _, message) => {
    if (sayLine(state, what)) return;
    if (what === "refused") state.textContent = message;
    else if (what === "stale") location.reload();
    else if (what === "over") finish();
  });
  saver.revs.set(1, Number(round.dataset.rev));
  // What could not be sent before this page was left.
  fill(round, saver.waiting.get(1)?.response);
  enhanceMatching(round.querySelector("[data-matching]"), announce);
  const read = reader(round);
  round.addEventListener("answered", () => saver.put(1, api, read()));

  // Everything is saved by now: the form only says that the round is done. Without a connection the page waits for it,
  // the round's clock does not.
  const finish = async () => {
    if (end.disabled) return;
    end.disabled = true;
    await Promise.race([saver.send(), new Promise((done) => setTimeout(done, 3000))]);
    while (!(await take(round))) {
      sayLine(state, "offline");
      await new Promise((done) => setTimeout(done, 1000));
      await saver.send();
    }
  };
  round.addEventListener("submit", (event) => {
    event.preventDefault();
    finish();
  });
  const element = document.querySelector("[data-clock]");
  clock(element, Number(element.dataset.seconds), finish);
  round.querySelector("[data-left] button").focus({ preventScroll: true });
  saver.send().then(async () => {
    // A match may have been on its way while this page was fetched.
    const sitting = await fetch(round.dataset.sitting).then((answer) => answer.json()).catch(() => null);
    const slot = sitting?.slots?.find((one) => one.slot === Number(round.dataset.slot));
    if (slot?.rev > saver.revs.get(1) && !saver.waiting.size) location.reload();
  });
} else {
  document.getElementById("verdict")?.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (round && /^[1-9]$/.test(event.key)) {
    const partner = round.querySelectorAll(".partners button")[Number(event.key) - 1];
    if (partner) {
      event.preventDefault();
      partner.click();
    }
  } else if (event.key === "Enter") {
    const own = event.target.closest("button, a, summary");
    if (round && (!own || (own.closest("[data-matching]") && !round.querySelector("[data-left]:not(.filled)")))) {
      event.preventDefault();
      round.requestSubmit();
    } else if (!round && !own) {
      document.querySelector(".go .button")?.click();
    }
  }
});
