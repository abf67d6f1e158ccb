// The rating device: rests, asks when a handling has ended, thanks, and rests again. For Chromium 87 and later.
"use strict";
(function () {
  const root = document.getElementById("rating"), form = root.querySelector("[data-ask]");
  const part = (name) => root.querySelector("[data-" + name + "]");
  const THANKS_MS = 3000, REASONS_MS = 8000;
  let asked = JSON.parse(document.getElementById("asked").textContent);
  let phase = "", timer = 0, until = 0, level = "", done = "";

  function enter(next, ms, then) {
    phase = next;
    ["rest", "ask", "why", "thanks"].forEach((name) => { part(name).hidden = name !== next; });
    clearTimeout(timer);
    until = ms ? performance.now() + ms : 0;
    if (ms) timer = setTimeout(then, ms);
  }
  const rest = () => enter("rest", 0);
  function ask() {
    if (!asked.handling || asked.handling === done) { if (phase !== "thanks" && phase !== "why") rest(); return; }
    if (phase === "why") send();
    form.elements.handling.value = asked.handling;
    part("label").textContent = asked.label.replace(/^([A-Z]+)/, "$1 ");
    part("what").textContent = asked.what;
    enter("ask", asked.seconds * 1000, rest); // nobody answered: it stays unrated
  }
  function send() {
    const body = new FormData(form);
    body.set("level", level);
    root.querySelectorAll("[data-reason][aria-pressed=true]").forEach((each) => body.append("reason", each.dataset.reason));
    fetch(form.action, { method: "POST", body: body }).catch(() => {});
    enter("thanks", THANKS_MS, () => { rest(); load(); });
  }
  root.querySelectorAll("[data-level]").forEach((face) => face.addEventListener("click", () => {
    if (phase !== "ask") return; // one touch is one answer
    level = face.dataset.level;
    done = form.elements.handling.value;
    const offered = face.dataset.reasons.split(",");
    root.querySelectorAll("[data-reason]").forEach((each) => {
      each.hidden = offered.indexOf(each.dataset.reason) < 0;
      each.setAttribute("aria-pressed", "false");
    });
    enter("why", REASONS_MS, send);
  }));
  root.querySelectorAll("[data-reason]").forEach((each) => each.addEventListener("click", () => {
    each.setAttribute("aria-pressed", each.getAttribute("aria-pressed") === "true" ? "false" : "true");
    clearTimeout(timer);
    timer = setTimeout(send, REASONS_MS);
  }));
  part("done").addEventListener("click", () => { if (phase === "why") send(); });

  function load() {
    fetch(root.dataset.state, { cache: "no-store" }).then((answer) => (answer.ok ? answer.json() : null)).then((fresh) => {
      if (!fresh) return;
      const same = fresh.handling === asked.handling && phase === "ask";
      asked = fresh;
      if (!same) ask();
    }).catch(() => {});
  }
  function connect() {
    const source = new EventSource(root.dataset.events);
    source.onmessage = (message) => {
      const event = JSON.parse(message.data);
      if (event.counter === Number(root.dataset.counter) && /finished|continued|called/.test(event.kind)) load();
    };
    source.addEventListener("reset", load);
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000); };
  }
  setInterval(() => { if (phase === "ask") part("seconds").textContent = Math.max(0, Math.ceil((until - performance.now()) / 1000)); }, 250);
  setInterval(load, 10000);
  ask();
  connect();
})();
