// Rows of a form field: added from the template, removed, moved. Their numbers only have to differ; their order is that of the page.

document.addEventListener("click", ({ target }) => {
  const rows = target.closest?.("[data-rows]");
  if (!rows || target.tagName !== "BUTTON") return;
  const row = target.closest("tr");
  if ("add" in target.dataset) {
    add(rows).querySelector("input, textarea").focus();
  } else if ("up" in target.dataset) {
    row.previousElementSibling?.before(row);
    target.focus();
  } else if ("down" in target.dataset) {
    row.nextElementSibling?.after(row);
    target.focus();
  } else if ("remove" in target.dataset) {
    row.remove();
    rows.querySelector("[data-add]").focus();
  }
  renumber(rows);
  rows.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("DOMContentLoaded", () => {
  for (const rows of document.querySelectorAll("[data-rows]")) {
    if (!rows.querySelector("tbody tr")) {
      add(rows);
      renumber(rows);
    }
  }
});

function add(rows) {
  rows.querySelector("tbody").append(rows.querySelector("template").content.cloneNode(true));
  return rows.querySelector("tbody tr:last-child");
}

function renumber(rows) {
  rows.querySelectorAll("tbody tr").forEach((row, number) => {
    for (const field of row.querySelectorAll("[name]")) {
      field.name = field.name.replace(/-(\d+|__row__)-/, `-${number}-`);
    }
  });
}
