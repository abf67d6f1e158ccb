// The registration renews its parts while somebody talks, and everything goes by keys. Without this file the same form
// works with 「查询」 and 「登记」. A card reader types into the number and ends with Enter (domain/queueing/readers).
import { isCard, wedge } from "../yueban/reader.js";

const SEARCH_MS = 180, BETWEEN_KEYS_MS = 120;

// ---- keys of the page --------------------------------------------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !/^F\d+$/.test(event.key)) return;
  const target = document.querySelector(`[data-hotkey="${event.key}"]`);
  const channel = event.key === "F4" && document.querySelector('input[name="channel"]:not(:checked)');
  if (!target && !channel) return;
  event.preventDefault();
  (target || channel).click();
});

// ---- the one-time notice: a line is ticked and the next is at hand ---------------------------------------------------------
for (const list of document.querySelectorAll("[data-checklist]")) {
  list.addEventListener("keydown", (event) => {
    const box = event.target;
    if (box.type !== "checkbox" || (event.key !== " " && event.key !== "Enter")) return;
    event.preventDefault();
    box.checked = event.key === "Enter" || !box.checked;
    const boxes = [...list.querySelectorAll("input[type=checkbox]")];
    const next = boxes[boxes.indexOf(box) + 1] || list.querySelector("button");
    if (box.checked) next.focus();
  });
}

// ---- the registration --------------------------------------------------------------------------------------------------
const form = document.querySelector("[data-live]");
if (form) live(form);

function live(form) {
  let asked = 0, timer = 0, sent = false, current = null, waiting = "";
  const field = (name) => form.querySelector(`#${name}`);
  const hour = () => form.querySelector("[data-hours] input:checked") || form.querySelector("[data-hours] input:enabled");

  // The same question is asked once; whoever waits for an older one waits for the answer to the newest.
  function look() {
    const body = new FormData(form);
    body.set("do", "look");
    const question = new URLSearchParams(body).toString();
    if (current && question === waiting) return current;
    const mine = ++asked;
    waiting = question;
    current = ask(body, mine).finally(() => { if (mine === asked) current = null; });
    return current;
  }

  async function ask(body, mine) {
    const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
    if (answer.redirected) { location.assign(answer.url); return; }
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) { await current; return; }
    if (next.querySelector("[data-live]")) renew(next);
  }

  // Parts are renewed around what is being typed: a field that has the focus keeps its text and its place.
  function renew(next) {
    const active = document.activeElement, name = active && active.name, value = active && active.value, id = active && active.id;
    for (const part of form.querySelectorAll("[data-part]")) {
      const fresh = next.querySelector(`[data-part="${part.dataset.part}"]`);
      if (fresh && fresh.innerHTML !== part.innerHTML) part.innerHTML = fresh.innerHTML;
    }
    for (const input of ["number", "kind", "name"]) {
      const fresh = next.getElementById(input);
      if (fresh && (input !== "name" || !field(input).value)) field(input).value = fresh.value;
    }
    for (const wrapper of form.querySelectorAll("[data-field]")) {
      const fresh = next.querySelector(`[data-field="${wrapper.dataset.field}"]`), error = `#${wrapper.dataset.field}-error`;
      wrapper.className = fresh.className;
      wrapper.querySelector(error).textContent = fresh.querySelector(error).textContent;
    }
    if (active && !active.isConnected && name) {
      const again = id ? field(id) : [...form.elements].find((each) => each.name === name && each.value === value);
      (again || form.querySelector(`[name="${name}"]`) || field("q")).focus();
    }
  }

  const soon = () => { clearTimeout(timer); timer = setTimeout(look, SEARCH_MS); };
  const now = () => { clearTimeout(timer); return look(); };

  form.addEventListener("input", (event) => { if (event.target.matches("[data-search]")) soon(); });
  form.addEventListener("change", (event) => { if (event.target.matches("[data-again]")) now(); });

  const goTo = (name) => {
    const next = name === "hour" ? hour() : field(name);
    if (next) { next.focus(); if (next.select && next.type !== "radio") next.select(); }
  };

  function move(step) {
    const found = [...form.querySelectorAll('input[name="what"]')];
    const at = found.findIndex((each) => each.checked), next = found[Math.min(Math.max(at + step, 0), found.length - 1)];
    if (next) { next.checked = true; soon(); }
  }

  form.addEventListener("keydown", async (event) => {
    const at = event.target;
    if (at.matches("[data-search]") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    if (event.key !== "Enter" || at.tagName === "BUTTON" || event.isComposing) return;
    event.preventDefault();
    if (at.name === "slot") { form.querySelector('button[value="book"]').click(); return; }
    if (at.matches("[data-search], [name=what], [name=day], [name=hall], [data-again]")) await now();
    if (at.id === "number") { if (!field("number-error").textContent) goTo(field("name").value ? "phone" : "name"); return; }
    if (at.dataset.empty && !at.value.trim()) { goTo(at.dataset.empty); return; }
    if (at.dataset.next) { goTo(at.dataset.next); return; }
    if (form.querySelector("[data-hours]")) goTo(form.querySelector("#organisation") && at.matches("[data-search]") ? "organisation" : "hour");
  });

  // A card may be laid on the reader at any moment: what it typed into another field is taken out of it again.
  let saved = null, last = 0;
  form.addEventListener("keydown", (event) => {
    const pause = performance.now() - last;
    last = performance.now();
    if (pause > BETWEEN_KEYS_MS) saved = "value" in event.target ? { field: event.target, value: event.target.value } : null;
  }, true);
  if (field("number")) wedge(document, (text) => {
    if (!isCard(text) || (saved && saved.field.id === "number")) return false;
    if (saved) saved.field.value = saved.value;
    field("number").value = text;
    look().then(() => goTo(field("name").value ? "phone" : "name"));
    return true;
  });

  // One press is one registration: a second one waits for the answer to the first.
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
}
