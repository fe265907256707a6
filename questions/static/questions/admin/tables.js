// A table that is written as lines with commas, edited as a grid: cells, rows and columns are added where they are
// needed, and what is copied from a spreadsheet is pasted into the cells. The text has the answer, and can be shown.

import { all, create, targetOf } from "../../examprep/dom.js";

/** A cell and its comma: in quotes, in which a quote is doubled, or as it is. */
const CELL = /\s*(?:"((?:[^"]|"")*)"\s*|([^,]*)),/g;

document.addEventListener("DOMContentLoaded", () => startTables(document));

/** @param {ParentNode} root */
export function startTables(root) {
  for (const text of all(root, "textarea[data-table]", HTMLTextAreaElement)) new Grid(text).show();
}

class Grid {
  /** @param {HTMLTextAreaElement} text */
  constructor(text) {
    this.text = text;
    this.table = create("table", { className: "grid" });
    this.box = create("div", { className: "grid-box" });
    this.asText = create("button", { type: "button", textContent: "As text" });
    const row = create("button", { type: "button", textContent: "+ Row" });
    const column = create("button", { type: "button", textContent: "+ Column" });
    const tools = create("p", { className: "grid-tools" });
    tools.append(row, " ", column, " ", this.asText);
    this.box.append(this.table, tools);
    text.before(this.box);
    row.addEventListener("click", () => this.grow([...this.read(), []], this.read().length, 0));
    column.addEventListener("click", () => {
      const cells = this.read();
      this.grow([[...(cells[0] ?? []), ""], ...cells.slice(1)], 0, cells[0]?.length ?? 0);
    });
    this.asText.addEventListener("click", () => {
      text.hidden = !text.hidden;
      this.asText.setAttribute("aria-pressed", String(!text.hidden));
    });
    text.addEventListener("input", () => this.show());
    this.table.addEventListener("input", () => this.write());
    this.table.addEventListener("paste", (event) => this.paste(event));
    this.table.addEventListener("keydown", (event) => this.walk(event));
    text.hidden = true;
  }

  /** The cells as the text has them. */
  show() {
    const cells = parse(this.text.value);
    this.draw(
      cells.length
        ? cells
        : [
            ["", ""],
            ["", ""],
          ],
    );
  }

  /** @param {string[][]} cells */
  draw(cells) {
    const width = Math.max(1, ...cells.map((row) => row.length));
    this.table.replaceChildren(
      ...cells.map((row, down) => {
        const line = create("tr", {});
        for (let across = 0; across < width; across++) {
          const cell = create(down ? "td" : "th", {});
          const where = down ? `row ${down}, column ${across + 1}` : `name of column ${across + 1}`;
          const field = create("input", { type: "text", value: row[across] ?? "", ariaLabel: where });
          if (!down) field.setAttribute("placeholder", "name");
          cell.append(field);
          line.append(cell);
        }
        return line;
      }),
    );
  }

  read() {
    return [...this.table.querySelectorAll("tr")].map((row) =>
      all(row, "input", HTMLInputElement).map((field) => field.value.trim()),
    );
  }

  /** Rows and columns at the end that are empty are left out. */
  write() {
    this.text.value = format(this.read());
    this.text.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /**
   * Draw other cells, and focus one of them.
   *
   * @param {string[][]} cells
   * @param {number} down
   * @param {number} across
   */
  grow(cells, down, across) {
    this.draw(cells);
    this.field(down, across)?.focus();
  }

  /**
   * @param {number} down
   * @param {number} across
   */
  field(down, across) {
    const row = this.table.querySelectorAll("tr")[down];
    return row && all(row, "input", HTMLInputElement)[across];
  }

  /** @param {Element} element @returns {[number, number]} */
  placeOf(element) {
    const row = element.closest("tr");
    const rows = [...this.table.querySelectorAll("tr")];
    const cell = element.closest("td, th");
    return [row ? rows.indexOf(row) : 0, row && cell ? [...row.children].indexOf(cell) : 0];
  }

  /** Cells of a spreadsheet go into cells, from the one with the focus on. @param {ClipboardEvent} event */
  paste(event) {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n]/.test(pasted.trim())) return;
    event.preventDefault();
    const [top, left] = this.placeOf(targetOf(event));
    const cells = this.read();
    parse(pasted).forEach((row, down) => {
      const line = cells[top + down] ?? [];
      cells[top + down] = line;
      row.forEach((cell, across) => {
        while (line.length < left + across) line.push("");
        line[left + across] = cell;
      });
    });
    this.grow(cells, top, left);
    this.write();
  }

  /** Enter goes down, to a new row after the last one. @param {KeyboardEvent} event */
  walk(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const [down, across] = this.placeOf(targetOf(event));
    const cells = this.read();
    if (down + 1 < cells.length) this.field(down + 1, across)?.focus();
    else this.grow([...cells, []], down + 1, 0);
  }
}

/**
 * The cells of lines with commas, or with tabs where the first line has one; a cell in quotes may hold either.
 *
 * @param {string} text
 * @returns {string[][]}
 */
function parse(text) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  const end = lines[0]?.includes("\t") ? "\t" : ",";
  return lines.map((line) =>
    end === "\t"
      ? line.split("\t").map((cell) => cell.trim())
      : [...`${line},`.matchAll(CELL)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain?.trim() ?? ""),
  );
}

/** @param {string[][]} cells */
function format(cells) {
  const width = Math.max(0, ...cells.map((row) => row.findLastIndex(Boolean) + 1));
  return cells
    .filter((row) => row.some(Boolean))
    .map((row) => Array.from({ length: width }, (_, across) => quote(row[across] ?? "")).join(","))
    .join("\n");
}

/** @param {string} cell */
function quote(cell) {
  return /[",\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
