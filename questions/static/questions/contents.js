// The contents fold on a narrow screen, and mark the section that is being read.

const contents = document.querySelector(".contents");
const fold = contents.querySelector("details");
if (matchMedia("(max-width: 64rem)").matches) fold.open = false;

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
