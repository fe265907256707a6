// Answers are graded on the device at once; the service confirms, and has the last word. Without a network they are
// kept, and the day's questions go on.

import { create, find, get, targetOf } from "../examprep/dom.js";
import { afterPaint, whenIdle } from "../examprep/moments.js";
import { Ahead } from "./device/ahead.js";
import { askNext, dropAnswered, noteAnswered } from "./device/asking.js";
import { aboutPack, markAnswered, readQuestion, refreshPack } from "./device/pack.js";
import { CHANNEL } from "./device/sending.js";
import { isRated, judge, rateCards, readAnswer } from "./device_answer.js";
import { showEnd } from "./device_end.js";
import { loadKatex } from "./device_formulas.js";
import { showNextHint } from "./device_hints.js";
import { keepInNotebook, offerNotebook } from "./device_notebook.js";
import { canTurn, turnOver } from "./device_turned.js";
import { hideVerdict, makeRoom, outcomeOf, prepareVerdict, showVerdict, stepBack } from "./device_verdict.js";
import { openOutbox, scoreWords } from "./outbox_state.js";
import { pause } from "./server.js";

/**
 * @typedef {import("./device/answers.js").Document} Document
 * @typedef {import("./device_verdict.js").Judged} Judged
 * @typedef {import("./device/pack.js").Question} Question
 * @typedef {import("./device_answer.js").Opinion} Opinion
 *
 * @typedef {object} Checked an answer on its way to the service
 * @property {HTMLFormElement} form
 * @property {Document} event
 * @property {Promise<Question | null>} question
 * @property {Promise<Opinion>} opinion
 * @property {Promise<void>} kept
 * @property {Promise<void>} shown the device's verdict, or that it has none
 * @property {number} timer after which the service is not waited for
 */

/** After so long without an answer the service counts as not to be reached. */
const PATIENCE_MS = 8000;
/** So long an answer waits for the device's verdict before it is sent without. */
const FIRST_MS = 150;

export class DeviceReview {
  /**
   * @param {HTMLElement} root
   * @param {import("../examprep/announce.js").Announce} announce
   * @param {() => void} tellHint has a hint that has just come read out
   */
  constructor(root, announce, tellHint) {
    this.root = root;
    this.announce = announce;
    this.tellHint = tellHint;
    this.account = root.dataset["account"] ?? "";
    this.outbox = openOutbox(this.account);
    this.ahead = new Ahead(() => askNext(this.account, this.outbox.waiting()));
    /** When the question came: the first one with the page. */
    this.began = 0;
    /** What is known of the question that is shown. @type {Promise<Question | null>} */
    this.question = Promise.resolve(null);
    /** @type {Checked | null} */
    this.checked = null;
    /** @type {Judged | null} */
    this.judged = null;
    /** The text that was called nearly right: the same again is meant. */
    this.nearly = "";
  }

