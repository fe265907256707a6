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
    multiple_select: () => {
      const choices = all("[name=choices]:checked").map((box) => box.value);
      return choices.length ? { choices } : null;
    },
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

// `told` hears of each answer: saving, saved, refused (with a message), stale (with what was not saved), over; and of the
// line: online, offline, or login where the server no longer knows who this is.
export class Saver {
  constructor(key, told) {
    Object.assign(this, { key, told, line: "online" });
    // By slot: where it goes, what was answered, and the revision that this was an answer to.
    this.waiting = kept(key);
    this.revs = new Map();
    // Sent, but with no answer: each may be with the server.
    this.unknown = new Map();
    this.sending = null;
    addEventListener("online", () => this.send());
  }

  put(slot, address, response) {
    const rev = this.waiting.get(slot)?.rev ?? this.revs.get(slot) ?? 0;
    this.keep(slot, { address, response, rev });
    this.told("saving", slot);
    return this.send();
  }

  // In this browser too; each slot by itself, since another tab may keep others. Nothing to forget it.
  keep(slot, entry) {
    if (entry) this.waiting.set(slot, entry);
    else this.waiting.delete(slot);
    try {
      if (entry) localStorage.setItem(`${this.key} ${slot}`, JSON.stringify(entry));
      else localStorage.removeItem(`${this.key} ${slot}`);
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
      const answer = await this.request(entry);
      if (!answer) {
        this.unknown.set(slot, [...(this.unknown.get(slot) ?? []), written(entry.response)]);
        this.timer = setTimeout(() => this.send(), RETRY);
        return false;
      }
      const body = await answer.json().catch(() => ({}));
      const own = answer.status === 409 && this.unknown.get(slot)?.includes(written(body.response));
      this.unknown.delete(slot);
      if (body.rev !== undefined) this.revs.set(slot, body.rev);
      // What was typed meanwhile stays to be sent, over what is saved now. Where the newest answer is nobody else's but an
      // earlier one of this page, whose receipt was lost on the way, this one is sent again.
      const newest = this.waiting.get(slot);
      const again = own || (answer.status !== 409 && newest !== entry);
      this.keep(slot, again ? { ...newest, rev: body.rev ?? newest.rev } : null);
      if (own) continue;
      if (answer.ok) this.told(again ? "saving" : "saved", slot);
      else if (answer.status === 409) this.told("stale", slot, newest.response);
      else if (answer.status === 410) this.told("over", slot);
      else this.told("refused", slot, Object.values(body.errors ?? {}).flat().join(" ") || body.detail);
    }
    return this.waiting.size ? this.sendAll() : true;
  }

  // The server's answer; nothing where the entry has to be sent again later.
  async request({ address, response, rev }) {
    const answer = await put(address, { response, rev });
    const refused = !answer || answer.status >= 500 || answer.status === 429;
    const line = refused ? "offline" : [401, 403].includes(answer.status) ? "login" : "online";
    if (line !== this.line) this.told(line);
    this.line = line;
    return line === "online" ? answer : null;
  }
}

// A PUT that goes on when the page is left; nothing where the server cannot be reached.
export function put(address, body) {
  return fetch(address, {
    method: "PUT",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(body),
    keepalive: true,
  }).catch(() => null);
}

// As it is now: a login in another tab changes it.
function token() {
  const kept = document.cookie.split("; ").find((cookie) => cookie.startsWith("csrftoken="));
  return kept?.slice("csrftoken=".length) ?? document.querySelector("[name=csrfmiddlewaretoken]").value;
}

// Send a form whose fields are all hidden, and show what the page has become; false where the server cannot be reached.
export async function take(form) {
  const fields = [...form.querySelectorAll(":scope > input[type=hidden]")].map(({ name, value }) => (
    [name, name === "csrfmiddlewaretoken" ? token() : value]
  ));
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
    const own = Object.entries(localStorage).filter(([name]) => name.startsWith(`${key} `));
    return new Map(own.map(([name, entry]) => [Number(name.slice(key.length + 1)), JSON.parse(entry)]));
  } catch {
    return new Map();
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
  let end = performance.now() + 1000 * seconds;
  let over = false;
  const tick = () => {
    const left = Math.max(Math.ceil((end - performance.now()) / 1000), 0);
    const minutes = Math.floor(left / 60);
    element.textContent = minutes >= 60
      ? `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${String(left % 60).padStart(2, "0")}`
      : `${minutes}:${String(left % 60).padStart(2, "0")}`;
    element.classList.toggle("short", left <= Math.min(60, seconds / 3));
    if (left || over) return;
    over = true;
    ended();
  };
  setInterval(tick, 250);
  tick();
  return {
    set(milliseconds) {
      end = performance.now() + milliseconds;
      if (milliseconds > 0) over = false;
    },
  };
}
