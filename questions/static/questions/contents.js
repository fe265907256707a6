// A lesson's contents: unfolded on a wide screen, the section that is being read is marked, sections read are ticked.

import { all, create, get } from "../examprep/dom.js";
import { ReadSections } from "./read_sections.js";

/** How long the end of a section has to stay in sight to count as read, in milliseconds. */
const READING_MS = 1500;

const contents = get(document, ".contents");
const fold = get(contents, "details", HTMLDetailsElement);
// The style sheet shows them at once where the browser can; open they are for all of them.
if (matchMedia("(min-width: 64rem)").matches) fold.open = true;

const links = new Map(all(contents, "a", HTMLAnchorElement).map((link) => [link.hash.slice(1), link]));
const headings = [...links.keys()].flatMap((id) => document.getElementById(id) ?? []);

function markCurrent() {
  const current = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3).at(-1);
  for (const [id, link] of links) {
    if (id === current?.id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

const text = get(document, ".text");
new IntersectionObserver(markCurrent, { rootMargin: "0px 0px -66% 0px" }).observe(text);
addEventListener("scroll", markCurrent, { passive: true });

/** Lay out what is far below, a section at a time, so that a press in between is answered at once. */
async function layOut() {
  for (const section of text.children) {
    section.classList.add("laid-out");
    section.getBoundingClientRect();
    await new Promise((resolve) => setTimeout(resolve));
  }
}
addEventListener("load", layOut);

const ends = all(document, "[data-end]");
const count = create("span", { className: "quiet count" });
get(fold, "summary").append(count);
const sections = new ReadSections(get(contents, "[data-read]", HTMLFormElement));

function tick() {
  for (const end of ends) {
    const id = end.dataset.end ?? "";
    const isRead = sections.read.has(id);
    const button = end.querySelector("button");
    if (button) button.textContent = isRead ? "Read. Not after all?" : "I have read this";
    const link = links.get(id);
    if (!link || link.classList.contains("read") === isRead) continue;
    link.classList.toggle("read", isRead);
    if (isRead) link.append(create("span", { className: "visually-hidden", textContent: " (read)" }));
    else link.querySelector(".visually-hidden")?.remove();
  }
  const ticked = ends.filter((end) => sections.read.has(end.dataset.end ?? "")).length;
  count.textContent = sections.read.size ? ` ${ticked} of ${ends.length} read` : "";
}

for (const end of ends) {
  end.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const id = end.dataset.end ?? "";
    // What was taken back is not ticked again by its end being in sight.
    observer.unobserve(end);
    clearTimeout(timers.get(id));
    if (sections.read.has(id)) sections.remove(id);
    else sections.add(id);
    tick();
  });
}

/** @type {Map<string, number>} */
const timers = new Map();
const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const id = target.getAttribute("data-end") ?? "";
    clearTimeout(timers.get(id));
    if (!isIntersecting || sections.read.has(id)) continue;
    timers.set(
      id,
      setTimeout(() => {
        sections.add(id);
        tick();
      }, READING_MS),
    );
  }
});

sections.load().then(() => {
  tick();
  for (const end of ends) observer.observe(end);
});
