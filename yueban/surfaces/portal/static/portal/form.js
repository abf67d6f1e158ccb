/* Forms: focus goes to the summary of errors, a second tap sends nothing, and the code button counts down. */
document.querySelector("[data-focus]")?.focus();

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 10_000); // stopped on a slow line: it may be sent again
    // A page that comes back from the cache of the back button must be usable again.
    addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
  });
}

for (const button of document.querySelectorAll("[data-wait]")) {
  const words = button.textContent;
  let left = Number(button.dataset.wait) || 0;
  const tick = () => {
    button.setAttribute("aria-disabled", String(left > 0));
    button.textContent = left > 0 ? `${left} ${button.dataset.waitText}` : words;
    if (left-- > 0) setTimeout(tick, 1000);
  };
  button.addEventListener("click", (event) => { if (left > 0) event.preventDefault(); });
  if (left > 0) tick();
}
