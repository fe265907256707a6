// The contents fold on a narrow screen, mark the section that is being read, and tick those that were read to their end.

const contents = document.querySelector(".contents");
const fold = contents.querySelector("details");
if (matchMedia("(max-width: 63.99rem)").matches) fold.open = false;

const links = new Map([...contents.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);

function mark() {
  const read = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3).at(-1);
  for (const [id, link] of links) {
    if (read && id === read.id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

new IntersectionObserver(mark, { rootMargin: "0px 0px -66% 0px" }).observe(document.querySelector(".text"));
addEventListener("scroll", mark, { passive: true });

// Sections read: a student's are remembered by the server, a visitor's by this browser.

const READING = 1500;
const form = contents.querySelector("[data-read]");
const remembered = "remembered" in form.dataset;
const key = `read ${form.getAttribute("action")}`;
const ends = [...document.querySelectorAll("[data-end]")];
const count = document.createElement("span");
count.className = "quiet count";
fold.querySelector("summary").append(count);
let read = new Set();

function tick(ids) {
  read = new Set([...read, ...ids]);
  for (const id of read) {
    const link = links.get(id);
    if (!link || link.classList.contains("read")) continue;
    link.classList.add("read");
    const said = document.createElement("span");
    said.className = "visually-hidden";
    said.textContent = " (read)";
    link.append(said);
  }
  count.textContent = read.size ? ` ${ends.filter((end) => read.has(end.dataset.end)).length} of ${ends.length} read` : "";
}

async function remember(id) {
  tick([id]);
  if (!remembered) return keep([...read]);
  const body = new FormData(form);
  body.set("section", id);
  await fetch(form.action, { method: "POST", body }).catch(() => {});
}

function kept() {
  try {
    const ids = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
}

function keep(ids) {
  try {
    if (ids.length) localStorage.setItem(key, JSON.stringify(ids));
    else localStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing.
  }
}

async function known() {
  if (!remembered) return kept();
  // What was read before logging in is the student's.
  for (const id of kept()) await remember(id);
  keep([]);
  const answer = await fetch(form.action).catch(() => null);
  return answer?.ok ? (await answer.json()).read : [];
}

// A section is read when its end stayed in sight for a while, not when it was scrolled past.
const waiting = new Map();
const watch = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const id = target.dataset.end;
    clearTimeout(waiting.get(id));
    if (!isIntersecting || read.has(id)) continue;
    waiting.set(id, setTimeout(() => remember(id), READING));
  }
});

known().then((ids) => {
  tick(ids);
  for (const end of ends) watch.observe(end);
});
