/* Copies of materials: a chosen file is sent at once, one that is too large is told before it is sent. */
for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]"), button = form.querySelector("button");
  const said = form.querySelector("[data-error]");
  input.addEventListener("change", () => {
    const [file] = input.files;
    const tooLarge = Boolean(file) && file.size > Number(form.dataset.most);
    input.setCustomValidity(tooLarge ? form.dataset.tooLarge : "");
    if (said) said.textContent = tooLarge ? form.dataset.tooLarge : "";
    if (!said && tooLarge) input.reportValidity();
    if (file && !tooLarge) form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    if (button.dataset.sending) button.textContent = button.dataset.sending;
    button.setAttribute("aria-disabled", "true");
  });
}
