// A matrix as a grid of cells that grows as it is filled; the text field behind it holds what is sent.

import { create, find, get } from "../examprep/dom.js";

const MOST = 12;
const HELP = "A space or an arrow leads to the next cell. A matrix from NumPy, MATLAB or LaTeX can be pasted.";
const NUMBER = /^[-+−]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?:\/\d+)?$/i;

/** @param {Element} box */
export function enhanceMatrix(box) {
  const field = get(box, "textarea", HTMLTextAreaElement);
  const rows = read(field.value);
  box.classList.add("enhanced");
  if (rows && field.ariaInvalid !== "true") new Grid(/** @type {HTMLElement} */ (box), field, rows).show();
}

/**
 * The cells of a text; null where it is none whose reading is plain: the server reads that.
 *
 * @param {string} text
 * @returns {string[][] | null}
 */
export function read(text) {
  const isNested = /^\s*(?:\w+\.)?(?:\w+\()?\s*[[({]\s*[[({]/.test(text) || text.includes("\\begin");
  if ((/\d,\d/.test(text) && !isNested) || /\[[^\]]*\(/.test(text)) return null;
  const bare = text
    .replace(
      /\\begin\{\w+\*?\}(?:\{[lcr|]+\})?|\\end\{\w+\*?\}|(?:\w+\.)?(?:array|matrix|tensor)\(|,\s*dtype=[\w.]+/g,
      "",
    )
    .replace(/[\])}]\s*[,;]?\s*(?=[[({])|\\\\/g, isNested ? "\n" : " ")
    .replace(/[[\](){}]/g, "");
  const lines = bare.split(isNested ? "\n" : /[\n;]/).filter((line) => line.trim());
  const rows = lines.map((line) => line.trim().split(/\s*[,;&]\s*|\s+/));
  const isPlain = rows.every((row) => row.length === rows[0]?.length && row.every((cell) => NUMBER.test(cell)));
  return isPlain && rows.length <= MOST && (rows[0]?.length ?? 0) <= MOST ? rows : null;
}

class Grid {
  /**
   * @param {HTMLElement} box
   * @param {HTMLTextAreaElement} field
   * @param {string[][]} rows
   */
  constructor(box, field, rows) {
    this.field = field;
    this.rows = Number(box.dataset.rows) || 0;
    this.columns = Number(box.dataset.columns) || 0;
    this.isFixed = this.rows > 0;
    this.label = get(box, "label", HTMLLabelElement);
    this.help = find(box, ".may-be-typed");
    this.helpOfText = [...(this.help?.childNodes ?? [])];
    this.cells = create("div", { className: "cells", role: "group", ariaLabel: this.label.textContent?.trim() ?? "" });
    this.asText = create("button", { type: "button", className: "as-text link small", textContent: "Type it as text" });
    this.draw(rows);
  }

  show() {
    const isRequired = this.field.required;
    this.field.required = false;
    this.field.hidden = true;
    this.field.before(this.cells, this.asText);
    if (this.help) this.help.textContent = HELP;
    this.label.htmlFor = this.cellAt(0, 0).id = `${this.field.id}-1-1`;
    this.cellAt(0, 0).required = isRequired;
    this.asText.addEventListener("click", () => this.leave());
    this.cells.addEventListener("input", (event) => {
      event.stopPropagation();
      this.changed();
    });
    this.cells.addEventListener("keydown", (event) => this.move(event));
    this.cells.addEventListener("paste", (event) => this.paste(event));
  }

  /** Show the text in place of the grid. */
  leave() {
    this.field.hidden = false;
    this.field.required = this.cellAt(0, 0).required;
    this.label.htmlFor = this.field.id;
    this.help?.replaceChildren(...this.helpOfText);
    this.cells.remove();
    this.asText.remove();
    this.field.focus();
  }

  /** Draw these rows, with room for more where the shape is free. @param {string[][]} rows */
  draw(rows) {
    const height = this.isFixed ? this.rows : Math.min(Math.max(rows.length + 1, 2), MOST);
    const width = this.isFixed ? this.columns : Math.min(Math.max((rows[0]?.length ?? 0) + 1, 2), MOST);
    const lines = Array.from({ length: height }, (_, row) => {
      const line = create("div", {});
      line.append(...Array.from({ length: width }, (_, column) => this.cell(row, column, rows[row]?.[column] ?? "")));
      return line;
    });
    this.cells.replaceChildren(...lines);
    this.mark();
  }

  /** @param {number} row @param {number} column @param {string} value */
  cell(row, column, value) {
    const cell = create("input", { value, ariaLabel: `Row ${row + 1}, column ${column + 1}`, autocomplete: "off" });
    cell.spellcheck = false;
    cell.autocapitalize = "off";
    cell.maxLength = 60;
    cell.enterKeyHint = "done";
    cell.setAttribute("aria-describedby", this.field.getAttribute("aria-describedby") ?? "");
    return cell;
  }

  /** @param {number} row @param {number} column */
  cellAt(row, column) {
    return /** @type {HTMLInputElement} */ (this.cells.children[row]?.children[column]);
  }

  /** What is typed in the cells, without the rows and columns at the end that are blank. */
  get filled() {
    const rows = [...this.cells.children].map((line) =>
      [...line.children].map((cell) => /** @type {HTMLInputElement} */ (cell).value.trim()),
    );
    const height = rows.findLastIndex((row) => row.some(Boolean)) + 1;
    const width = Math.max(0, ...rows.map((row) => row.findLastIndex(Boolean) + 1));
    return this.isFixed && height ? rows : rows.slice(0, height).map((row) => row.slice(0, width));
  }

  changed() {
    this.grow();
    this.mark();
    const rows = this.filled.map((row) => `[${row.map(written).join("; ")}]`);
    this.field.value = rows.length ? `[${rows.join("; ")}]` : "";
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Add a row or a column where the last one is used. */
  grow() {
    const rows = this.filled;
    const [height, width] = [this.cells.children.length, this.cells.children[0]?.children.length ?? 0];
    if (this.isFixed) return;
    if ((rows[0]?.length ?? 0) === width && width < MOST)
      for (const [row, line] of [...this.cells.children].entries()) line.append(this.cell(row, width, ""));
    if (rows.length === height && height < MOST) {
      const line = create("div", {});
      line.append(...Array.from(this.cells.children[0]?.children ?? [], (_, column) => this.cell(height, column, "")));
      this.cells.append(line);
    }
  }

  /** Mark the cells that are not part of the matrix. */
  mark() {
    const rows = this.filled;
    [...this.cells.children].forEach((line, row) => {
      [...line.children].forEach((cell, column) => {
        const isSpare = row >= rows.length || column >= (rows[0]?.length ?? 0);
        cell.classList.toggle("spare", !this.isFixed && isSpare);
      });
    });
  }

  /** @param {KeyboardEvent} event */
  move(event) {
    const cell = event.target;
    if (!(cell instanceof HTMLInputElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    const line = /** @type {Element} */ (cell.parentElement);
    const [row, column] = [[...this.cells.children].indexOf(line), [...line.children].indexOf(cell)];
    const isAtEnd = cell.selectionEnd === cell.value.length;
    const isAtStart = cell.selectionStart === 0 && cell.selectionEnd === 0;
    const next = {
      ArrowUp: this.cellAt(row - 1, column),
      ArrowDown: this.cellAt(row + 1, column),
      ArrowLeft: isAtStart ? this.cellAt(row, column - 1) : undefined,
      ArrowRight: isAtEnd ? this.cellAt(row, column + 1) : undefined,
      " ": this.cellAt(row, column + 1) ?? this.cellAt(row + 1, 0) ?? cell,
      ";": this.cellAt(row + 1, 0) ?? cell,
    }[event.key];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.select();
  }

  /** Fill the grid from a matrix that is pasted; what cannot be read for sure goes into the text field. @param {ClipboardEvent} event */
  paste(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!/[\s,;&[]/.test(text.trim())) return;
    event.preventDefault();
    const rows = read(text);
    const fits = rows && (!this.isFixed || (rows.length === this.rows && rows[0]?.length === this.columns));
    if (fits) {
      const isRequired = this.cellAt(0, 0).required;
      this.draw(rows);
      this.label.htmlFor = this.cellAt(0, 0).id = `${this.field.id}-1-1`;
      this.cellAt(0, 0).required = isRequired;
      this.changed();
      this.cellAt(0, 0).focus();
      return;
    }
    this.leave();
    this.field.value = text;
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** A cell as it is sent: with a point for a decimal comma; what may be thousands in a bracket, which is sent back. @param {string} cell */
function written(cell) {
  if (/^[-+−]?\d{1,3}(?:,\d{3})+$/.test(cell)) return `(${cell})`;
  return cell.replace(/^([-+−]?\d*),(\d+)$/, "$1.$2");
}
