// What every page needs: formulas typeset, the key to search, the visitor's time zone told to the sign-up, failed requests explained.

import { reach, typeset } from "./math.js";

typeset(document.body);
document.addEventListener("htmx:load", (event) => {
  typeset(event.detail.elt);
  reach();
});
// Their widths are known when fonts are, and change with the window and with what is unfolded.
document.fonts.ready.then(reach);
addEventListener("resize", reach);
document.addEventListener("toggle", reach, true);

for (const field of document.querySelectorAll("[data-time-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

// "/" searches, unless something is being typed.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing || event.defaultPrevented) return;
  const field = document.querySelector("main [role=search] [type=search]");
  const link = document.querySelector("[data-search]");
  if (!field && !link) return;
  event.preventDefault();
  if (field) field.select();
  else location.assign(link.href);
});

// A session that ran out answers with the login page: go there instead of swapping it in.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL, location).pathname.startsWith("/accounts/")) {
    event.detail.shouldSwap = false;
    location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname)}`);
  }
});

document.addEventListener("htmx:sendError", () => toast("The server cannot be reached. Nothing is lost: try again."));
document.addEventListener("htmx:responseError", ({ detail }) => toast(detail.xhr.status === 403
  ? "You logged in or out elsewhere: reload the page."
  : "That did not work. Nothing is lost: try again, or reload the page."));

function toast(text) {
  document.querySelector(".toast")?.remove();
  const note = document.createElement("p");
  note.className = "toast";
  note.setAttribute("role", "alert");
  note.textContent = text;
  document.body.append(note);
  setTimeout(() => note.remove(), 6000);
}
