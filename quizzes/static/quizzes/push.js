// The settings' button for reminders in this browser.

const box = document.querySelector("[data-push-key]");
if (box && "serviceWorker" in navigator && "PushManager" in window) offer();

async function offer() {
  const button = box.querySelector("button");
  const note = box.querySelector("[role=status]");
  const worker = await navigator.serviceWorker.register("/worker.js");
  let subscription = await worker.pushManager.getSubscription();
  box.hidden = false;
  show();

  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if (subscription) {
        await tell("DELETE", { endpoint: subscription.endpoint });
        await subscription.unsubscribe();
        subscription = null;
      } else {
        subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: box.dataset.pushKey });
        await tell("POST", subscription.toJSON());
      }
      show();
    } catch {
      note.textContent = Notification.permission === "denied" ? "Your browser does not allow it: change that in its settings for this site." : "That did not work. Try again later.";
    }
    button.disabled = false;
  });

  function show() {
    button.textContent = subscription ? "Stop reminders in this browser" : "Remind me in this browser too";
    note.textContent = subscription ? "This browser shows the day’s reminder." : "";
  }
}

async function tell(method, body) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await fetch("/reminders/push/", { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(answer.status);
}
