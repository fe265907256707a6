// Marking by keys: digits tick points, Enter marks, N and P go on and back.

const form = document.querySelector("[data-marking]");
if (form instanceof HTMLFormElement) {
  const points = [...form.querySelectorAll("input[name=points]")];
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target instanceof Element && target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]"))
      return;
    const point = points[Number(key) - 1];
    if (point instanceof HTMLInputElement) point.checked = !point.checked;
    else if (key === "n") follow("[data-next]");
    else if (key === "p") follow("[data-previous]");
    else if (key !== "Enter" || (target instanceof Element && target.matches("a, button, summary"))) return;
    else form.requestSubmit();
    event.preventDefault();
  });
}

/** @param {string} link */
function follow(link) {
  const found = form?.querySelector(link);
  if (found instanceof HTMLAnchorElement) found.click();
}
