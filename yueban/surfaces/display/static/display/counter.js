// The screen above a counter: shows its number as soon as it is called. For Chromium 87 and later.
"use strict";
(function () {
  const root = document.getElementById("face"), now = root.querySelector("[data-now]");
  let state = JSON.parse(document.getElementById("state").textContent);
  let position = state.position, shown = "", heard = performance.now(), source = null, busy = 0, emphasis = 0;
  const STALE_MS = 10000, EMPHASIS_MS = 3000;
  const spaced = (label) => label.replace(/^([A-Z]+)/, "$1 ");

  function show() {
    const fresh = state.sight === "called" && state.label !== shown;
    shown = state.sight === "called" ? state.label : "";
    now.textContent = shown ? spaced(state.label) : state.text;
    now.className = "above__now above__now--" + state.sight + (state.label.length > 4 ? " above__now--long" : "");
    now.dataset.text = state.text;
    root.querySelector("[data-next]").textContent = state.next.length ? root.dataset.coming + state.next.map(spaced).join("、") : "";
    if (fresh) {
      now.classList.add("above__now--new");
      clearTimeout(emphasis);
      emphasis = setTimeout(() => now.classList.remove("above__now--new"), EMPHASIS_MS);
    }
  }
  function load() {
    if (busy) { busy = 2; return; }
    busy = 1;
    fetch(root.dataset.state, { cache: "no-store" }).then((answer) => (answer.ok ? answer.json() : null)).then((fresh) => {
      if (fresh && fresh.position >= state.position) { state = fresh; show(); }
    }).catch(() => {}).finally(() => {
      const again = busy === 2;
      busy = 0;
      if (again) load();
    });
  }
  function connect() {
    source = new EventSource(root.dataset.events + "&after=" + position);
    source.onmessage = (message) => {
      heard = performance.now();
      position = Math.max(position, Number(message.lastEventId));
      const event = JSON.parse(message.data);
      if (event.counter === Number(root.dataset.counter) || event.counter === undefined) load();
    };
    source.addEventListener("clock", () => { heard = performance.now(); });
    source.addEventListener("reset", () => window.location.reload());
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000); };
  }
  setInterval(() => document.body.classList.toggle("above--stale", performance.now() - heard > STALE_MS), 1000);
  setInterval(load, 15000);
  show();
  connect();
})();
