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

// `told` hears of each answer: saving, saved, refused (with a message), stale, over, and of the line: online or not.
export class Saver {
  constructor(key, csrf, told) {
    Object.assign(this, { key, csrf, told, online: true });
    this.waiting = new Map(JSON.parse(localStorage.getItem(key) ?? "[]"));
    this.revs = new Map();
    this.sending = null;
    addEventListener("online", () => this.send());
    addEventListener("pagehide", () => this.send({ keepalive: true }));
  }

  put(slot, address, response) {
    this.waiting.set(slot, { address, response });
    this.keep();
    this.told("saving", slot);
    return this.send();
  }

  keep() {
    if (this.waiting.size) localStorage.setItem(this.key, JSON.stringify([...this.waiting]));
    else localStorage.removeItem(this.key);
  }

  send(options = {}) {
    this.sending ??= this.sendAll(options).finally(() => { this.sending = null; });
    return this.sending;
  }

  async sendAll(options) {
    clearTimeout(this.timer);
    for (const [slot, entry] of [...this.waiting]) {
      const rev = this.revs.get(slot) ?? 0;
      let answer;
      try {
        answer = await fetch(entry.address, {
          method: "PUT",
          headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf },
          body: JSON.stringify({ response: entry.response, rev }),
          ...options,
        });
        if (answer.status >= 500 || answer.status === 429) throw new Error(answer.status);
      } catch {
        this.line(false);
        this.timer = setTimeout(() => this.send(), RETRY);
        return false;
      }
      this.line(true);
      const body = await answer.json().catch(() => ({}));
      // What was typed meanwhile stays to be sent.
      const newer = this.waiting.get(slot) !== entry;
      if (answer.ok) this.revs.set(slot, body.rev);
      else if (answer.status === 409 && body.rev !== undefined) this.revs.set(slot, body.rev);
      if (!newer) {
        this.waiting.delete(slot);
        this.keep();
      }
      if (answer.ok) this.told(newer ? "saving" : "saved", slot);
      else if (answer.status === 409) this.told("stale", slot);
      else if (answer.status === 410) this.told("over", slot);
      else this.told("refused", slot, Object.values(body.errors ?? {}).flat().join(" ") || body.detail);
    }
    if (this.waiting.size) return this.sendAll(options);
    return true;
  }

  line(online) {
    if (online !== this.online) {
      this.online = online;
      this.told(online ? "online" : "offline");
    }
  }
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
