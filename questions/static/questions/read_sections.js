// Which sections of a lesson were read: the server remembers a student's, the browser a visitor's.

export class ReadSections {
  /** @param {HTMLFormElement} form where sections are reported to; `data-remembered` where the server remembers them */
  constructor(form) {
    this.form = form;
    this.key = `read ${form.getAttribute("action")}`;
    this.onServer = "remembered" in form.dataset;
    /** @type {Set<string>} */
    this.read = new Set();
  }

  /** Find out what was read before, and tell the server what was read in this browser before logging in. */
  async load() {
    const kept = this.kept();
    for (const id of kept) this.read.add(id);
    if (!this.onServer) return;
    for (const id of kept) await this.report(id);
    this.keep([]);
    const response = await fetch(this.form.action).catch(() => null);
    if (!response?.ok) return;
    // Who was logged out meanwhile has the login page for an answer.
    /** @type {{ read: string[] } | null} */
    const known = await response.json().catch(() => null);
    for (const id of known?.read ?? []) this.read.add(id);
  }

  /** @param {string} id */
  add(id) {
    this.read.add(id);
    if (this.onServer) this.report(id);
    else this.keep([...this.read]);
  }

  /** @param {string} id */
  remove(id) {
    this.read.delete(id);
    if (this.onServer) this.report(id, "unread");
    else this.keep([...this.read]);
  }

  /**
   * @param {string} id
   * @param {"read" | "unread"} state
   */
  async report(id, state = "read") {
    const body = new FormData(this.form);
    body.set("section", id);
    body.set("state", state);
    const answer = await fetch(this.form.action, { method: "POST", body }).catch(() => null);
    if (answer) return;
    const detail = { action: new URL(this.form.action).pathname, section: id, state };
    document.dispatchEvent(new CustomEvent("reading-unsent", { detail }));
  }

  /** @returns {string[]} */
  kept() {
    try {
      const ids = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      return Array.isArray(ids) ? ids : [];
    } catch {
      return [];
    }
  }

  /** @param {string[]} ids */
  keep(ids) {
    try {
      if (ids.length) localStorage.setItem(this.key, JSON.stringify(ids));
      else localStorage.removeItem(this.key);
    } catch {
      // A browser that keeps nothing.
    }
  }
}
