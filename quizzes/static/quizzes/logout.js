// A logout sends first what waits, asks where it cannot, and then leaves nothing of the person in this browser.

import { create, find, get } from "../examprep/dom.js";
import { findSubscription, forgetPerson } from "./device/forget.js";
import { countNoted, tellNoted } from "./device/telling.js";
import { openOutbox } from "./outbox_state.js";
import { readAllKept } from "./saver.js";
import { put } from "./server.js";

const { account = "" } = document.documentElement.dataset;
const form = get(document, "form[data-logout]", HTMLFormElement);
const outbox = openOutbox(account);
/** The marks of answers in exams that could not be sent. @type {string[]} */
let lost = [];

const button = get(form, "button", HTMLButtonElement);
button.addEventListener("click", async (event) => {
  event.preventDefault();
  button.disabled = true;
  const answers = await sendAll();
  const noted = countNoted(account);
  if (!(answers || noted) || (await asksToLose(answers, noted))) await logOut();
  button.disabled = false;
});

/** Send all that waits, of reviews and of exams; resolves to how many answers could not be sent. */
async function sendAll() {
  await outbox.send();
  await tellNoted(account);
  lost = [];
  for (const [name, { address, response, rev }] of readAllKept()) {
    const answer = await put(address, { response, rev });
    // Of a sitting that is somebody else's the service knows nothing: it waits for them.
    if (answer?.status === 404) continue;
    // Whatever else the service said of an answer, it would say again: a sitting that is over takes none.
    if (!answer || answer.status >= 500 || [401, 403, 429].includes(answer.status)) lost.push(name);
    else localStorage.removeItem(name);
  }
  return (await outbox.waiting()).length + lost.length;
}

/** @param {number} answers @param {number} noted sections, bookmarks and notes @returns {Promise<boolean>} */
function asksToLose(answers, noted) {
  const dialog = get(document, "#unsent", HTMLDialogElement);
  const parts = [
    answers && (answers === 1 ? "1 answer" : `${answers} answers`),
    noted && (noted === 1 ? "1 bookmark, note or section read" : `${noted} bookmarks, notes or sections read`),
  ];
  const words = parts.filter(Boolean).join(" and ");
  get(dialog, "h2").textContent = `${words} ${answers + noted === 1 ? "is" : "are"} not sent yet`;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "lose"), { once: true });
  });
}

/** Nothing is removed before the service has ended the login: without a network it goes on. */
async function logOut() {
  const body = new URLSearchParams(/** @type {[string, string][]} */ ([...new FormData(form)]));
  // Nor does the service remind anybody here any more.
  body.set("push_endpoint", (await findSubscription())?.endpoint ?? "");
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (answer?.type !== "opaqueredirect") {
    find(form, ".errors")?.remove();
    const list = create("ul", { className: "errors", role: "alert" });
    const textContent = "You are still logged in: the service cannot be reached. Nothing was removed. Try again later.";
    list.append(create("li", { textContent }));
    form.prepend(list);
    return;
  }
  outbox.discard();
  await forgetPerson(account, lost);
  location.replace(find(form, "[name=next]", HTMLInputElement)?.value || "/");
}
