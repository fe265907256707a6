// Answers on their way to the server: kept in this browser until they are in, sent again until they are.

const RETRY = 2000;

export function reader(form) {
  const all = (selector) => [...form.querySelectorAll(selector)];
  const typed = (name) => {
    const value = form.querySelector(`.answer [name=${name}]`).value.trim();
    return value ? { [name]: value } : null;
  };
  const READ = {
    single_choice: () => {
      const chosen = form.querySelector("[name=choice]:checked");
      return chosen && { choice: chosen.value };
    },
    multiple_select: () => ({ choices: all("[name=choices]:checked").map((box) => box.value) }),
    numeric: () => typed("value"),
    short_text: () => typed("text"),
    matching: () => {
      const pairs = all("[data-left]").map((item) => [item.dataset.left, item.querySelector("select").value]).filter(([, right]) => right);
      return pairs.length ? { pairs: Object.fromEntries(pairs) } : null;
    },
    ordering: () => ({ order: all("[name=step]").map((step) => step.value) }),
  };
  return READ[form.dataset.kind];
}

// Put a response into a form that was not made interactive yet.
export function fill(form, response) {
  if (!response) return;
  const all = (selector) => [...form.querySelectorAll(selector)];
  for (const box of all("[name=choice], [name=choices]")) {
    box.checked = (response.choices ?? [response.choice]).includes(box.value);
  }
  for (const name of ["value", "text"]) {
    const field = form.querySelector(`.answer [name=${name}]`);
    if (field && response[name] !== undefined) field.value = response[name];
  }
  for (const item of all("[data-left]")) item.querySelector("select").value = response.pairs?.[item.dataset.left] ?? "";
  const list = form.querySelector("[data-ordering]");
  for (const step of response.order ?? []) list?.append(list.querySelector(`[name=step][value="${step}"]`).closest("[data-step]"));
}

// `told` hears of each answer: saving, saved, refused (with a message), stale, over; and of the line: online, offline, or
// login where the server no longer knows who this is.
export class Saver {
  constructor(key, csrf, told) {
    Object.assign(this, { key, csrf, told, line: "online" });
    this.waiting = new Map(kept(key));
    this.revs = new Map();
    // Sent, but with no answer: each may be with the server.
    this.unknown = new Map();
    this.sending = null;
    addEventListener("online", () => this.send());
  }

  put(slot, address, response) {
    this.waiting.set(slot, { address, response });
    this.keep();
    this.told("saving", slot);
    return this.send();
  }

  keep() {
    try {
      if (this.waiting.size) localStorage.setItem(this.key, JSON.stringify([...this.waiting]));
      else localStorage.removeItem(this.key);
    } catch {
      // A browser that keeps nothing: answers are sent all the same.
    }
  }

  // Whether all that waits is with the server afterwards.
  send() {
    this.sending ??= this.sendAll().finally(() => { this.sending = null; });
    return this.sending;
  }

  async sendAll() {
    clearTimeout(this.timer);
    for (const [slot, entry] of [...this.waiting]) {
      const answer = await this.request(entry, this.revs.get(slot) ?? 0);
      if (!answer) {
        this.unknown.set(slot, [...(this.unknown.get(slot) ?? []), written(entry.response)]);
        this.timer = setTimeout(() => this.send(), RETRY);
        return false;
      }
      const body = await answer.json().catch(() => ({}));
      const own = answer.status === 409 && this.unknown.get(slot)?.includes(written(body.response));
      this.unknown.delete(slot);
      // What was typed meanwhile stays to be sent.
      const newer = this.waiting.get(slot) !== entry;
      if (body.rev !== undefined) this.revs.set(slot, body.rev);
      // Nobody else's: an earlier answer of this page, whose receipt was lost on the way.
      if (own) continue;
      // Nothing of another's is written over unseen, by what was typed meanwhile either.
      if (!newer || answer.status === 409) {
        this.waiting.delete(slot);
        this.keep();
      }
      if (answer.ok) this.told(newer ? "saving" : "saved", slot);
      else if (answer.status === 409) this.told("stale", slot);
      else if (answer.status === 410) this.told("over", slot);
      else this.told("refused", slot, Object.values(body.errors ?? {}).flat().join(" ") || body.detail);
    }
    return this.waiting.size ? this.sendAll() : true;
  }

  // The server's answer; nothing where the entry has to be sent again later.
  async request(entry, rev) {
    const answer = await fetch(entry.address, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf },
      body: JSON.stringify({ response: entry.response, rev }),
      // Goes on when the page is left.
      keepalive: true,
    }).catch(() => null);
    const refused = !answer || answer.status >= 500 || answer.status === 429;
    const stranger = answer?.status === 401 || answer?.status === 403;
    const line = refused ? "offline" : stranger ? "login" : "online";
    if (line !== this.line) this.told(line);
    this.line = line;
    return line === "online" ? answer : null;
  }
}

// Send a form whose fields are all hidden, and show what the page has become; false where the server cannot be reached.
export async function take(form) {
  const fields = [...form.querySelectorAll(":scope > input[type=hidden]")].map(({ name, value }) => [name, value]);
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) }).catch(() => null);
  if (answer) location.replace(location.pathname);
  return Boolean(answer);
}

const LINES = {
  online: "Connected again; your answers are saved.",
  offline: "No connection. Your answers are kept here, and sent when it is back.",
  login: "You are no longer logged in. Your answers are kept here, and sent when you are.",
};

// Say how the line is; whether that was what there is to say.
export function sayLine(element, line) {
  if (!(line in LINES)) return false;
  element.classList.toggle("offline", line !== "online");
  element.textContent = LINES[line];
  if (line === "login") {
    const link = document.createElement("a");
    link.href = `/accounts/login/?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = "Log in";
    element.append(" ", link);
  }
  return true;
}

function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "[]");
  } catch {
    return [];
  }
}

// A response as text, the same whatever the order of its names.
function written(response) {
  return JSON.stringify(response, (_, value) => (
    value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value
  ));
}

// Seconds left by the server's clock: what it said when the page came, less what has passed since.
export function clock(element, seconds, ended) {
  const start = performance.now();
  let end = start + 1000 * seconds;
  const tick = () => {
    const left = Math.max(Math.ceil((end - performance.now()) / 1000), 0);
    const minutes = Math.floor(left / 60);
    element.textContent = minutes >= 60
      ? `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${String(left % 60).padStart(2, "0")}`
      : `${minutes}:${String(left % 60).padStart(2, "0")}`;
    element.classList.toggle("short", left <= Math.min(60, seconds / 3));
    if (left) return;
    clearInterval(timer);
    ended();
  };
  const timer = setInterval(tick, 250);
  tick();
  return { set(milliseconds) { end = performance.now() + milliseconds; } };
}
