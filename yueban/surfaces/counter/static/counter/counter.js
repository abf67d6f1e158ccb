// The console's keys and its timer. Everything else is forms and htmx; without this file the buttons still work.
"use strict";
(function () {
  document.addEventListener("keydown", (event) => {
    if (!/^F\d+$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const button = document.querySelector(`[data-hotkey="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    if (!button.disabled) button.click();
  });

  // One press is one act: a second one waits for the answer to the first.
  let under_way = false;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb === "get") return;
    if (under_way) event.preventDefault();
    under_way = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig.verb !== "get") under_way = false;
  });

  let offset = 0, made = "";
  function tick() {
    const timer = document.querySelector("[data-since]");
    if (!timer) return;
    if (timer.dataset.now !== made) { // the server's clock, as of the page it made
      made = timer.dataset.now;
      offset = new Date(made) - Date.now();
    }
    const seconds = Math.max(0, Math.floor((Date.now() + offset - new Date(timer.dataset.since)) / 1000));
    timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
  setInterval(tick, 500);
  document.addEventListener("htmx:afterSwap", tick);
  tick();
})();
