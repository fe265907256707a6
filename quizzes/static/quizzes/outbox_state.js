// What a page says of answers that wait to be sent.

import { create } from "../examprep/dom.js";

/** @param {number} number */
const answers = (number) => (number === 1 ? "1 answer" : `${number} answers`);

/**
 * @param {HTMLElement} place
 * @param {import("./device/outbox.js").State} state
 */
export function showOutbox(place, { connection, waiting, sent, refused }) {
  const words = [
    waiting &&
      connection === "offline" &&
      `No connection. ${answers(waiting)} kept in this browser, sent when you are back online.`,
    waiting &&
      connection === "login" &&
      `You have been logged out. ${answers(waiting)} kept in this browser, sent once you log in.`,
    !waiting && sent && `Connected again. ${answers(sent)} sent.`,
    ...refused.map((detail) => `One could not be taken: ${detail}`),
  ].filter(Boolean);
  place.hidden = !words.length;
  place.classList.toggle("offline", Boolean(waiting));
  place.textContent = words.join(" ");
  if (waiting && connection === "login")
    place.append(" ", create("a", { href: "/accounts/login/", textContent: "Log in" }));
}
