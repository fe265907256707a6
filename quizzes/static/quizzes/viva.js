// A viva: a round against the clock, by keys or by touch; what is matched is saved at once.

import { enhanceMatching } from "./matching.js";
import { Saver, clock, reader } from "./saving.js";

const round = document.getElementById("round");
const announcement = document.getElementById("announcement");
const state = document.querySelector("[data-state]");

function announce(text) {
  announcement.textContent = "";
  requestAnimationFrame(() => { announcement.textContent = text; });
}

if (round) {
  const set = round.querySelector("[data-matching]");
  enhanceMatching(set, announce);
  round.dataset.kind = "matching";
  const read = reader(round);
  const csrf = round.querySelector("[name=csrfmiddlewaretoken]").value;
  const saver = new Saver(`round ${round.dataset.api}`, csrf, (what, _, message) => {
    if (what === "offline") state.textContent = "No connection. Your answers are kept here, and sent when it is back.";
    else if (what === "refused") state.textContent = message;
    else if (what === "online") state.textContent = "Connected again.";
    round.querySelector("[name=rev]").value = saver.revs.get(1) ?? 0;
  });
  saver.revs.set(1, Number(round.dataset.rev));
  const finish = async () => {
    round.querySelector(".bar .button").disabled = true;
    await Promise.race([saver.send(), new Promise((done) => setTimeout(done, 3000))]);
    // Everything is saved: the form only says that the round is done.
    for (const select of round.querySelectorAll("select")) select.disabled = true;
    round.submit();
  };
  round.addEventListener("answered", () => saver.put(1, round.dataset.api, read()));
  round.addEventListener("submit", (event) => {
    event.preventDefault();
    finish();
  });
  const element = document.querySelector("[data-clock]");
  clock(element, Number(element.dataset.seconds), finish);
  set.querySelector("[data-left] button").focus({ preventScroll: true });
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
