// Has the worker registered, tells of a new version and takes it over, and says of a page that it is a kept one.

import { create, find } from "./dom.js";
import { whenIdle } from "./moments.js";

const { account, kept } = document.documentElement.dataset;

// The review shows what comes next instead.
if (kept && !find(document, "#review")) sayItIsKept(new Date(kept));
// Not on a connection that costs: the service works as without it.
if (account && "serviceWorker" in navigator && !isSavingData()) whenLoaded().then(whenIdle).then(register);

async function register() {
  const registration = await navigator.serviceWorker
    .register("/worker.js", { type: "module" })
    // A browser that keeps nothing, or knows no modules here: pages need the network as before.
    .catch(() => null);
  if (!registration) return;
  navigator.serviceWorker.addEventListener("message", answerWorker);
  navigator.serviceWorker.startMessages();
  const [{ keepWeek }, { watchForVersions }] = await Promise.all([
    import("../quizzes/device/week.js"),
    import("./new_version.js"),
  ]);
  keepWeek(account ?? "");
  addEventListener("online", () => keepWeek(account ?? ""));
  watchForVersions(registration, isBusy);
}

/** @param {MessageEvent} event */
function answerWorker({ data, ports }) {
  if (data?.type === "are you busy") ports[0]?.postMessage(isBusy() ? "busy" : "calm");
}

/** Whether something is typed or chosen here that is not sent yet, or an exam is sat. */
function isBusy() {
  const isSitting = location.pathname.startsWith("/sittings/");
  return isSitting || Boolean(find(document, "form[data-answered], form[data-judged], form.htmx-request"));
}

document.addEventListener("input", ({ target }) => {
  if (target instanceof Element) target.closest("form.question")?.toggleAttribute("data-answered", true);
});

function isSavingData() {
  return /** @type {{ connection?: { saveData?: boolean } }} */ (navigator).connection?.saveData === true;
}

/** @param {Date} at */
function sayItIsKept(at) {
  const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(at);
  const textContent = `No connection. This page is as it was on ${when}.`;
  find(document, "main")?.prepend(create("p", { className: "kept-page", role: "status", textContent }));
}

function whenLoaded() {
  if (document.readyState === "complete") return Promise.resolve();
  return new Promise((resolve) => addEventListener("load", resolve, { once: true }));
}
