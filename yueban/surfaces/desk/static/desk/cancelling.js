// Ticking many at once and counting them, the print button, and one press of what cannot be undone.
const boxes = [...document.querySelectorAll('input[name="code"][type="checkbox"]')];
const all = document.querySelector("[data-all]");
const count = document.querySelector("[data-count]");

function tell() {
  const ticked = boxes.filter((box) => box.checked).length;
  if (count) count.textContent = count.dataset.words.replace("{n}", ticked);
  if (all) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
}

if (all) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
}
for (const box of boxes) box.addEventListener("change", tell);
tell();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

const once = document.querySelector("[data-once]");
if (once) {
  once.form.addEventListener("submit", (event) => {
    if (event.submitter !== once) return;
    document.querySelector("[data-wait]").hidden = false;
    setTimeout(() => once.setAttribute("disabled", ""));
  });
}
