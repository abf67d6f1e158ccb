// A new alarm is felt, heard and seen in the tab's title; the guide looks at people, not at the phone.
"use strict";
(function () {
  const known = new Set(), title = document.title;
  let first = true, sound = null;
  function tone() {
    try {
      sound = sound || new AudioContext();
      const wave = sound.createOscillator(), volume = sound.createGain(), now = sound.currentTime;
      wave.frequency.value = 880;
      volume.gain.setValueAtTime(0.0001, now);
      volume.gain.exponentialRampToValueAtTime(0.2, now + 0.03);
      volume.gain.exponentialRampToValueAtTime(0.0001, now + 0.8);
      wave.connect(volume);
      volume.connect(sound.destination);
      wave.start(now);
      wave.stop(now + 0.8);
    } catch (error) { /* a phone without sound */ }
  }
  function look() {
    const now = [...document.querySelectorAll("[data-alarm]")].map((each) => each.dataset.alarm);
    const fresh = now.filter((each) => !known.has(each));
    known.clear();
    now.forEach((each) => known.add(each));
    document.title = now.length ? `(${now.length}) ${title}` : title;
    if (!fresh.length || first) { first = false; return; }
    document.body.dataset.alarms = Number(document.body.dataset.alarms || 0) + fresh.length;
    if (navigator.vibrate) navigator.vibrate([300, 150, 300]);
    tone();
  }
  document.addEventListener("htmx:afterSwap", look);
  look();
})();
