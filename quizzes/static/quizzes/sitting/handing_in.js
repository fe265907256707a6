// Handing in: asked once more, with what is still open.

import { get } from "../../examprep/dom.js";
import { submitHidden } from "../server.js";

export class HandingIn {
  /**
   * @param {import("./slots.js").Slots} slots
   * @param {{ flush: () => Promise<boolean>, onFailure: () => void }} handlers `flush` saves all that is not saved yet
   */
  constructor(slots, { flush, onFailure }) {
    this.slots = slots;
    this.dialog = get(document, "#hand-in", HTMLDialogElement);
    const form = get(slots.root, "[data-submit]", HTMLFormElement);
    get(slots.root, "[data-hand-in]").addEventListener("click", (event) => {
      event.preventDefault();
      this.ask();
    });
    get(this.dialog, "[data-back]").addEventListener("click", () => this.dialog.close());
    get(this.dialog, "[data-confirm]").addEventListener("click", async () => {
      if ((await flush()) && (await submitHidden(form))) return;
      this.dialog.close();
      onFailure();
    });
  }

  ask() {
    const open = this.slots.numbers.length - this.slots.count("answered");
    get(this.dialog, "[data-summary]").textContent = summarise(
      open,
      this.slots.count("flagged"),
      this.slots.count("failed"),
    );
    this.dialog.showModal();
  }
}

/**
 * What somebody should know before handing in.
 *
 * @param {number} open how many questions have no answer
 * @param {number} flagged
 * @param {number} failed how many answers were not saved
 */
function summarise(open, flagged, failed) {
  const sentences = [
    open ? `${open} question${open === 1 ? " has" : "s have"} no answer.` : "Every question has an answer.",
    flagged ? `${flagged} ${flagged === 1 ? "is" : "are"} flagged.` : "",
    failed ? `${failed} cannot be read, and ${failed === 1 ? "was" : "were"} not saved.` : "",
    "You cannot change anything afterwards.",
  ];
  return sentences.filter(Boolean).join(" ");
}
