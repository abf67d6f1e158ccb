// One soft tone: `counterTone(hertz, loudness, seconds)`. A machine without sound stays silent.
"use strict";
window.counterTone = (function () {
  let sound = null;
  return function (hertz, loudness, seconds) {
    try {
      sound = sound || new AudioContext();
      const wave = sound.createOscillator(), volume = sound.createGain(), now = sound.currentTime;
      wave.frequency.value = hertz;
      volume.gain.setValueAtTime(0.0001, now);
      volume.gain.exponentialRampToValueAtTime(loudness, now + 0.03);
      volume.gain.exponentialRampToValueAtTime(0.0001, now + seconds);
      wave.connect(volume);
      volume.connect(sound.destination);
      wave.start(now);
      wave.stop(now + seconds);
    } catch (error) { /* a machine without sound */ }
  };
})();
