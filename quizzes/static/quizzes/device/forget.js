// Where an exam is opened, and at a logout, no key of a question stays on the device.

import { forgetQuestions } from "./store.js";

// A browser that keeps nothing has nothing to forget.
forgetQuestions().catch(() => {});
