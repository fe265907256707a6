// What is said without a network where nothing is asked any more.

import { create, find } from "../examprep/dom.js";
import { noteMore } from "./device/more.js";

/**
 * Say it below the verdict, or in place of a question.
 *
 * @param {HTMLElement} root
 * @param {string} account
 * @param {{ says: string, hasMore: boolean }} end `hasMore`: there are questions of later days
 * @param {() => void} goOn
 */
export function showEnd(root, account, { says, hasMore }, goOn) {
  const said = create("p", { className: "quiet", role: "status", textContent: says });
  const more = create("button", { className: "button plain", type: "button", textContent: "10 more minutes" });
  more.onclick = () => {
    noteMore(account, false);
    goOn();
  };
  const shown = hasMore ? [said, more] : [said];
  const bar = find(root, "[data-device] .bar");
  if (bar) {
    for (const before of bar.querySelectorAll("p, p + button")) before.remove();
    bar.append(...shown);
  } else {
    const actions = create("div", { className: "actions" });
    actions.append(...shown.slice(1), create("a", { className: "link", href: "/today/", textContent: "Today" }));
    root.replaceChildren(said, actions);
  }
}
