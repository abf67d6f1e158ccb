// The offline page: waits for the network, then goes on where it broke off, unless its person must have left by then.
// For Chromium 87 and later.
"use strict";
(function () {
  const ours = document.currentScript.dataset, PENDING = "/kiosk/pending", TRY_MS = 3000, LEFT_MS = 60000;
  let waited = 0;
  setInterval(() => { waited += 1; document.querySelector("[data-waited]").textContent = waited; }, 1000);

  function again(asked) {
    if (!asked || Date.now() - asked.at > LEFT_MS) { window.location.replace(ours.home + "?idle"); return; }
    if (asked.method !== "POST") { window.location.replace(asked.url); return; }
    const form = document.createElement("form");
    form.method = "post";
    form.action = asked.url;
    new URLSearchParams(asked.body).forEach((value, name) => {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      form.append(field);
    });
    document.body.append(form);
    form.submit(); // the same press: the server gives the same number
  }
  async function attempt() {
    try {
      const answer = await fetch(ours.health, { cache: "no-store" });
      if (!answer.ok) throw new Error("not yet");
    } catch (error) {
      setTimeout(attempt, TRY_MS);
      return;
    }
    const cache = await caches.open("kiosk-pending"), kept = await cache.match(PENDING);
    await cache.delete(PENDING);
    again(kept ? await kept.json() : null);
  }
  setTimeout(attempt, TRY_MS);
})();
