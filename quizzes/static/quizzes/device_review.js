// Answers are graded on the device at once; the service confirms, and has the last word. Without a network they are
// kept, and the day's questions go on.

import { create, find, get, targetOf } from "../examprep/dom.js";
import { NearlyError, RefusedError } from "./device/answers.js";
import { askNext, noteAnswered } from "./device/asking.js";
import { grade, messages } from "./device/grading.js";
import { rate } from "./device/memory.js";
import { Outbox } from "./device/outbox.js";
import { aboutPack, markAnswered, readAskable, readQuestion, refreshPack } from "./device/pack.js";
import { hideVerdict, loadKatex, outcomeOf, showVerdict } from "./device_verdict.js";
import { showOutbox } from "./outbox_state.js";
import { readResponse } from "./response.js";

/**
 * @typedef {import("./device/answers.js").Document} Document
 * @typedef {import("./device_verdict.js").Judged} Judged
 * @typedef {import("./device/pack.js").Question} Question
 * @typedef {{ judged: Judged } | { refused: string } | null} Opinion null: only the service can tell
 *
 * @typedef {object} Checked an answer on its way to the service
 * @property {HTMLFormElement} form
 * @property {Document} event
 * @property {Promise<Question | null>} question
 * @property {Promise<Opinion>} opinion
 */

export class DeviceReview {
  /** @param {HTMLElement} root @param {import("../examprep/announce.js").Announce} announce */
  constructor(root, announce) {
    this.root = root;
    this.announce = announce;
    this.account = root.dataset["account"] ?? "";
    const place = get(document, "#outbox");
    this.outbox = new Outbox(this.account, (state) => showOutbox(place, state));
    /** When the question came: the first one with the page. */
    this.began = 0;
    /** @type {Checked | null} */
    this.checked = null;
    /** @type {Judged | null} */
    this.judged = null;
    /** The text that was called nearly right: the same again is meant. */
    this.nearly = "";
  }

  async listen() {
    this.root.addEventListener("submit", (event) => {
      if (event.target instanceof HTMLFormElement) this.check(event.target, event.submitter);
    });
    for (const failed of /** @type {const} */ (["htmx:sendError", "htmx:responseError"])) {
      this.root.addEventListener(failed, (event) => {
        if (!this.checked || event.target !== this.checked.form) return;
        // Instead of what every page says of requests that failed: nothing has to be tried again.
        event.stopPropagation();
        this.keep(this.checked);
      });
    }
    this.root.addEventListener("click", (event) => this.goOn(event), true);
    document.addEventListener("htmx:afterSwap", ({ target }) => {
      if (target === this.root) this.confirm();
    });
    const { documentElement } = document;
    if (documentElement.dataset["kept"]) {
      // The page is an earlier one, whose question may be answered.
      await this.showNext();
      documentElement.toggleAttribute("data-ready", true);
    }
    await this.outbox.send();
    await refreshPack(this.account);
    const all = await readAskable(this.account);
    if (all.some(({ entry }) => JSON.stringify(entry).includes('class=\\"math'))) loadKatex();
  }

