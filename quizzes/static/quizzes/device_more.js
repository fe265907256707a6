// More minutes are noted on the device as well, which asks by itself once the network is gone, or is gone already.

import { noteMore } from "./device/more.js";

const { account, kept } = document.documentElement.dataset;

document.addEventListener("submit", (event) => {
  if (!account || !(event.target instanceof HTMLFormElement) || !event.target.matches("[data-more]")) return;
  const isAway = kept !== undefined || !navigator.onLine;
  try {
    noteMore(account, !isAway);
  } catch {
    // A browser that keeps nothing leaves it to the service.
    return;
  }
  if (!isAway) return;
  event.preventDefault();
  location.assign("/review/");
});
