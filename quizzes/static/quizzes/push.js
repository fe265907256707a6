// The settings' button for reminders in this browser.

import { find, get } from "../examprep/dom.js";

const box = find(document, "[data-push-key]");
if (box && "serviceWorker" in navigator && "PushManager" in window) offer(box);

/** @param {HTMLElement} box */
async function offer(box) {
  const button = get(box, "button", HTMLButtonElement);
  const note = get(box, "[role=status]");
  await navigator.serviceWorker.register("/worker.js", { type: "module" });
  const worker = await navigator.serviceWorker.ready;
  let subscription = await worker.pushManager.getSubscription();
  box.hidden = false;
  show();

  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if (subscription) await unsubscribe(subscription);
      else await subscribe();
      show();
    } catch {
      note.textContent =
        Notification.permission === "denied"
          ? "Your browser blocks notifications from this site. Allow them in its settings first."
          : "That did not work. Try again later.";
    }
    button.disabled = false;
  });

  async function subscribe() {
    const options = { userVisibleOnly: true, applicationServerKey: box.dataset.pushKey };
    subscription = await worker.pushManager.subscribe(options);
    // Whoever logs in here next gets none of them.
    localStorage.setItem("keeper", document.documentElement.dataset["account"] ?? "");
    await report("POST", subscription.toJSON());
  }

  /** @param {PushSubscription} old */
  async function unsubscribe(old) {
    await report("DELETE", { endpoint: old.endpoint });
    await old.unsubscribe();
    subscription = null;
  }

  function show() {
    button.textContent = subscription ? "Stop reminders in this browser" : "Remind me in this browser too";
    note.textContent = subscription ? "This browser shows the day’s reminder." : "";
  }
}

/**
 * Tell the server of a subscription. Throws where it refuses.
 *
 * @param {"POST" | "DELETE"} method
 * @param {object} body
 */
async function report(method, body) {
  const token = get(document, "[name=csrfmiddlewaretoken]", HTMLInputElement).value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await fetch("/reminders/push/", { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(String(answer.status));
}
