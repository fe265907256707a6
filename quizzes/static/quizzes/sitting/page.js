// An exam: one question at a time, every change saved, the clock of the server.

import { announcer } from "../../examprep/announce.js";
import { get } from "../../examprep/dom.js";
import { Clock } from "../clock.js";
import { showConnection } from "../connection.js";
import { forgetKeys } from "../device/forget.js";
import { Saver } from "../saver.js";
import { Autosave } from "./autosave.js";
import { Flags } from "./flags.js";
import { HandingIn } from "./handing_in.js";
import { Navigation } from "./navigation.js";
import { Questions } from "./questions.js";
import { Slots } from "./slots.js";
import { Watch } from "./watch.js";

forgetKeys();
const root = get(document, "#sitting");
const { api = "", sitting = "", slots: address = "", left = "" } = root.dataset;
const status = get(root, "[data-state]");
const otherTabs = "BroadcastChannel" in window ? new BroadcastChannel(`sitting ${sitting}`) : null;

const slots = new Slots(root);
const saver = new Saver(`sitting ${sitting}`, {
  connection: (connection) => showConnection(status, connection),
  saving: (slot) => slots.showSaving(slot, "Saving …"),
  saved: (slot, unread) => {
    // While more is being typed, what was saved is not yet all.
    const said = unread ? `Saved, but without marks: ${unread}` : "Saved";
    slots.showSaving(slot, autosave.typing.has(slot) ? "Saving …" : said);
    questions.saved.set(slot, slots.isAnswered(slot));
    otherTabs?.postMessage({ slot });
  },
  refused: (slot, message) => {
    slots.showSaving(slot, `Not saved: ${message}`, true);
    slots.markAnswered(slot, questions.saved.get(slot) ?? false);
  },
  stale: (slot, response) => {
    slots.showSaving(slot, "");
    questions.showConflict(slot, response);
  },
  over: () => watch.finish(),
});
const autosave = new Autosave(slots, saver, api);
const questions = new Questions(slots, autosave, address, announcer(get(root, "[data-announcement]")));
const flags = new Flags(slots, get(root, "[data-flag]"), api);
const watch = new Watch(api, status, questions, flags);
const handingIn = new HandingIn(slots, {
  flush: () => autosave.flush(),
  onFailure: () => {
    showConnection(status, saver.connection === "online" ? "offline" : saver.connection);
    status.prepend("Not handed in. ");
  },
});
const navigation = new Navigation(slots, {
  onLeave: () => autosave.flush(),
  onShow: (number) => flags.show(number),
  onEnd: () => handingIn.ask(),
});

watch.start(new Clock(get(root, "[data-clock]"), Number(left), () => watch.finish()));
otherTabs?.addEventListener("message", ({ data }) => {
  // Where this page has an answer of its own on the way, the server will say that there is a newer one.
  if (!autosave.isPending(data.slot)) questions.refresh(data.slot);
});

for (const [number, { response }] of [...saver.waiting]) {
  if (slots.has(number)) slots.markAnswered(number, Boolean(response));
  else saver.waiting.delete(number);
}
root.classList.add("ready");
navigation.show(Number(location.hash.replace("#slot-", "")) || slots.numbers[0], { focus: false });
// After the browser has gone to the question of the address: it is the only one that is shown.
addEventListener("load", () => scrollTo({ top: 0 }), { once: true });
// An answer may have been on its way while this page was fetched.
saver.send().then(() => watch.look());
