// What a student says of a section without a network is noted, and told later.

import { create, find } from "../examprep/dom.js";
import { noteReading } from "./device/reading.js";

const { account, kept } = document.documentElement.dataset;

document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  const isAway = kept !== undefined || !navigator.onLine;
  if (!account || !isAway || !(target instanceof HTMLFormElement) || !target.matches("form.actions")) return;
  const state = submitter?.getAttribute("value");
  if (state) note(event, target, state);
});

/** @param {SubmitEvent} event @param {HTMLFormElement} form @param {string} state */
async function note(event, form, state) {
  event.preventDefault();
  const section = decodeURIComponent(location.pathname.split("/").at(-2) ?? "");
  await noteReading(account ?? "", location.pathname, section, state);
  if (new URLSearchParams(location.search).has("review")) location.assign("/review/");
  else {
    const textContent = "Saved in this browser. It will be sent when you are back online.";
    find(form, "p")?.remove();
    form.append(create("p", { className: "quiet", role: "status", textContent }));
  }
}
