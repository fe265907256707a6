// What a browser keeps of its student is looked after by scripts that are fetched once there is something to look after.

const { account = "" } = document.documentElement.dataset;

if (account && readMark("keeper") && readMark("keeper") !== account) {
  import("../quizzes/device/forget.js").then(({ forgetOthers }) => forgetOthers(account));
}
if (account && readMark("outbox")) watch();
if (!navigator.onLine) watch();
addEventListener("offline", watch);

async function watch() {
  // Where the network is gone, and no worker has kept it, the page goes on without.
  const state = await import("../quizzes/outbox_state.js").catch(() => null);
  state?.watchOutbox(account);
}

/** A mark that another page has left; "" where there is none. @param {string} name */
function readMark(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}
