/* Visits at the desk: the summary of errors gets the focus, a printer is offered, a typed time chooses 「其他时间」. */
document.querySelector("[data-focus]")?.focus();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

for (const field of document.querySelectorAll("#day, #clock")) {
  field.addEventListener("input", () => {
    const other = field.form?.querySelector("input[name=at][value=other]");
    if (other) other.checked = true;
  });
}
