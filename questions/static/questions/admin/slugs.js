// A slug that Django proposes from the title is selected when one comes to it: what is typed takes its place, and is not
// written behind it.

import { find } from "../../examprep/dom.js";

const slug = find(document, "#id_slug", HTMLInputElement);
let isOwn = Boolean(slug?.value);
slug?.addEventListener("input", () => {
  isOwn = true;
});
let hasJustCome = false;
slug?.addEventListener("focus", () => {
  hasJustCome = true;
  if (!isOwn) slug.select();
});
// A press of the mouse puts the cursor after it has given the focus; its click comes before any key that is pressed.
slug?.addEventListener("click", () => {
  if (hasJustCome && !isOwn) slug.select();
  hasJustCome = false;
});
