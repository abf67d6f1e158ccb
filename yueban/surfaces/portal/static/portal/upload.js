/* Copies of materials: a chosen file is sent at once, one that is too large is told before it is sent. */
for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]"), label = form.querySelector("label");
  form.classList.add("upload--live"); // the label is the button, and choosing is sending
  const said = form.querySelector("[data-error]");
  input.addEventListener("change", () => {
    const [file] = input.files;
    const tooLarge = Boolean(file) && file.size > Number(form.dataset.most);
    input.setCustomValidity(tooLarge ? form.dataset.tooLarge : "");
    if (said) { said.textContent = tooLarge ? form.dataset.tooLarge : ""; said.hidden = !tooLarge; }
    if (!said && tooLarge) input.reportValidity();
    if (file && !tooLarge) form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    form.dataset.busy = "1";
    if (label && form.dataset.sending) label.textContent = form.dataset.sending;
  });
}
