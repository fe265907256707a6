// The figure of dropout: a mask drawn each step, and the mean output so far with the scale 1/p and without.

import { all, get } from "../examprep/dom.js";
import { path, sliderOf } from "./figure.js";

/**
 * What the page says of the figure. The slider has p in tenths.
 *
 * @typedef {object} Dropout
 * @property {number[]} places where each step is in the chart
 * @property {number[]} kept the values of the slider
 * @property {number[][]} means the mean output after each step, for each value of the slider
 * @property {string[]} draws a digit for each neuron and step: it is kept if that is below the slider's value
 * @property {number} full the output of all neurons
 * @property {[number, number, number]} y the chart's bottom and top, and the output at its top
 */

const STEPS_AT_ONCE = 2;
const TICK_MS = 50;
/** For those who asked for less motion: as fast, in few large steps. */
const CALM = { steps: 80, ms: 800 };

export class DropoutFigure {
  /**
   * @param {HTMLElement} figure
   * @param {Dropout} data
   */
  constructor(figure, data) {
    this.figure = figure;
    this.data = data;
    this.slider = sliderOf(figure);
    this.says = get(figure, ".says");
    this.run = get(figure, "[data-run]");
    this.cells = all(figure, ".cell", SVGElement);
    this.scaled = get(figure, ".line.inverted", SVGElement);
    this.unscaled = get(figure, ".line.plain", SVGElement);
    this.last = data.draws.length;
    this.step = Math.floor(this.last / 2);
    this.timer = 0;
  }

  listen() {
    this.slider.addEventListener("input", () => this.draw());
    this.run.addEventListener("click", () => this.runOrPause());
    get(this.figure, "[data-step]").addEventListener("click", () => {
      this.stop();
      this.advance(1);
    });
    get(this.figure, "[data-reset]").addEventListener("click", () => {
      this.stop();
      this.step = 0;
      this.draw();
    });
  }

  runOrPause() {
    if (this.timer) {
      this.stop();
      this.draw();
      return;
    }
    if (this.step === this.last) this.step = 0;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const steps = isCalm ? CALM.steps : STEPS_AT_ONCE;
    this.timer = setInterval(() => this.advance(steps), isCalm ? CALM.ms : TICK_MS);
    this.run.textContent = "Pause";
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.run.textContent = "Run";
  }

  /** @param {number} steps */
  advance(steps) {
    this.step = Math.min(this.step + steps, this.last);
    if (this.step === this.last) this.stop();
    this.draw();
  }

  draw() {
    const tenths = Number(this.slider.value);
    const p = tenths / 10;
    const means = this.data.means[this.data.kept.indexOf(tenths)].slice(0, this.step);
    const digits = this.step ? [...this.data.draws[this.step - 1]].map(Number) : [];
    this.cells.forEach((cell, at) => {
      cell.classList.toggle("kept", digits[at] < tenths);
    });
    this.scaled.setAttribute("d", this.pathOf(means));
    this.unscaled.setAttribute("d", this.pathOf(means.map((mean) => p * mean)));
    this.slider.ariaValueText = String(p);
    // While it runs nobody wants every step read out.
    this.says.setAttribute("aria-live", this.timer ? "off" : "polite");
    this.says.textContent = this.describe(p, digits.filter((digit) => digit < tenths).length, means.at(-1));
  }

  /** @param {number[]} outputs */
  pathOf(outputs) {
    const [bottom, top, high] = this.data.y;
    const heights = outputs.map((output) => Math.round(10 * (bottom + (output / high) * (top - bottom))) / 10);
    return heights.length ? path(this.data.places, heights) : "";
  }

  /**
   * @param {number} p the probability of keeping a neuron
   * @param {number} kept how many this step's mask keeps
   * @param {number | undefined} mean the mean output of the steps so far
   */
  describe(p, kept, mean) {
    const full = this.data.full.toFixed(2);
    if (mean === undefined) return `No step yet. Full output: ${full}.`;
    const means = `with the scale 1/p: ${mean.toFixed(2)}; without: ${(p * mean).toFixed(2)}`;
    return `Step ${this.step}, p = ${p}: ${kept} of ${this.cells.length} kept. Mean ${means}; full output: ${full}.`;
  }
}
