// What every page says of its connection and of answers that wait to be sent; loaded once there is something to say.

import { create } from "../examprep/dom.js";
import { Outbox } from "./device/outbox.js";

/** @type {Outbox | undefined} */
let outbox;

/** The outbox of this page, whose state is shown from now on. @param {string} account "" where nobody is logged in */
export function openOutbox(account) {
  if (outbox) return outbox;
  const strip = create("div", { id: "outbox", className: "outbox", hidden: true });
  strip.append(create("p", { role: "status" }), create("ul", { role: "list" }));
  document.querySelector(".skip")?.after(strip);
  outbox = new Outbox(account, (state) => show(strip, state));
  return outbox;
}

/** Show how it stands, and send what waits. @param {string} account */
export async function watchOutbox(account) {
  const { state } = openOutbox(account);
  outbox?.tell({});
  if (account && state.connection === "online") await outbox?.send();
  else await outbox?.refresh();
}

/** @param {HTMLElement} strip @param {import("./device/outbox.js").State} state */
function show(strip, state) {
  const [line, list] = strip.children;
  const words = wordsOf(state);
  strip.classList.toggle("offline", state.waiting > 0 || state.connection === "offline");
  strip.hidden = !words && !state.news.length;
  // What is said again is not read out again.
  if (line?.textContent !== words) line?.replaceChildren(words);
  if (state.waiting && state.connection === "login") {
    const href = `/accounts/login/?next=${encodeURIComponent(location.pathname)}`;
    line?.append(" ", create("a", { href, textContent: "Log in" }));
  }
  list?.replaceChildren(...state.news.map(lineOf));
  if (state.news.length) {
    const button = create("button", { className: "link", textContent: "OK", onclick: () => outbox?.readNews() });
    list?.lastElementChild?.append(" ", button);
  }
}

/** @param {import("./device/outbox.js").State} state */
function wordsOf({ connection, waiting, unkept, sent }) {
  if (unkept)
    return `This browser has no room left. ${answers(unkept)} on this page alone: leave it open until ${unkept === 1 ? "it is" : "they are"} sent.`;
  if (waiting && connection === "login")
    return `You have been logged out. ${answers(waiting)} kept in this browser, sent once you log in.`;
  if (waiting && connection === "offline")
    return `No connection. ${answers(waiting)} kept in this browser, sent when you are back online.`;
  if (waiting) return "";
  if (connection === "offline") return "No connection. What you answer is kept in this browser.";
  return sent ? `Connected again. ${answers(sent)} sent.` : "";
}

/** @param {import("./device/sending.js").News} news */
function lineOf({ id, was, is, detail }) {
  const line = create("li", {
    textContent: detail && is === null ? `An answer could not be taken: ${detail}` : detail,
  });
  if (!detail)
    line.textContent = `An answer counts as ${scoreWords(is)}; this browser had called it ${scoreWords(was)}.`;
  if (is !== null) line.append(" ", create("a", { href: `/review/${id}/`, textContent: "See it" }));
  return line;
}

/** @param {number | null} score */
export function scoreWords(score) {
  if (score === 1) return "correct";
  return score ? `partly correct (${Math.round(100 * score)} %)` : "incorrect";
}

/** @param {number} number */
function answers(number) {
  return number === 1 ? "1 answer" : `${number} answers`;
}
