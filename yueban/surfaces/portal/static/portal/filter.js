/* Shortens a long list while one types. The field appears only with this script: without it the list is whole. */
for (const input of document.querySelectorAll("[data-filter]")) {
  const rows = [...document.querySelectorAll(`${input.dataset.filter} > li`)];
  input.closest("[data-filter-box]").hidden = false;
  input.addEventListener("input", () => {
    const wanted = input.value.trim();
    for (const row of rows) row.hidden = wanted !== "" && !row.textContent.includes(wanted);
  });
}
