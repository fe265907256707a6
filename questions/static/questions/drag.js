// A chart that moves its slider.

/** How far a finger moves sideways before it means the chart and not the page, in pixels. */
const SIDEWAYS_PX = 6;

/**
 * Let a press or a drag anywhere in the chart move the slider, by mouse, pen or finger. A finger may only mean to scroll the
 * page: it counts once it has moved sideways, or was lifted where it was put down.
 *
 * @param {SVGSVGElement} chart
 * @param {number[]} places where each value of the slider is in the chart
 * @param {HTMLInputElement} slider
 */
export function moveSliderByDragging(chart, places, slider) {
  let start = 0;
  let isDragging = false;

  /** @param {PointerEvent} event */
  function follow({ clientX }) {
    const x = new DOMPoint(clientX, 0).matrixTransform(chart.getScreenCTM()?.inverse()).x;
    const nearest = nearestTo(x, places);
    if (Number(slider.value) === nearest) return;
    slider.value = String(nearest);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @param {PointerEvent} event */
  function move(event) {
    isDragging ||= Math.abs(event.clientX - start) >= SIDEWAYS_PX;
    if (isDragging) follow(event);
  }

  chart.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    chart.setPointerCapture(event.pointerId);
    start = event.clientX;
    isDragging = event.pointerType !== "touch";
    if (isDragging) follow(event);
    chart.addEventListener("pointermove", move);
  });
  chart.addEventListener("pointerup", (event) => {
    if (!isDragging) follow(event);
    chart.removeEventListener("pointermove", move);
  });
  chart.addEventListener("pointercancel", () => chart.removeEventListener("pointermove", move));
}

/**
 * Which of the places is nearest.
 *
 * @param {number} x
 * @param {number[]} places
 */
function nearestTo(x, places) {
  return places.reduce((best, place, at) => (Math.abs(place - x) < Math.abs(places[best] - x) ? at : best), 0);
}
