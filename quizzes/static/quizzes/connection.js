// What a page says of its connection to the server.

import { create } from "../examprep/dom.js";

const WORDS = {
  online: "Connected again. Your answers are saved.",
  offline: "No connection. Your answers are kept in this browser and will be sent when you are back online.",
  login: "You have been logged out. Your answers are kept in this browser and will be sent once you log in.",
};

/**
 * @param {Element} element
 * @param {import("./saver.js").Connection} connection
 */
export function showConnection(element, connection) {
  element.classList.toggle("offline", connection !== "online");
  element.textContent = WORDS[connection];
  if (connection === "login") {
    const href = `/accounts/login/?next=${encodeURIComponent(location.pathname)}`;
    element.append(" ", create("a", { href, textContent: "Log in" }));
  }
}
