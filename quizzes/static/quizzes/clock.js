// A countdown by the server's clock: what it said when the page came, less what has passed since.

export class Clock {
  /**
   * @param {Element} element
   * @param {number} seconds
   * @param {() => void} onEnd called once when the time is over, and again if it ends again after more was given
   */
  constructor(element, seconds, onEnd) {
    this.element = element;
    this.shortFrom = Math.min(60, seconds / 3);
    this.onEnd = onEnd;
    this.end = performance.now() + 1000 * seconds;
    this.isOver = false;
    setInterval(() => this.tick(), 250);
    this.tick();
  }

  /** Set how much is left. @param {number} milliseconds */
  set(milliseconds) {
    this.end = performance.now() + milliseconds;
    if (milliseconds > 0) this.isOver = false;
  }

  tick() {
    const left = Math.max(Math.ceil((this.end - performance.now()) / 1000), 0);
    this.element.textContent = formatSeconds(left);
    this.element.classList.toggle("short", left <= this.shortFrom);
    if (left || this.isOver) return;
    this.isOver = true;
    this.onEnd();
  }
}

/** `1:02:03` or `2:03`. @param {number} total */
function formatSeconds(total) {
  const twoDigits = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return hours ? `${hours}:${twoDigits(minutes)}:${twoDigits(seconds)}` : `${minutes}:${twoDigits(seconds)}`;
}
