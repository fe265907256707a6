// The interactive figures of a lesson. The page has drawn the middle frame; this redraws from the same numbers.

const path = (xs, ys) => `M${xs.slice(0, ys.length).map((x, at) => `${x} ${ys[at]}`).join("L")}`;

for (const figure of document.querySelectorAll("[data-simulator]")) {
  const find = (selector) => figure.querySelector(selector);
  const data = JSON.parse(find("script").textContent);
  const parts = {
    find,
    data,
    slider: find("input[type=range]"),
    says: find(".says"),
    // The dots stand on the two lines, the marker through them.
    mark(at) {
      find(".marker").setAttribute("transform", `translate(${data.places[at]} 0)`);
      for (const name of ["training", "validation"]) {
        const dot = find(`.dot.${name}`);
        dot.setAttribute("cx", data.places[at]);
        dot.setAttribute("cy", data[name][at]);
      }
    },
  };
  FIGURES()[figure.dataset.simulator](parts);
  figure.classList.add("ready");
}

function FIGURES() {
  return { ridge, "early-stopping": stopping, dropout };
}

function ridge({ find, data, slider, says, mark }) {
  const draw = () => {
    const at = Number(slider.value);
    find(".line.fit").setAttribute("d", path(data.columns, data.curves[at]));
    mark(at);
    find(".regime").textContent = find(".regime").dataset.regime = data.regimes[at];
    slider.ariaValueText = says.textContent = data.says[at];
  };
  slider.addEventListener("input", draw);
  draggable(find("[data-drag]"), data.places, slider);
}

function stopping({ find, data, slider, says, mark }) {
  const { training, validation } = data.losses;
  const verdict = find(".verdict-line");
  slider.addEventListener("input", () => {
    const at = Number(slider.value);
    mark(at);
    slider.ariaValueText = says.textContent =
      `Epoch ${at + 1}: training loss ${training[at].toFixed(3)}, validation loss ${validation[at].toFixed(3)}.`;
    verdict.textContent = "";
  });
  draggable(find("[data-drag]"), data.places, slider);
  find("[data-keep]").addEventListener("click", () => {
    const at = Number(slider.value);
    const off = at - data.best;
    const cost = (validation[at] - validation[data.best]).toFixed(3);
    const epochs = `${Math.abs(off)} epoch${Math.abs(off) === 1 ? "" : "s"}`;
    find(".deploy").setAttribute("transform", `translate(${data.places[data.best]} 0)`);
    find(".deploy").removeAttribute("visibility");
    const deploy = `Deploy epoch ${data.best + 1}, the minimum (${validation[data.best].toFixed(3)}).`;
    const said = off === 0
      ? "Exactly: this is the minimum of the validation loss. Deploy this checkpoint."
      : `${epochs} ${off < 0 ? "too early: still learning the pattern" : "too late: learning the list"}; the validation loss is ${cost} above the smallest. ${deploy}`;
    // The same words again are news to a screen reader too.
    verdict.textContent = "";
    requestAnimationFrame(() => { verdict.textContent = said; });
  });
}

function dropout({ find, data, slider, says }) {
  const run = find("[data-run]");
  const cells = [...document.querySelectorAll("[data-simulator=dropout] .cell")];
  const [ground, top, high] = data.y;
  const place = (value) => Math.round(10 * (ground + (value / high) * (top - ground))) / 10;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const last = data.draws.length;
  let step = Math.floor(last / 2);
  let running = 0;

  const draw = () => {
    const tenths = Number(slider.value);
    const p = tenths / 10;
    const means = data.means[data.kept.indexOf(tenths)].slice(0, step);
    const digits = step ? data.draws[step - 1] : "";
    cells.forEach((cell, at) => cell.classList.toggle("kept", digits[at] < tenths));
    find(".line.inverted").setAttribute("d", step ? path(data.places, means.map(place)) : "");
    find(".line.plain").setAttribute("d", step ? path(data.places, means.map((mean) => place(p * mean))) : "");
    slider.ariaValueText = String(p);
    if (!step) return say(`No step yet. Full output: ${data.full.toFixed(2)}.`);
    const kept = [...digits].filter((digit) => digit < tenths).length;
    const mean = means[step - 1];
    say(`Step ${step}, p = ${p}: ${kept} of ${cells.length} kept. Mean with the scale 1/p: ${mean.toFixed(2)}; without: ${(p * mean).toFixed(2)}; full output: ${data.full.toFixed(2)}.`);
  };
  const say = (text) => {
    // While it runs nobody wants every step read out.
    says.setAttribute("aria-live", running ? "off" : "polite");
    says.textContent = text;
  };
  const stop = () => {
    clearInterval(running);
    running = 0;
    run.textContent = "Run";
  };
  const advance = (by) => {
    step = Math.min(step + by, last);
    if (step === last) stop();
    draw();
  };

  slider.addEventListener("input", draw);
  find("[data-step]").addEventListener("click", () => { stop(); advance(1); });
  find("[data-reset]").addEventListener("click", () => { stop(); step = 0; draw(); });
  run.addEventListener("click", () => {
    if (running) { stop(); return draw(); }
    if (step === last) step = 0;
    running = setInterval(() => advance(still.matches ? 80 : 2), still.matches ? 800 : 50);
    run.textContent = "Pause";
  });
}

// A chart that moves its slider: press or drag anywhere in it, by mouse, pen or finger.
function draggable(chart, places, slider) {
  const follow = ({ clientX }) => {
    const x = new DOMPoint(clientX, 0).matrixTransform(chart.getScreenCTM().inverse()).x;
    const nearest = places.reduce((best, place, at) => (Math.abs(place - x) < Math.abs(places[best] - x) ? at : best), 0);
    if (Number(slider.value) === nearest) return;
    slider.value = nearest;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  };
  // A finger may only mean to scroll the page: it counts once it has moved sideways, or was lifted where it was put.
  const SIDEWAYS = 6;
  let start = 0;
  let moves = false;
  const move = (event) => {
    moves ||= Math.abs(event.clientX - start) >= SIDEWAYS;
    if (moves) follow(event);
  };
  chart.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    chart.setPointerCapture(event.pointerId);
    start = event.clientX;
    moves = event.pointerType !== "touch";
    if (moves) follow(event);
    chart.addEventListener("pointermove", move);
  });
  chart.addEventListener("pointerup", (event) => {
    if (!moves) follow(event);
    chart.removeEventListener("pointermove", move);
  });
  chart.addEventListener("pointercancel", () => chart.removeEventListener("pointermove", move));
}
