// The interactive figures of a lesson. The page has drawn the middle frame; this redraws from the same numbers.

import { all, get } from "../examprep/dom.js";
import { moveSliderByDragging } from "./drag.js";
import { DropoutFigure } from "./dropout.js";
import { path, sliderOf } from "./figure.js";

/**
 * What a figure's page says of it: the coordinates of its dots by place of the slider, and what else it draws.
 *
 * @typedef {{ places: number[], training: number[], validation: number[] }} Dots
 * @typedef {Dots & { columns: number[], curves: number[][], regimes: string[], says: string[] }} Ridge
 * @typedef {Dots & { losses: { training: number[], validation: number[] }, best: number, stops: [number, number][] }} Stopping
 */

/** How far from the window a figure loads its numbers. */
const LOAD_AHEAD = "600px";

/** @type {Record<string, (figure: HTMLElement, data: any) => void>} */
const FIGURES = {
  ridge: runRidge,
  "early-stopping": runStopping,
  dropout: (figure, data) => new DropoutFigure(figure, data).listen(),
};

const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || !(target instanceof HTMLElement)) continue;
      observer.unobserve(target);
      run(target);
    }
  },
  { rootMargin: LOAD_AHEAD },
);
for (const figure of all(document, "[data-simulator]")) observer.observe(figure);

/** Bring a figure to life; without its numbers it stays as the page has drawn it. @param {HTMLElement} figure */
async function run(figure) {
  const response = await fetch(figure.dataset.numbers ?? "").catch(() => null);
  if (!response?.ok) return;
  FIGURES[figure.dataset.simulator ?? ""]?.(figure, await response.json());
  figure.classList.add("ready");
}

/**
 * @param {HTMLElement} figure
 * @param {Ridge} data
 */
function runRidge(figure, data) {
  const slider = sliderOf(figure);
  const says = get(figure, ".says");
  const line = get(figure, ".line.fit", SVGElement);
  const regime = get(figure, ".regime");
  const moveDots = dotsOf(figure, data);
  slider.addEventListener("input", () => {
    const at = Number(slider.value);
    line.setAttribute("d", path(data.columns, data.curves[at]));
    moveDots(at);
    regime.textContent = regime.dataset.regime = data.regimes[at];
    slider.ariaValueText = says.textContent = data.says[at];
  });
  moveSliderByDragging(get(figure, "[data-drag]", SVGSVGElement), data.places, slider);
}

/**
 * @param {HTMLElement} figure
 * @param {Stopping} data
 */
function runStopping(figure, data) {
  const slider = sliderOf(figure);
  const says = get(figure, ".says");
  const verdict = get(figure, ".verdict-line");
  const moveDots = dotsOf(figure, data);
  const { training, validation } = data.losses;
  slider.addEventListener("input", () => {
    const at = Number(slider.value);
    moveDots(at);
    const losses = `training loss ${training[at].toFixed(3)}, validation loss ${validation[at].toFixed(3)}`;
    slider.ariaValueText = says.textContent = `Epoch ${at + 1}: ${losses}.`;
    verdict.textContent = "";
  });
  moveSliderByDragging(get(figure, "[data-drag]", SVGSVGElement), data.places, slider);
  const showKept = keepLineOf(figure, data);
  const patience = get(figure, "[data-patience]", HTMLInputElement);
  patience.addEventListener("input", () => {
    const [end, kept] = data.stops[Number(patience.value) - 1];
    showKept(kept, end);
    verdict.textContent = patience.ariaValueText = judgePatience(data, Number(patience.value));
  });
  get(figure, "[data-keep]").addEventListener("click", () => {
    showKept(data.best, validation.length - 1);
    // The same words again are news to a screen reader too.
    verdict.textContent = "";
    requestAnimationFrame(() => {
      verdict.textContent = judgeCheckpoint(validation, data.best, Number(slider.value));
    });
  });
}

/**
 * A function that draws a line at the epoch whose checkpoint is kept, and pales the epochs after the last that was trained.
 *
 * @param {HTMLElement} figure
 * @param {Stopping} data
 */
function keepLineOf(figure, data) {
  const line = get(figure, ".deploy", SVGElement);
  const untrained = get(figure, ".untrained", SVGElement);
  return (/** @type {number} */ kept, /** @type {number} */ end) => {
    line.setAttribute("transform", `translate(${data.places[kept]} 0)`);
    line.removeAttribute("visibility");
    untrained.setAttribute("x", String(data.places[end]));
    untrained.setAttribute("width", String(data.places[data.places.length - 1] - data.places[end]));
  };
}

/**
 * What is said of early stopping with so much patience, in epochs.
 *
 * @param {Stopping} data
 * @param {number} patience
 */
function judgePatience({ stops, best, losses }, patience) {
  const [end, kept] = stops[patience - 1];
  const told = `Patience ${patience}: training ends after epoch ${end + 1} and keeps the checkpoint of epoch ${kept + 1}`;
  if (kept === best) return `${told}, the smallest validation loss of all.`;
  const cost = (losses.validation[kept] - losses.validation[best]).toFixed(3);
  return `${told}, ${cost} above the smallest: a bad epoch or two ended it too early.`;
}

/**
 * What is said of keeping the checkpoint of an epoch.
 *
 * @param {number[]} validation the loss on validation data by epoch
 * @param {number} best the epoch, from 0, where that is smallest
 * @param {number} at the epoch that was kept
 */
function judgeCheckpoint(validation, best, at) {
  if (at === best) return "Exactly: this is the minimum of the validation loss. Deploy this checkpoint.";
  const distance = Math.abs(at - best);
  const epochs = `${distance} epoch${distance === 1 ? "" : "s"}`;
  const side = at < best ? "too early: still learning the pattern" : "too late: memorising the training data";
  const cost = (validation[at] - validation[best]).toFixed(3);
  const deploy = `Deploy epoch ${best + 1}, the minimum (${validation[best].toFixed(3)}).`;
  return `${epochs} ${side}; the validation loss is ${cost} above the smallest. ${deploy}`;
}

/**
 * A function that moves the dots along the two lines, and the marker that goes through both, to a value of the slider.
 *
 * @param {HTMLElement} figure
 * @param {Dots} data
 */
function dotsOf(figure, data) {
  const marker = get(figure, ".marker", SVGElement);
  const training = get(figure, ".dot.training", SVGElement);
  const validation = get(figure, ".dot.validation", SVGElement);
  return (/** @type {number} */ at) => {
    marker.setAttribute("transform", `translate(${data.places[at]} 0)`);
    for (const dot of [training, validation]) dot.setAttribute("cx", String(data.places[at]));
    training.setAttribute("cy", String(data.training[at]));
    validation.setAttribute("cy", String(data.validation[at]));
  };
}
