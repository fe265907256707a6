// Rows of a form field: added from the template, removed, moved. Their numbers only have to differ; their order is that
// of the page.

import { all, get, targetOf } from "../../examprep/dom.js";

document.addEventListener("click", (event) => {
  const button = targetOf(event);
  const rows = button.closest("[data-rows]");
  if (!rows || !(button instanceof HTMLButtonElement)) return;
  change(rows, button);
  renumber(rows);
  rows.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("DOMContentLoaded", () => {
  for (const rows of all(document, "[data-rows]")) {
    if (rows.querySelector("tbody tr")) continue;
    add(rows);
    renumber(rows);
  }
});

/**
 * Do what the button says.
 *
 * @param {Element} rows
 * @param {HTMLButtonElement} button
 */
function change(rows, button) {
  const row = button.closest("tr");
  if ("add" in button.dataset) {
    get(add(rows), "input, textarea").focus();
  } else if ("up" in button.dataset && row) {
    row.previousElementSibling?.before(row);
    button.focus();
  } else if ("down" in button.dataset && row) {
    row.nextElementSibling?.after(row);
    button.focus();
  } else if ("remove" in button.dataset && row) {
    row.remove();
    get(rows, "[data-add]").focus();
  }
}

/**
 * Add an empty row at the end.
 *
 * @param {Element} rows
 */
function add(rows) {
  get(rows, "tbody").append(get(rows, "template", HTMLTemplateElement).content.cloneNode(true));
  return get(rows, "tbody tr:last-child");
}

/** @param {Element} rows */
function renumber(rows) {
  rows.querySelectorAll("tbody tr").forEach((row, number) => {
    for (const field of row.querySelectorAll("[name]")) {
      const name = field.getAttribute("name") ?? "";
      field.setAttribute("name", name.replace(/-(\d+|__row__)-/, `-${number}-`));
    }
  });
}
