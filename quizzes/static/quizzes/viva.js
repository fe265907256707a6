// A viva: a round against the clock, by keys or by touch; what is matched is saved at once.

import { announcer } from "../examprep/announce.js";
import { all, find, get, isCombined, targetOf } from "../examprep/dom.js";
import { Clock } from "./clock.js";
import { showConnection } from "./connection.js";
import { forgetKeys } from "./device/forget.js";
import { enhanceMatching } from "./matching.js";
import { fillForm, readResponse } from "./response.js";
import { Saver } from "./saver.js";
import { fetchOrNull, pause, submitHidden } from "./server.js";

/** How long the end of a round waits for its last match to be saved. */
const SEND_WITHIN_MS = 3000;
const RETRY_MS = 1000;
/** A round is a form of one match set: the saver knows it as slot 1. */
const SLOT = 1;

forgetKeys();
const form = find(document, "#round", HTMLFormElement);
if (form) runRound(form);
else find(document, "#verdict")?.focus({ preventScroll: true });

document.addEventListener("keydown", (event) => {
  if (isCombined(event)) return;
  const isDone = form ? actInRound(form, event) : actBetweenRounds(event);
  if (isDone) event.preventDefault();
});

/** @param {HTMLFormElement} round */
function runRound(round) {
  const api = round.dataset.api ?? "";
  const button = get(round, ".bar .button", HTMLButtonElement);
  const status = get(document, "[data-state]");
  const saver = new Saver(`round ${api}`, {
    connection: (connection) => showConnection(status, connection),
    saving: () => {},
    saved: () => {},
    refused: (_, message) => {
      status.textContent = message;
    },
    stale: () => location.reload(),
    over: () => finish(),
  });
  saver.revs.set(SLOT, Number(round.dataset.rev));
  // What could not be sent before this page was left.
  fillForm(round, saver.waiting.get(SLOT)?.response);
  enhanceMatching(get(round, "[data-matching]"), announcer(get(document, "#announcement")));
  round.addEventListener("answered", () => saver.put(SLOT, api, readResponse(round)));
  round.addEventListener("submit", (event) => {
    event.preventDefault();
    finish();
  });
  const clock = get(document, "[data-clock]");
  new Clock(clock, Number(clock.dataset.seconds), finish);
  get(round, "[data-left] button").focus({ preventScroll: true });
  saver.send().then(() => reloadIfChanged(round, saver));

  // Everything is saved by now: the form only says that the round is done. Without a connection the page waits for it;
  // the round's clock does not.
  async function finish() {
    if (button.disabled) return;
    button.disabled = true;
    await Promise.race([saver.send(), pause(SEND_WITHIN_MS)]);
    while (!(await submitHidden(round))) {
      showConnection(status, "offline");
      await pause(RETRY_MS);
      await saver.send();
    }
  }
}

/**
 * A match may have been on its way while this page was fetched.
 *
 * @param {HTMLFormElement} round
 * @param {Saver} saver
 */
async function reloadIfChanged(round, saver) {
  const answer = await fetchOrNull(round.dataset.sitting ?? "");
  /** @type {import("./server.js").SittingState | null} */
  const sitting = await answer?.json().catch(() => null);
  const state = sitting?.slots?.find(({ slot }) => slot === Number(round.dataset.slot));
  if (state && state.rev > saver.revOf(SLOT) && !saver.waiting.size) location.reload();
}

/**
 * A digit matches; Enter ends the round, unless what has the focus has work of its own.
 *
 * @param {HTMLFormElement} round
 * @param {KeyboardEvent} event
 */
function actInRound(round, event) {
  if (/^[1-9]$/.test(event.key)) {
    const partner = all(round, ".partners button")[Number(event.key) - 1];
    partner?.click();
    return Boolean(partner);
  }
  if (event.key !== "Enter") return false;
  const control = targetOf(event).closest("button, a, summary");
  const isFull = control?.closest("[data-matching]") && !find(round, "[data-left]:not(.filled)");
  if (control && !isFull) return false;
  round.requestSubmit();
  return true;
}

/** @param {KeyboardEvent} event */
function actBetweenRounds(event) {
  if (event.key !== "Enter" || targetOf(event).closest("button, a, summary")) return false;
  find(document, ".go .button")?.click();
  return false;
}
