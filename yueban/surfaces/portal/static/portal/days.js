/* Brings the chosen day into view where the strip is wider than the phone. */
const strip = document.querySelector("[data-days]");
const chosen = strip?.querySelector("[aria-current]");
if (chosen) strip.scrollLeft = chosen.offsetLeft - (strip.clientWidth - chosen.offsetWidth) / 2;
