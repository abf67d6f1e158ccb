/* Watches the people ahead: asks every 8 seconds while the page is seen, and says so when the answer is old.
   Only news is put in and read aloud; the minute of the answer changes silently. */
const box = document.querySelector("[data-poll]");
const news = (part) => part.querySelector("[data-news]")?.textContent.replace(/\s+/g, " ");

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch(box.dataset.poll, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (answer.redirected || answer.status !== 200) return;
    const fresh = document.createElement("div");
    fresh.innerHTML = await answer.text();
    if (news(fresh) !== news(box)) box.replaceChildren(...fresh.childNodes);
    else box.querySelector("[data-as-of]").replaceWith(fresh.querySelector("[data-as-of]"));
    box.classList.remove("stale");
    if (!box.querySelector("[data-live='1']")) clearInterval(timer);
  } catch {
    box.classList.add("stale");
  }
}

const timer = box ? setInterval(ask, 8000) : 0;
if (box) document.addEventListener("visibilitychange", ask);
