// Rows of a form field: added from the template, removed, moved. Their numbers only have to differ; their order is that
// of the page.

import { all, find, get, targetOf } from "../../examprep/dom.js";
import { startTables } from "./tables.js";

document.addEventListener("click", (event) => {
  const button = targetOf(event);
  const rows = button.closest("[data-rows]");
  if (!rows || !(button instanceof HTMLButtonElement) || button.closest(".grid-box")) return;
  change(rows, button);
  renumber(rows);
  rows.dispatchEvent(new Event("change", { bubbles: true }));
});

// Enter in a field of a row is for the next row, not for the whole form.
document.addEventListener("keydown", (event) => {
  const field = targetOf(event);
  const rows = field.closest("[data-rows]");
  if (event.key !== "Enter" || !rows || !(field instanceof HTMLInputElement) || field.closest(".grid")) return;
  event.preventDefault();
  const next = field.closest("tr")?.nextElementSibling ?? add(rows);
  renumber(rows);
  get(next, "input, textarea").focus();
});

// What folds says in short what is in it.
for (const change of ["input", "change"]) {
  document.addEventListener(change, (event) => {
    const group = targetOf(event).closest(".row-group");
    const said = group && find(group, ".row-said");
    if (!said) return;
    const cells = all(group, "[data-label]").map((cell) => {
      const field = get(cell, "input", HTMLInputElement);
      if (field.type === "checkbox") return field.checked ? cell.dataset.label : "";
      return field.value.trim() && `${cell.dataset.label}: ${field.value.trim()}`;
    });
    said.textContent = cells.filter(Boolean).join(", ") || (said.dataset.blank ?? "");
  });
}

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
  const row = get(rows, "tbody > tr:last-child");
  startTables(row);
  return row;
}

/** @param {Element} rows */
function renumber(rows) {
  const prefix = rows.getAttribute("data-rows") ?? "";
  rows.querySelectorAll("tbody > tr").forEach((row, number) => {
    for (const field of row.querySelectorAll("[name]")) {
      const rest = (field.getAttribute("name") ?? "").slice(prefix.length);
      field.setAttribute("name", prefix + rest.replace(/^-(\d+|__row__)-/, `-${number}-`));
    }
  });
}
