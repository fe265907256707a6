// A slug that Django proposes from the title is selected when one comes to it: what is typed takes its place, and is not
// written behind it.

import { find } from "../../examprep/dom.js";

const slug = find(document, "#id_slug", HTMLInputElement);
let isOwn = Boolean(slug?.value);
slug?.addEventListener("input", () => {
  isOwn = true;
});
slug?.addEventListener("focus", () => {
  // A click puts the cursor after it has given the focus, which may be elsewhere by then.
  requestAnimationFrame(() => {
    if (!isOwn && document.activeElement === slug) slug.select();
  });
});