  /** @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
  async check(form, submitter) {
    if (form.id !== "question" || find(form, "#turn, .ratings, [data-back]")) return;
    const response = submitter?.id === "dont-know" ? { dont_know: true } : readResponse(form);
    if (!response) return;
    const { presentation, event, confidence } = Object.fromEntries(new FormData(form));
    const id = String(presentation);
    const meant = "text" in response && response.text === this.nearly ? { ...response, final: true } : response;
    // A browser that keeps nothing leaves it to the service.
    const question = readQuestion(this.account, id).catch(() => null);
    /** @type {Checked} */
    const checked = {
      form,
      question,
      opinion: question.then((known) => known && judge(known, meant)),
      event: {
        id: String(event),
        type: "review",
        presentation: id,
        response: meant,
        confidence: confidence ? Number(confidence) : null,
        occurred_at: new Date().toISOString(),
        duration_ms: Math.round(performance.now() - this.began),
      },
    };
    this.checked = checked;
    const opinion = await checked.opinion;
    // The service may have been quicker.
    if (this.checked !== checked || !form.isConnected || !opinion || !("judged" in opinion)) return;
    this.judged = opinion.judged;
    showVerdict(form, await question, opinion.judged);
  }

  /** The service's verdict is there: it is what counts, and where it is another one that is said. */
  confirm() {
    const { checked, judged } = this;
    if (checked) markAnswered(checked.event["presentation"]).catch(() => {});
    this.checked = null;
    this.judged = null;
    this.began = performance.now();
    const card = find(this.root, "[data-feedback]");
    if (!judged || !card || card.classList.contains(outcomeOf(judged.score))) return;
    const textContent = "This browser had graded your answer differently. What you see now is what counts.";
    card.prepend(create("p", { className: "notice", role: "status", textContent }));
  }

  /** Keep an answer that could not be sent, and show what can be said of it here. @param {Checked} checked */
  async keep({ form, event, ...checked }) {
    const [question, told] = await Promise.all([checked.question, checked.opinion]);
    this.checked = null;
    if (told && "refused" in told) {
      this.nearly = event["response"]["text"] ?? "";
      this.refuse(form, told.refused);
      return;
    }
    await this.outbox.add(event);
    this.outbox.tell({ connection: "offline" });
    const judged = told?.judged ?? null;
    const card = showVerdict(form, question, judged);
    if (question) this.remember(question, event, judged);
    if (!card) return;
    get(card, ".bar").hidden = false;
    get(card, "h2").focus({ preventScroll: true });
    this.outbox.send();
  }

  /** @param {HTMLFormElement} form @param {string} message */
  refuse(form, message) {
    hideVerdict(form);
    find(form, ".errors")?.remove();
    const list = create("ul", { className: "errors", role: "alert" });
    list.append(create("li", { textContent: message }));
    get(form, ".answer").append(list);
  }

  /** @param {Question} question @param {Document} event @param {Judged | null} judged */
  async remember(question, { presentation, confidence, duration_ms }, judged) {
    const about = await aboutPack(this.account);
    if (!about) return;
    const seconds = duration_ms / 1000;
    const answer = { score: judged?.score ?? 1, confidence, seconds, hints: 0 };
    const rating = rate(answer, question["estimated_seconds"], about.memory["thresholds"]);
    await noteAnswered(this.account, { presentation, card: question.card, rating, at: Date.now(), seconds });
    await markAnswered(presentation);
  }

  /** From the device's verdict to the next question: the service's where it can be reached. @param {MouseEvent} event */
  async goOn(event) {
    const link = targetOf(event).closest("[data-device] #next");
    if (!(link instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    event.stopPropagation();
    // The answer is still on its way: what the service says of it comes in a moment.
    if (this.checked) return;
    if (await this.outbox.send()) {
      location.assign(link.href);
      return;
    }
    await this.showNext();
  }

  /** Show what comes next without a network, or say that nothing does. */
  async showNext() {
    const asked = await askNext(this.account, await this.outbox.waiting());
    if ("html" in asked) {
      this.began = performance.now();
      window.htmx.swap(this.root, asked.html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
      scrollTo(0, 0);
      return;
    }
    const said = create("p", { className: "quiet", textContent: asked.says });
    const bar = find(this.root, "[data-device] .bar");
    if (bar) {
      find(bar, "p")?.remove();
      bar.append(said);
    } else this.root.replaceChildren(said, create("a", { className: "link", href: "/today/", textContent: "Today" }));
  }
}

/** @param {Question} question @param {Document} response @returns {Promise<Opinion>} */
export async function judge(question, response) {
  try {
    const graded = await grade(question, response);
    const said = [...new Set(messages(question, graded, "message_html"))];
    return { judged: { score: graded.score, said, isUnknown: response["dont_know"] === true } };
  } catch (error) {
    if (error instanceof NearlyError) return { refused: `${error.message} Press Check again to keep your spelling.` };
    if (error instanceof RefusedError) return { refused: error.message };
    // Only the service can grade it; or a fault in here, which is no reason to lose an answer.
    return null;
  }
}
