// The terminal: countdown, scanner, keypad, printing, clock. For Chromium 87 and later; pages work without it up to typing.
import { service, wedge } from "../yueban/reader.js";

(function () {
  const find = (name, within) => (within || document).querySelector(`[data-${name}]`);

  // ---- clock: the server's time when the page was made, carried on ------------------------------------------------
  const clock = find("clock");
  if (clock) {
    const offset = new Date(clock.dataset.clock) - Date.now();
    const format = new Intl.DateTimeFormat("zh-CN", {
      timeZone: "Asia/Shanghai", hour12: false, month: "numeric", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit",
    });
    const show = () => {
      const part = {};
      format.formatToParts(new Date(Date.now() + offset)).forEach((each) => { part[each.type] = each.value; });
      const hour = String(Number(part.hour) % 24).padStart(2, "0");
      clock.textContent = `${part.month}月${part.day}日 ${part.weekday} ${hour}:${part.minute}`;
    };
    show();
    setInterval(show, 1000);
  }

  // ---- nobody is there any more: back to the first page, and nothing of this person stays ----------------------------
  const timeout = find("timeout");
  if (timeout) {
    const seconds = find("seconds", timeout), whole = Number(timeout.dataset.timeout);
    let left = whole;
    const show = () => {
      if (!seconds) return; // the first page only forgets the last person's letters
      seconds.textContent = left;
      timeout.classList.toggle("bottom__timeout--soon", whole > 10 && left <= 15);
    };
    const again = () => { left = Math.max(left, 60, whole); show(); };
    setInterval(() => {
      left -= 1;
      show();
      if (left <= 0) window.location.replace(timeout.dataset.home);
    }, 1000);
    if (find("still-here", timeout)) find("still-here", timeout).addEventListener("click", again);
    if (whole >= 60) ["pointerdown", "keydown"].forEach((touch) => document.addEventListener(touch, again));
  }
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

  // ---- scanners and card readers -------------------------------------------------------------------------------------
  const scan = find("scan"), reader = document.getElementById("reader");
  if (scan) {
    const read = (text) => {
      if (scan.dataset.sent) return;
      scan.dataset.sent = "yes";
      scan.elements.text.value = text;
      scan.submit();
    };
    wedge(document, read);
    if (reader) service(JSON.parse(reader.textContent), read);
  }

  // ---- keypad ------------------------------------------------------------------------------------------------------------
  const form = find("typed");
  if (form) {
    const field = form.elements.text, groups = field.dataset.groups.split(" ").map(Number);
    const plain = () => field.value.replace(/\s/g, "").toUpperCase();
    const show = (text) => {
      let rest = text.slice(0, groups.reduce((a, b) => a + b));
      const parts = groups.map((size) => { const part = rest.slice(0, size); rest = rest.slice(size); return part; });
      field.value = parts.filter(Boolean).join(" ");
    };
    find("keypad", form).addEventListener("click", (event) => {
      const key = event.target.closest("[data-key]");
      if (!key) return;
      const name = key.dataset.key;
      show(name === "clear" ? "" : name === "back" ? plain().slice(0, -1) : plain() + name);
    });
    field.addEventListener("input", () => show(plain()));
    show(plain());
  }

  // ---- larger letters at once: the page, and what was typed on it, stays ------------------------------------------------
  const size = find("size");
  if (size) {
    size.addEventListener("submit", (event) => {
      event.preventDefault();
      const larger = !("elder" in document.documentElement.dataset);
      if (larger) document.documentElement.dataset.elder = "";
      else delete document.documentElement.dataset.elder;
      find("smaller", size).hidden = !larger;
      find("larger", size).hidden = larger;
      fetch(size.action, { method: "POST", body: new FormData(size), redirect: "manual" }).catch(() => {});
    });
  }

  // ---- one press is one ticket ----------------------------------------------------------------------------------------------
  document.querySelectorAll("form[method=post]:not([data-size])").forEach((each) => {
    each.addEventListener("submit", (event) => {
      if (each.dataset.sent) { event.preventDefault(); return; }
      each.dataset.sent = "yes";
    });
  });

  // ---- the way out, for staff: five quick touches on the hall's name -------------------------------------------------------
  const exit = find("exit");
  if (exit) {
    let touches = [];
    exit.addEventListener("pointerdown", (event) => {
      touches = touches.filter((at) => event.timeStamp - at < 3000).concat(event.timeStamp);
      if (touches.length >= 5) window.location.assign(exit.dataset.exit);
    });
  }

  // ---- while the network is away: an offline page that loses nothing ----------------------------------------------------
  if (navigator.serviceWorker) navigator.serviceWorker.register("/kiosk/sw.js", { scope: "/kiosk/" }).catch(() => {});

  if (find("print")) window.addEventListener("load", () => window.print());
})();
