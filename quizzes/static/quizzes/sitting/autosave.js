// Every change to an answer is saved: a choice at once, what is typed after a short rest.

import { all, targetOf } from "../../examprep/dom.js";
import { readResponse } from "../response.js";

/** @typedef {import("../response.js").Response} Response */

const TYPING_REST_MS = 500;

/**
 * Mark the part that something stands in, or the whole question: what is in it as it stands is an answer, though nothing
 * is ticked or moved.
 *
 * @param {Element} inside
 * @param {Element} form
 * @param {boolean} isMeant
 */
function touch(inside, form, isMeant) {
  (inside.closest("[data-answer]") ?? form).toggleAttribute("data-touched", isMeant);
}

export class Autosave {
  /**
   * @param {import("./slots.js").Slots} slots
   * @param {import("../saver.js").Saver} saver
   * @param {string} api the sitting's address in the API
   */
  constructor(slots, saver, api) {
    this.slots = slots;
    this.saver = saver;
    this.api = api;
    /** What is being typed, by slot: a timer, and what it will do. @type {Map<number, { timer: number, save: () => void }>} */
    this.typing = new Map();
  }

  /** Save what changes in a slot's form. @param {number} number */
  watch(number) {
    const form = this.slots.form(number);
    form.addEventListener("input", (event) => {
      const field = targetOf(event);
      if (!field.closest(".answer, .stem")) return;
      touch(field, form, field.matches("[data-step] select"));
      if (field.matches("[type=radio], [type=checkbox], select")) this.saveNow(number);
      else this.saveSoon(number);
    });
    form.addEventListener("answered", (event) => {
      touch(targetOf(event), form, true);
      this.saveNow(number);
    });
    for (const button of all(form, "[data-as-it-is]")) {
      button.addEventListener("click", () => {
        touch(button, form, true);
        this.saveNow(number);
      });
    }
  }

  /**
   * Save an answer.
   *
   * @param {number} number
   * @param {Response | null} response
   */
  save(number, response) {
    this.slots.markAnswered(number, Boolean(response));
    return this.saver.put(number, `${this.api}answers/${number}/`, response);
  }

  /** @param {number} number */
  saveNow(number) {
    this.forgetTyping(number);
    this.save(number, readResponse(this.slots.form(number)));
  }

  /** @param {number} number */
  saveSoon(number) {
    this.forgetTyping(number);
    this.slots.savingLine(number).textContent = "Saving …";
    const save = () => this.saveNow(number);
    this.typing.set(number, { save, timer: setTimeout(save, TYPING_REST_MS) });
  }

  /** @param {number} number */
  forgetTyping(number) {
    clearTimeout(this.typing.get(number)?.timer);
    this.typing.delete(number);
  }

  /** Whether this page has an answer for the slot that is not with the server yet. @param {number} number */
  isPending(number) {
    return this.typing.has(number) || this.saver.waiting.has(number);
  }

  /** Send at once what is being typed: before another question, before handing in, at the end. */
  flush() {
    for (const { save } of [...this.typing.values()]) save();
    return this.saver.send();
  }
}
