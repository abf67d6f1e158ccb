// The registration page: looks every few seconds whether the administrator has confirmed it. For Chromium 87 and later.
"use strict";
setInterval(() => {
  fetch(window.location.href, { cache: "no-store" }).then((answer) => {
    if (answer.redirected) window.location.replace(answer.url);
  }).catch(() => {});
}, 4000);
