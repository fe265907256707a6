// Ctrl-S (⌘S) saves the form of the page as its plainest button would, and comes back to the same place.

import { all, find } from "../dom.js";

const PLACE = "saved-at";
const BUTTONS = ["_draft", "_continue", "_save", "apply"];

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  const button = saving();
  if (!button?.form) return;
  event.preventDefault();
  if (event.repeat) return;
  sessionStorage.setItem(PLACE, `${location.pathname} ${Math.round(scrollY)}`);
  button.form.requestSubmit(button);
});

/** The button that stores what is written and stays here, of those that the page has. */
function saving() {
  const buttons = all(document, "#content-main .submit-row [type=submit]", HTMLInputElement);
  return BUTTONS.map((name) => buttons.find((button) => button.name === name)).find(Boolean) ?? buttons[0];
}

const [path, top] = (sessionStorage.getItem(PLACE) ?? "").split(" ");
sessionStorage.removeItem(PLACE);
if (path === location.pathname && !find(document, ".errornote")) {
  document.documentElement.classList.add("is-saved-in-place");
  addEventListener("load", () => scrollTo({ top: Number(top), behavior: "instant" }));
}
