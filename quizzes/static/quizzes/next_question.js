// The next question is fetched while the verdict on the last one is read, so that it is there before it is asked for.

import { find, isCombined, targetOf } from "../examprep/dom.js";
import { afterPaint } from "../examprep/moments.js";

/** What was fetched so long ago is fetched anew: by then other questions may have come due. */
const KEPT_MS = 5 * 60 * 1000;

/**
 * The part of the page that comes next, or where the session ends, and when it was fetched.
 *
 * @typedef {{ html: string, address: string, end: string | null, at: number }} Part
 */

export class NextQuestion {
  /** @param {HTMLElement} root what the parts of the review are swapped into */
  constructor(root) {
    this.root = root;
    /** @type {Promise<Part | null> | null} */
    this.coming = null;
    /** Whether it is asked for already, and on its way. */
    this.isAsked = false;
  }

  listen() {
    document.addEventListener("htmx:afterSwap", ({ target }) => {
      if (target === this.root) this.look();
    });
    // Whatever else is sent (an answer that is taken back) may change what comes next.
    document.addEventListener("htmx:beforeRequest", () => {
      this.coming = null;
    });
    // Before htmx has it: its own listener is on the link itself.
    this.root.addEventListener("click", (event) => this.take(event), true);
    this.look();
  }

  /** Fetch what the link to the next question leads to, where there is one. */
  look() {
    const link = find(this.root, "#next", HTMLAnchorElement);
    this.isAsked = false;
    this.coming = link && fetchPart(link.href);
  }

  /** @param {MouseEvent} event */
  take(event) {
    const link = targetOf(event).closest("#next");
    if (!(link instanceof HTMLAnchorElement) || !this.coming || isCombined(event) || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.isAsked) return;
    this.isAsked = true;
    const coming = this.coming;
    // The press that asked for it is seen first.
    Promise.all([coming, afterPaint()]).then(([part]) => {
      if (coming === this.coming) this.show(part, link);
    });
  }

  /**
   * @param {Part | null} part
   * @param {HTMLAnchorElement} link by which it is asked for again, where it did not come or is old
   */
  show(part, link) {
    if (!part || Date.now() - part.at > KEPT_MS) {
      this.coming = null;
      link.click();
    } else if (part.end) {
      location.assign(part.end);
    } else {
      window.htmx.swap(this.root, part.html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
      history.replaceState({ htmx: true }, "", part.address);
      scrollTo(0, 0);
      // The time until now went into the last question.
      const waited = find(this.root, "#question [name=waited]", HTMLInputElement);
      if (waited) waited.value = String(Date.now() - part.at);
    }
  }
}

/**
 * @param {string} address
 * @returns {Promise<Part | null>}
 */
async function fetchPart(address) {
  const response = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  // A session that ran out leads to the login, whose page is no part of this one.
  if (!response?.ok || response.redirected) return null;
  const html = await response.text().catch(() => null);
  if (html === null) return null;
  const { headers } = response;
  return { html, address: headers.get("HX-Replace-Url") ?? address, end: headers.get("HX-Redirect"), at: Date.now() };
}
