// The console's keys and its timer. Everything else is forms and htmx; without this file the buttons still work.
"use strict";
(function () {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || event.repeat) return;
    const undoing = event.ctrlKey && event.key.toLowerCase() === "z" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (!undoing && (event.ctrlKey || !/^F\d+$/.test(event.key))) return;
    const key = undoing ? "Ctrl+Z" : event.key;
    const field = document.querySelector(`[data-hotkey-focus="${key}"]`);
    const button = document.querySelector(`[data-hotkey="${key}"]`);
    if (!button && !field) return;
    event.preventDefault();
    if (field) field.focus();
    else if (!button.disabled) button.click();
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

  // What is being written or chosen survives a swap of the lists; the middle is only swapped by one's own act.
  // A new arrival slides in with one soft tone.
  const known = new Set();
  let first = true;
  function arrivals() {
    let fresh = 0;
    document.querySelectorAll("[data-arrival]").forEach((line) => {
      if (known.has(line.dataset.arrival)) return;
      known.add(line.dataset.arrival);
      if (first) return;
      line.classList.add("arrived");
      fresh += 1;
    });
    first = false;
    if (fresh) {
      document.body.dataset.tones = Number(document.body.dataset.tones || 0) + 1;
      window.counterTone(660, 0.08, 0.5);
    }
  }

  // The offer to undo lasts as long as it says.
  let until = 0, offered = null;
  function undoing() {
    const bar = document.querySelector("[data-undo]");
    if (!bar) return;
    if (bar !== offered) {
      offered = bar;
      until = performance.now() + Number(bar.dataset.undo) * 1000;
    }
    const left = Math.ceil((until - performance.now()) / 1000);
    if (left <= 0) bar.remove();
    else bar.querySelector("[data-seconds]").textContent = left;
  }

  let offset = 0, made = "";
  function tick() {
    undoing();
    const timer = document.querySelector("[data-since]");
    if (!timer) return;
    if (timer.dataset.now !== made) { // the server's clock, as of the page it made
      made = timer.dataset.now;
      offset = new Date(made) - Date.now();
    }
    const recall = document.querySelector("[data-rests]");
    if (recall) { // a number was called just now: let people hear it before it is called again
      const left = Math.ceil(Number(recall.dataset.rests) - (Date.now() + offset - new Date(recall.dataset.last)) / 1000);
      recall.disabled = left > 0;
      recall.querySelector("[data-left]").textContent = left > 0 ? left : "";
    }
    const seconds = Math.max(0, Math.floor((Date.now() + offset - new Date(timer.dataset.since)) / 1000));
    timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
  setInterval(tick, 500);
  document.addEventListener("htmx:afterSwap", () => { tick(); arrivals(); });
  document.addEventListener("htmx:oobAfterSwap", arrivals);
  arrivals();
  tick();
})();
