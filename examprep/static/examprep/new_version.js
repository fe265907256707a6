// A new version of the app says so, and is loaded when somebody asks for it; what is being answered is answered first.

import { create, find } from "./dom.js";

/**
 * @param {ServiceWorkerRegistration} registration
 * @param {() => boolean} isBusy whether something is typed here that is not sent yet
 */
export function watchForVersions(registration, isBusy) {
  if (registration.waiting) meet(registration.waiting, isBusy);
  // One that was found before this page watched, or is found later.
  meetOnceInstalled(registration.installing, isBusy);
  registration.addEventListener("updatefound", () => meetOnceInstalled(registration.installing, isBusy));
  // A page that stays open for days asks by itself.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") registration.update().catch(() => {});
  });
}

/** @param {ServiceWorker | null} worker @param {() => boolean} isBusy */
function meetOnceInstalled(worker, isBusy) {
  worker?.addEventListener("statechange", () => {
    if (worker.state === "installed") meet(worker, isBusy);
  });
}

/** @param {ServiceWorker} worker that waits @param {() => boolean} isBusy */
function meet(worker, isBusy) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => {
    // Where the page came after the new version, it is new already: nobody has to be asked.
    if (data === document.documentElement.dataset["version"]) worker.postMessage({ type: "take over if calm" });
    else announce(worker, isBusy);
  };
  worker.postMessage({ type: "which version" }, [port2]);
}

/** @param {ServiceWorker} worker @param {() => boolean} isBusy */
function announce(worker, isBusy) {
  find(document, ".new-version")?.remove();
  const place = create("p", { className: "new-version", role: "status" });
  const [button, later] = ["Load it", "Later"].map((textContent) =>
    create("button", { className: "link", type: "button", textContent }),
  );
  place.append("A new version is ready. ", ...(button && later ? [button, " ", later] : []));
  document.body.append(place);
  button?.addEventListener("click", () => load(worker, place, isBusy));
  later?.addEventListener("click", () => place.remove());
}

/** @param {ServiceWorker} worker @param {HTMLElement} place @param {() => boolean} isBusy */
function load(worker, place, isBusy) {
  if (worker.state !== "installed") {
    reload();
    return;
  }
  navigator.serviceWorker.addEventListener("controllerchange", reload, { once: true });
  worker.postMessage({ type: "take over" });

  function reload() {
    if (!isBusy()) {
      location.reload();
      return;
    }
    // Nothing that was typed is lost: it loads once that is sent. How a number is read as it is typed comes before.
    place.textContent = "The new version loads after this answer.";
    document.addEventListener("htmx:afterSwap", () => {
      if (!isBusy()) location.reload();
    });
  }
}
