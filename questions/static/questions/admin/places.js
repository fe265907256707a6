// Rows that are places on a picture: the picture stands above them, with a number for each row. A click places the row
// that is marked, or a new one; numbers are dragged, or moved by the arrow keys. The fields `x` and `y` have the answer.

import { all, create, find, get, targetOf } from "../../examprep/dom.js";

const ADDRESS = /\]\((media\/[^\s()]+)\)/;
/** Of the picture's width or height. */
const STEP = 0.005;
const FAR = 0.05;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

document.addEventListener("DOMContentLoaded", () => startPlaces(document));

/** @param {ParentNode} root */
export function startPlaces(root) {
  for (const rows of all(root, "[data-picture]")) new Places(rows).start();
}

class Places {
  /** @param {HTMLElement} rows */
  constructor(rows) {
    this.rows = rows;
    this.field = get(document, `[name="${rows.dataset.picture}"]`, HTMLInputElement);
    this.image = /** @type {HTMLImageElement} */ (create("img", { alt: "The picture of the question" }));
    this.marks = create("div", { className: "marks" });
    this.canvas = create("div", { className: "canvas" });
    this.canvas.append(this.image, this.marks);
    this.box = create("figure", { className: "labelled places" });
    this.box.append(this.canvas);
    /** The row that the next click places; none: a new one. @type {HTMLElement | null} */
    this.current = null;
  }

  start() {
    this.rows.before(this.box);
    this.field.addEventListener("input", () => this.showPicture());
    this.rows.addEventListener("focusin", (event) => this.choose(targetOf(event).closest("tr")));
    for (const change of ["input", "change"]) this.rows.addEventListener(change, () => this.draw());
    this.canvas.addEventListener("click", (event) => {
      if (targetOf(event).closest(".mark") || !this.image.naturalWidth) return;
      const at = this.under(event);
      write(this.current ?? this.addRow(), ...at);
      this.choose(this.list().find((row) => !read(row)) ?? null);
    });
    this.showPicture();
    this.choose(this.list().find((row) => !read(row)) ?? null);
  }

  list() {
    return all(this.rows, "tbody tr");
  }

  showPicture() {
    const address = ADDRESS.exec(this.field.value)?.[1];
    this.box.hidden = !address;
    if (address && this.image.getAttribute("src") !== `/${address}`) this.image.src = `/${address}`;
  }

  /** @param {Element | null} row */
  choose(row) {
    this.current = row instanceof HTMLElement ? row : null;
    this.draw();
  }

  /** A new row, below what is looked at: the page stays where it is. */
  addRow() {
    const top = scrollY;
    get(this.rows, "[data-add]").click();
    scrollTo({ top });
    return get(this.rows, "tbody tr:last-child");
  }

  /** Numbers where their rows are; a row that is nowhere yet has none. */
  draw() {
    const marks = this.list().map((row, number) => {
      const at = read(row);
      if (!at) return null;
      const mark = this.markOf(row);
      mark.textContent = String(number + 1);
      mark.setAttribute("aria-label", `Place ${number + 1}, ${value(row, "right") || "without a name"}`);
      mark.classList.toggle("now", row === this.current);
      mark.style.setProperty("--x", String(at[0]));
      mark.style.setProperty("--y", String(at[1]));
      return mark;
    });
    const shown = marks.filter((mark) => mark !== null);
    for (const mark of all(this.marks, ".mark")) if (!shown.includes(mark)) mark.remove();
    for (const mark of shown) if (!mark.isConnected) this.marks.append(mark);
  }

  /** @param {HTMLElement} row */
  markOf(row) {
    const known = MARKS.get(row);
    if (known) return known;
    const mark = create("button", { type: "button", className: "mark" });
    MARKS.set(row, mark);
    mark.addEventListener("focus", () => this.choose(row));
    mark.addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      const at = read(row);
      if (!way || !at) return;
      event.preventDefault();
      const step = event.shiftKey ? FAR : STEP;
      write(row, at[0] + step * way[0], at[1] + step * way[1]);
    });
    mark.addEventListener("pointerdown", (event) => {
      mark.setPointerCapture(event.pointerId);
      this.choose(row);
    });
    mark.addEventListener("pointermove", (event) => {
      if (mark.hasPointerCapture(event.pointerId)) write(row, ...this.under(event));
    });
    return mark;
  }

  /**
   * Where on the picture the pointer is.
   *
   * @param {MouseEvent} event
   * @returns {[number, number]}
   */
  under(event) {
    const box = this.image.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }
}

/** The number of each row on the picture. @type {WeakMap<HTMLElement, HTMLElement>} */
const MARKS = new WeakMap();

/**
 * @param {HTMLElement} row
 * @param {string} column
 */
function cell(row, column) {
  return find(row, `[name$="-${column}"]`, HTMLInputElement);
}

/**
 * @param {HTMLElement} row
 * @param {string} column
 */
function value(row, column) {
  return cell(row, column)?.value.trim() ?? "";
}

/**
 * Where a row is on the picture; null where it is nowhere.
 *
 * @param {HTMLElement} row
 * @returns {[number, number] | null}
 */
function read(row) {
  const [x, y] = ["x", "y"].map((column) => Number.parseFloat(value(row, column)));
  return x !== undefined && y !== undefined && inside(x) && inside(y) ? [x, y] : null;
}

/** @param {number} share */
function inside(share) {
  return share >= 0 && share <= 1;
}

/**
 * @param {HTMLElement} row
 * @param {number} x
 * @param {number} y
 */
function write(row, x, y) {
  for (const [column, share] of /** @type {[string, number][]} */ ([
    ["x", x],
    ["y", y],
  ])) {
    const field = cell(row, column);
    if (field) field.value = String(Math.round(1000 * Math.min(Math.max(share, 0), 1)) / 1000);
  }
  cell(row, "x")?.dispatchEvent(new Event("input", { bubbles: true }));
}
