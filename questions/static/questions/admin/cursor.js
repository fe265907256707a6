// Notes where the cursor was last in a lesson's text: a picture is placed there.

import { find } from "../../examprep/dom.js";

const text = find(document, "#id_body_markdown", HTMLTextAreaElement);
const at = find(document, "input[data-cursor]", HTMLInputElement);

if (text && at) {
  text.addEventListener("blur", () => {
    at.value = String(text.selectionStart);
  });
}
