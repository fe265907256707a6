// Buttons that write signs into a field: `(|)/(|)` wraps what is selected, and puts the cursor at a bar.

/** @param {Element} keypad */
export function enhanceKeypad(keypad) {
  const { keypad: id, inputmode } = /** @type {HTMLElement} */ (keypad).dataset;
  const field = document.getElementById(id ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  // Not without the buttons: a phone's keyboard of digits has no minus.
  if (inputmode) field.inputMode = inputmode;
  keypad.removeAttribute("hidden");
  // The field keeps the focus, so that a phone's keyboard stays.
  keypad.addEventListener("pointerdown", (event) => event.preventDefault());
  keypad.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-insert]");
    if (button instanceof HTMLElement) insert(field, button.dataset.insert ?? "");
  });
}

/**
 * @param {HTMLInputElement} field
 * @param {string} pattern
 */
function insert(field, pattern) {
  const start = field.selectionStart ?? field.value.length;
  const end = field.selectionEnd ?? start;
  const selected = field.value.slice(start, end);
  const [before = "", ...rest] = pattern.split("|");
  const text = before + selected + rest.join("");
  field.setRangeText(text, start, end, "end");
  const isHole = rest.length > 0;
  const cursor = isHole && !selected ? start + before.length : isHole ? start + text.length - 1 : start + text.length;
  field.focus();
  field.setSelectionRange(cursor, cursor);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
