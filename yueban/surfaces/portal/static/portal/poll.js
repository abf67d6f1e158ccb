/* Watches the people ahead: asks every 8 seconds while the page is seen, and says so when the answer is old. */
const box = document.querySelector("[data-poll]");

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch(box.dataset.poll, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (answer.redirected || !answer.ok) return;
    const words = await answer.text();
    if (words !== box.innerHTML) box.innerHTML = words;
    box.classList.remove("stale");
    if (!box.querySelector("[data-live='1']")) clearInterval(timer);
  } catch {
    box.classList.add("stale");
  }
}

const timer = box ? setInterval(ask, 8000) : 0;
if (box) document.addEventListener("visibilitychange", ask);
