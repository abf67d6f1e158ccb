/* Remembers which materials are ticked, on this phone only. Without storage the boxes still tick. */
for (const list of document.querySelectorAll("[data-ticks]")) {
  const key = `yueban.ticks.${list.dataset.ticks}`;
  const boxes = [...list.querySelectorAll("input[type=checkbox]")];
  let kept = [];
  try { kept = JSON.parse(localStorage.getItem(key) ?? "[]"); } catch { kept = []; }
  boxes.forEach((box, place) => { box.checked = Array.isArray(kept) && kept.includes(place); });
  list.addEventListener("change", () => {
    const ticked = boxes.flatMap((box, place) => (box.checked ? [place] : []));
    try { localStorage.setItem(key, JSON.stringify(ticked)); } catch { /* full or forbidden: nothing is lost but memory */ }
  });
}
