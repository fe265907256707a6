// Questions at the end of a lesson or of a section without a network: graded by the pack as far as it has them, and kept.

import { create, find, get } from "../examprep/dom.js";
import { markAnswered, readQuestion } from "./device/pack.js";
import { judge } from "./device_answer.js";
import { countShown, showNextHint } from "./device_hints.js";
import { outcomeOf, showVerdict, stepBack } from "./device_verdict.js";
import { openOutbox } from "./outbox_state.js";
import { readResponse } from "./response.js";

const { account = "" } = document.documentElement.dataset;

/**
 * Keep an answer that could not be sent, and show what can be said of it here.
 *
 * @param {HTMLFormElement} form
 * @param {boolean} isUnknown whether “I don't know” was pressed
 */
export async function keepAnswer(form, isUnknown) {
  const response = isUnknown ? { dont_know: true } : readResponse(form);
  const { presentation, event, shown } = Object.fromEntries(new FormData(form));
  if (!response || !event) return;
  const id = String(presentation);
  const question = await readQuestion(account, id).catch(() => null);
  const opinion = question && (await judge(question, response));
  if (opinion && "refused" in opinion) {
    refuse(form, opinion.refused);
    return;
  }
  const now = new Date();
  const outbox = openOutbox(account);
  const answer = {
    id: String(event),
    type: "review",
    presentation: id,
    response,
    confidence: null,
    occurred_at: now.toISOString(),
    duration_ms: millisecondsSince(String(shown), now),
    hints_used: countShown(form),
  };
  await outbox.add(answer, opinion?.judged.score ?? null);
  await outbox.refresh({ connection: "offline" });
  outbox.send();
  await markAnswered(id).catch(() => {});
  const card = showVerdict(form, question, opinion?.judged ?? null);
  stepBack(form);
  get(card, ".bar").remove();
  if (opinion) card.dataset["outcome"] = outcomeOf(opinion.judged.score);
  get(card, "h2").focus({ preventScroll: true });
}

/** Show the next hint, or say that it needs a connection. @param {HTMLFormElement} form */
export function showHint(form) {
  return showNextHint(form, account);
}

/** What is on the back of a card, or in a model answer, only the service shows here. @param {HTMLFormElement} form */
export function sayItNeedsConnection(form) {
  refuse(form, "Showing the answer needs a connection. Nothing is lost.");
}

/** The signed stamp of a form begins with the instant at which it was shown. @param {string} stamp @param {Date} now */
function millisecondsSince(stamp, now) {
  const shown = Date.parse(stamp.slice(0, stamp.lastIndexOf(":")));
  return Number.isNaN(shown) ? 0 : Math.max(now.getTime() - shown, 0);
}

/** @param {HTMLFormElement} form @param {string} message */
function refuse(form, message) {
  find(form, ".errors")?.remove();
  const list = create("ul", { className: "errors", role: "alert" });
  list.append(create("li", { textContent: message }));
  get(form, ".answer").append(list);
}
