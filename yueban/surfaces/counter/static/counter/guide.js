// A new alarm is felt, heard and seen in the tab's title; the guide looks at people, not at the phone.
"use strict";
(function () {
  const known = new Set(), title = document.title;
  let first = true;
  function look() {
    const now = [...document.querySelectorAll("[data-alarm]")].map((each) => each.dataset.alarm);
    const fresh = now.filter((each) => !known.has(each));
    known.clear();
    now.forEach((each) => known.add(each));
    document.title = now.length ? `(${now.length}) ${title}` : title;
    if (!fresh.length || first) { first = false; return; }
    document.body.dataset.alarms = Number(document.body.dataset.alarms || 0) + fresh.length;
    if (navigator.vibrate) navigator.vibrate([300, 150, 300]);
    window.counterTone(880, 0.2, 0.8);
  }
  document.addEventListener("htmx:afterSwap", look);
  look();
})();
