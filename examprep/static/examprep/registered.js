// A platform that was opened by another window, or in a frame of it, is told that the registration is over.

import { find } from "./dom.js";

const button = find(document, "[data-registered]", HTMLButtonElement);
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    (window.opener ?? window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, "*");
  });
}
