// What every page needs: formulas that keys scroll, the key that leads to the search, the visitor's time zone for the sign-up, and words
// for requests that failed.

import { all, create, find, isCombined, targetOf } from "./dom.js";
import "./kept.js";
import { makeScrollable } from "./math.js";
import "./once.js";

const TOAST_MS = 6000;
const TYPED_IN = "input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]";

document.addEventListener("htmx:load", makeScrollable);
// Widths are known once fonts are, and change with the window and with what is unfolded.
document.fonts.ready.then(makeScrollable);
addEventListener("resize", makeScrollable);
document.addEventListener("toggle", makeScrollable, true);

for (const field of all(document, "[data-time-zone]", HTMLInputElement)) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

for (const button of all(document, "[data-print]", HTMLButtonElement)) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A menu closes where it is left, and by Escape.
for (const menu of all(document, "details[data-menu]", HTMLDetailsElement)) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(targetOf(event))) menu.open = false;
  });
  menu.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    menu.open = false;
    find(menu, "summary")?.focus();
  });
}

// "/" searches, unless something is being typed.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || isCombined(event) || event.defaultPrevented || targetOf(event).closest(TYPED_IN)) return;
  const field = find(document, "main [role=search] [type=search]", HTMLInputElement);
  const link = find(document, "[data-search]", HTMLAnchorElement);
  if (!field && !link) return;
  event.preventDefault();
  if (field) field.select();
  else if (link) location.assign(link.href);
});

// A session that ran out answers with the login page: go there instead of swapping it in.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (new URL(detail.xhr.responseURL, location.href).pathname.startsWith("/accounts/")) {
    detail.shouldSwap = false;
    location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname)}`);
  }
});

document.addEventListener("htmx:sendError", () =>
  showToast("The server cannot be reached. Nothing is lost: try again."),
);
document.addEventListener("htmx:responseError", ({ detail }) =>
  showToast(
    detail.xhr.status === 403
      ? "You logged in or out in another tab. Reload this page."
      : "That did not work. Nothing is lost: try again, or reload the page.",
  ),
);

/** @param {string} text */
function showToast(text) {
  document.querySelector(".toast")?.remove();
  const toast = create("p", { className: "toast", role: "alert", textContent: text });
  document.body.append(toast);
  setTimeout(() => toast.remove(), TOAST_MS);
}