  async listen() {
    // What is turned over here needs no request.
    this.root.addEventListener("click", (event) => this.turn(event));
    this.root.addEventListener("htmx:confirm", (event) => this.check(event));
    for (const failed of /** @type {const} */ (["htmx:sendError", "htmx:responseError"])) {
      this.root.addEventListener(failed, (event) => {
        // Instead of what every page says of requests that failed: nothing has to be tried again.
        if (this.standIn(targetOf(event))) event.stopPropagation();
      });
    }
    this.root.addEventListener("click", (event) => this.goOn(event), true);
    document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
      if (target === this.root) this.confirm(detail.requestConfig?.elt);
    });
    // Where an exam is opened in another tab no key stays here either.
    new BroadcastChannel(CHANNEL).addEventListener("message", ({ data }) => {
      if (data.type === "forget") this.question = Promise.resolve(null);
    });
    const { documentElement } = document;
    if (documentElement.dataset["kept"]) {
      // The page is an earlier one, whose question may be answered.
      await this.showNext();
      documentElement.toggleAttribute("data-ready", true);
    }
    this.look();
    await this.outbox.send();
    await refreshPack(this.account, () => this.look()).catch(() => {});
    // Whatever is asked once the network is gone finds it here.
    whenIdle().then(loadKatex);
  }

  /** Read what is known of the question that is shown. */
  look() {
    const id = find(this.root, "#question [name=presentation]", HTMLInputElement)?.value;
    // A browser that keeps nothing leaves it to the service.
    const question = id ? readQuestion(this.account, id).catch(() => null) : Promise.resolve(null);
    this.question = question;
    question.then((known) => known && this.prepare(known));
  }

  /** Have ready what a verdict needs. @param {Question} question */
  prepare(question) {
    const form = find(this.root, "#question", HTMLFormElement);
    if (form) makeRoom(form);
    prepareVerdict(question);
  }

  /** Turn a card over that is on the device; else the service does. @param {MouseEvent} event */
  async turn(event) {
    const button = targetOf(event).closest("#turn");
    const form = button && find(this.root, "#question", HTMLFormElement);
    if (!form) return;
    event.preventDefault();
    const question = await this.question;
    if (!button.isConnected || !form.reportValidity()) return;
    if (canTurn(question)) turnOver(form, question);
    else form.requestSubmit(/** @type {HTMLButtonElement} */ (button));
  }

  /**
   * Grade an answer that is about to be sent, and keep it: on a phone to send it takes as long as all of that, so the
   * verdict is seen first.
   *
   * @param {HTMLElementEventMap["htmx:confirm"]} event
   */
  check(event) {
    const { elt: form, triggeringEvent, issueRequest } = event.detail;
    if (!(form instanceof HTMLFormElement) || form.id !== "question") return;
    const submitter = triggeringEvent instanceof SubmitEvent ? triggeringEvent.submitter : null;
    const answer = readAnswer(form, submitter, this.began, this.nearly);
    if (!answer) return;
    event.preventDefault();
    // It is on its way.
    if (this.checked?.form === form) return;
    const sent = new FormData(form, submitter);
    const checked = this.grade(form, answer);
    this.checked = checked;
    // Sent in any case, even if to show it fails.
    Promise.race([checked.shown, pause(FIRST_MS)])
      .then(afterPaint)
      .finally(() => {
        // What was pressed since is no part of it.
        const takeSent = (/** @type {HTMLElementEventMap["htmx:configRequest"]} */ { detail }) => {
          detail.parameters = sent;
        };
        form.addEventListener("htmx:configRequest", takeSent, { once: true });
        // It was valid when it was checked; that its button asks for no validation is forgotten by now.
        form.noValidate = true;
        issueRequest(true);
        form.noValidate = false;
        stepBack(form);
      });
  }

  /** Grade and keep an answer, and show what comes of it. @param {HTMLFormElement} form @param {Document} event @returns {Checked} */
  grade(form, event) {
    const { question } = this;
    const opinion = question.then((known) => known && judge(known, event["response"]));
    const kept = opinion.then((told) => this.store(event, told));
    const timer = setTimeout(() => this.giveUp(), PATIENCE_MS);
    const shown = Promise.all([question, opinion]).then(([known, told]) => {
      // The service may have been quicker.
      if (this.checked?.event !== event || !form.isConnected) return;
      if (!told || !("judged" in told) || isRated(event)) return;
      this.judged = told.judged;
      showVerdict(form, known, told.judged);
    });
    return { form, event, question, opinion, kept, shown, timer };
  }

  /** Keep an answer before the service has it, lest it is lost with the page. @param {Document} event @param {Opinion} opinion */
  async store(event, opinion) {
    if (opinion && "refused" in opinion) return;
    this.outbox.hold(event["id"]);
    await this.outbox.add(event, opinion?.judged.score ?? null);
  }

  /**
   * The service's verdict is there: it is what counts, and where it is another one that is said.
   *
   * @param {Element | undefined} sent the form that this is the response to
   */
  confirm(sent) {
    const { judged, checked } = this;
    if (checked && checked.form === sent) this.settle(checked);
    else if (checked) this.leave(checked);
    this.checked = null;
    this.judged = null;
    this.began = performance.now();
    this.look();
    const card = find(this.root, "[data-feedback]");
    if (!judged || !card || card.classList.contains(outcomeOf(judged.score))) return;
    const textContent = `This browser had graded your answer differently: as ${scoreWords(judged.score)}. What you see now is what counts.`;
    card.prepend(create("p", { className: "notice", role: "status", textContent }));
  }

  /** The service has answered: nothing of it waits any more. @param {Checked} checked */
  async settle({ kept, timer, event, question, opinion }) {
    clearTimeout(timer);
    markAnswered(event["presentation"]).catch(() => {});
    await kept;
    await this.outbox.remove(event["id"]);
    const [known, told] = await Promise.all([question, opinion]);
    if (known && told && "judged" in told) await this.remember(known, event, told.judged).catch(() => {});
  }

  /** Another part has come in place of its question: whether it was sent nobody knows here, and twice does no harm. @param {Checked} checked */
  async leave({ kept, timer, event }) {
    clearTimeout(timer);
    await kept;
    this.outbox.release(event["id"]);
    await this.outbox.send();
  }

  /** The service takes too long: it may have the answer, which is sent again and counts once. */
  giveUp() {
    const { checked } = this;
    if (!checked) return;
    window.htmx.trigger(checked.form, "htmx:abort");
    this.keep(checked);
  }

  /** Do what a request that failed was for, where that can be done here. @param {Element} element */
  standIn(element) {
    if (this.checked && element === this.checked.form) this.keep(this.checked);
    else if (element.id === "next") this.showNext();
    else if (element.id === "bury") this.bury();
    else if (element.id === "hint") this.showHint();
    else if (element instanceof HTMLFormElement && element.closest("#notebook")) keepInNotebook(element, this.account);
    // How a number is read as it is typed is not missed.
    else return element.matches("input, textarea");
    return true;
  }

  /** Keep an answer that could not be sent, and show what can be said of it here. @param {Checked} checked */
  async keep(checked) {
    const { form, event, kept, timer } = checked;
    clearTimeout(timer);
    this.checked = null;
    const [question, told] = await Promise.all([checked.question, checked.opinion]);
    if (told && "refused" in told) {
      this.nearly = event["response"]["text"] ?? "";
      this.refuse(form, told.refused);
      return;
    }
    await kept;
    this.outbox.release(event["id"]);
    await this.outbox.refresh({ connection: "offline" });
    const judged = told?.judged ?? null;
    // A device without room notes nothing: the way on is shown all the same.
    if (question) await this.remember(question, event, judged).catch(() => {});
    this.outbox.send();
    if (isRated(event)) {
      await this.showNext();
      return;
    }
    const card = (judged && find(this.root, "[data-device]")) ?? showVerdict(form, question, judged);
    stepBack(form);
    get(card, ".bar").hidden = false;
    get(card, "[data-take-back]").onclick = () => this.takeBack(form, event);
    if (question) offerNotebook(card, question, this.account);
    get(card, "h2").focus({ preventScroll: true });
    whenIdle().then(() => card.isConnected && this.ahead.look());
  }

  /** Take back an answer that was not sent yet: the question is open again. @param {HTMLFormElement} form @param {Document} event */
  async takeBack(form, event) {
    if (!(await this.outbox.takeBack(event["id"]))) {
      this.announce("It has been sent. Take it back once its verdict is here.");
      return;
    }
    this.ahead.drop();
    dropAnswered(this.account, event["presentation"]);
    await markAnswered(event["presentation"], false);
    hideVerdict(form);
    find(form, "#place")?.focus({ preventScroll: true });
  }

  /** Show a hint of those that the device has. */
  async showHint() {
    const form = get(this.root, "#question", HTMLFormElement);
    if (await showNextHint(form, this.account)) this.tellHint();
  }

  /** Put the card off until tomorrow. */
  async bury() {
    const card = (await this.question)?.card;
    if (!card) return;
    const event = { id: crypto.randomUUID(), type: "bury", card, occurred_at: new Date().toISOString() };
    await this.outbox.add(event, null);
    await this.outbox.refresh({ connection: "offline" });
    this.outbox.send();
    await this.showNext();
  }

  /** @param {HTMLFormElement} form @param {string} message */
  refuse(form, message) {
    hideVerdict(form);
    find(form, ".errors")?.remove();
    const list = create("ul", { className: "errors", role: "alert" });
    list.append(create("li", { textContent: message }));
    get(form, ".answer").append(list);
  }

  /** Note an answer, by which its card comes back here. @param {Question} question @param {Document} event @param {Judged | null} judged */
  async remember(question, event, judged) {
    const { presentation, duration_ms, occurred_at } = event;
    const about = await aboutPack(this.account);
    if (!about) return;
    const rated = rateCards(question, event, judged, about.memory["thresholds"]);
    const when = { at: Date.parse(occurred_at), seconds: duration_ms / 1000 };
    await noteAnswered(this.account, { presentation, card: question.card, ...rated, ...when });
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
    if (this.outbox.state.connection === "online" && (await this.outbox.send())) location.assign(link.href);
    else await this.showNext();
  }

  /** Show what comes next without a network, or say that nothing does. */
  async showNext() {
    const asked = await this.ahead.take();
    if ("html" in asked) {
      this.began = performance.now();
      window.htmx.swap(this.root, asked.html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
      // No page holds a hint that was not asked for: an exam that is opened elsewhere finds those on the device alone.
      find(this.root, "[data-hints]", HTMLTemplateElement)?.remove();
      scrollTo(0, 0);
      return;
    }
    showEnd(this.root, this.account, asked, () => this.showNext());
  }
}
