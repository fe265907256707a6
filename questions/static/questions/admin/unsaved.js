// Asks before a page with unsaved edits is left.

import { all, find } from "../../examprep/dom.js";
import "../../examprep/once.js";

addEventListener("load", () => {
  const mark = find(document, "input[data-guarded]", HTMLInputElement);
  const form = mark?.form;
  if (!mark || !form) return;
  // What came back with errors is not stored: it differs from the start.
  const saved = "unsaved" in mark.dataset ? "" : written(form);
  let sent = false;
  form.addEventListener("submit", () => {
    sent = true;
  });
  // A page that comes out of the browser's memory was not sent.
  addEventListener("pageshow", () => {
    sent = false;
  });
  addEventListener("beforeunload", (event) => {
    if (!sent && written(form) !== saved) event.preventDefault();
  });
});

/**
 * What is written in the form, as a text to compare.
 *
 * @param {HTMLFormElement} form
 */
function written(form) {
  // Of two boxes between which options are moved, what stands in which: it is selected only when it is sent.
  const chosen = all(form, "select.filtered", HTMLSelectElement).map((box) =>
    [...box.options].map(({ value }) => value),
  );
  return JSON.stringify([[...new FormData(form)], chosen]);
}
