// The forms of a sitting's questions: made interactive, and fetched again when another tab or device has saved an answer.

import { create, get } from "../../examprep/dom.js";
import { enhanceAnswers } from "../enhance.js";
import { fillForm } from "../response.js";
import { fetchOrNull } from "../server.js";

export class Questions {
  /**
   * @param {import("./slots.js").Slots} slots
   * @param {import("./autosave.js").Autosave} autosave
   * @param {string} address of the slots' forms
   * @param {import("../../examprep/announce.js").Announce} announce
   */
  constructor(slots, autosave, address, announce) {
    this.slots = slots;
    this.autosave = autosave;
    this.saver = autosave.saver;
    this.address = address;
    this.announce = announce;
    /** Which slots have an answer with the server. @type {Map<number, boolean>} */
    this.saved = new Map();
    for (const number of slots.numbers) this.enhance(number);
  }

  /** Make a form interactive, and put in what could not be sent before. @param {number} number */
  enhance(number) {
    const form = this.slots.form(number);
    this.saver.revs.set(number, Math.max(Number(form.dataset.rev), this.saver.revOf(number)));
    this.saved.set(number, "answered" in form.dataset);
    fillForm(form, this.saver.waiting.get(number)?.response);
    enhanceAnswers(form, this.announce);
    this.autosave.watch(number);
  }

  /** Show the answer that the server has. @param {number} number */
  async refresh(number) {
    const answer = await fetchOrNull(`${this.address}${number}/`, { headers: { "HX-Request": "true" } });
    if (!answer) return;
    if (!answer.ok || answer.redirected) return location.reload();
    const html = await answer.text();
    const section = this.slots.section(number);
    const hasFocus = section.contains(document.activeElement);
    this.autosave.forgetTyping(number);
    section.innerHTML = html;
    window.htmx.process(section);
    document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: section } }));
    this.enhance(number);
    this.slots.markAnswered(number, "answered" in this.slots.form(number).dataset);
    if (hasFocus) get(section, ".place").focus({ preventScroll: true });
  }

  /**
   * Another tab or device has saved since: show its answer, and offer to put back what was answered here.
   *
   * @param {number} number
   * @param {import("../response.js").Response | null} response
   */
  async showConflict(number, response) {
    await this.refresh(number);
    const line = this.slots.savingLine(number);
    line.textContent = "Changed in another tab or on another device. This is the newest answer. ";
    if (!response) return;
    const putBack = create("button", {
      type: "button",
      className: "link",
      textContent: "Use my answer from here instead",
    });
    putBack.addEventListener("click", async () => {
      await this.autosave.save(number, response);
      this.refresh(number);
    });
    line.append(putBack);
  }
}
