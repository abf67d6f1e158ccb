// The hall board: shows calls as they happen, speaks them, and says how old its data are. For Chromium 87 and later.
import { Announcer } from "./voice.js";

(function () {
  const root = document.getElementById("board");
  const find = (name) => document.querySelector(`[data-${name}]`);
  const words = JSON.parse(document.getElementById("words").textContent);
  let state = JSON.parse(document.getElementById("state").textContent);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const LATEST = 9, QUEUES_A_PAGE = 7, PAGE_MS = 8000, EMPHASIS_MS = 3000, STALE_MS = 10000, FRESH_MS = 90000;

  // ---- time: the server's, carried on by our own ticks -----------------------------------------------------------
  let offset = 0;
  let heard = performance.now();
  const serverNow = () => new Date(Date.now() + offset);
  const two = (n) => String(n).padStart(2, "0");
  const zone = new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai", hour12: false, year: "numeric", month: "numeric", day: "numeric",
    weekday: "long", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  function showClock() {
    const part = {};
    zone.formatToParts(serverNow()).forEach((each) => { part[each.type] = each.value; });
    find("clock").textContent = `${two(Number(part.hour) % 24)}:${part.minute}:${part.second}`;
    find("date").textContent = `${part.year}年${part.month}月${part.day}日 ${part.weekday}`;
  }
  function showAge() {
    const age = performance.now() - heard, stale = age > STALE_MS;
    document.body.classList.toggle("board--stale", stale);
    find("stale").hidden = !stale;
    find("notice").hidden = stale;
    if (stale) find("stale").textContent = fill(words.stale, { seconds: Math.floor(age / 1000) });
  }

  // ---- what is seen ------------------------------------------------------------------------------------------------
  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text || "";
    return made;
  }
  const spaced = (label) => label.replace(/^([A-Z]+)/, "$1 ");
  function counterText(number) {
    const text = element("span", "counter");
    const [before, after] = words.counter.split("{counter}");
    text.append(before, element("span", "number", String(number)), after);
    return text;
  }
  function showCalls() {
    const [last, ...before] = state.calls;
    find("idle").hidden = Boolean(last);
    find("call").hidden = !last;
    if (last) {
      find("label").textContent = spaced(last.label);
      find("hero").classList.toggle("hero--long", last.label.length > 4);
      find("counter").textContent = last.counter;
    }
    find("area").textContent = last ? last.area : "";
    find("latest").replaceChildren(...before.slice(0, LATEST - 1).map((call) => {
      const line = document.createElement("li");
      line.append(element("span", "number", spaced(call.label)), counterText(call.counter));
      return line;
    }));
  }
  let page = 0;
  function showQueues() {
    const pages = Math.max(1, Math.ceil(state.queues.length / QUEUES_A_PAGE));
    page %= pages;
    find("page").textContent = pages > 1 ? fill(words.page, { page: page + 1, pages }) : "";
    const shown = state.queues.slice(page * QUEUES_A_PAGE, (page + 1) * QUEUES_A_PAGE);
    find("queues").replaceChildren(...shown.map((queue) => {
      const item = document.createElement("li"), line = element("p", "line");
      line.append(element("span", "name", queue.name), element("span", "tabular", fill(words.waiting, { count: queue.waiting })));
      item.append(line, element("p", "next tabular", queue.next.length ? queue.next.join(" ") : words.none));
      return item;
    }));
  }
  let notice = 0;
  const usual = find("notice").textContent;
  function showNotice() {
    find("notice").textContent = state.notices.length ? state.notices[notice % state.notices.length] : usual;
  }
  let emphasis = 0;
  function emphasise() {
    const hero = find("hero");
    hero.classList.add("hero--new");
    clearTimeout(emphasis);
    emphasis = setTimeout(() => hero.classList.remove("hero--new"), EMPHASIS_MS);
  }

  // ---- what is heard -----------------------------------------------------------------------------------------------
  const area = root.dataset.only, here = (call) => !area || call.area === area;
  const announcer = new Announcer({
    template: words.announcement, clips: words.clips, digits: words.digits, language: words.language,
    onBlocked: () => { find("sound").hidden = false; },
    onSaid: (text, how) => { Object.assign(document.body.dataset, { said: text, how, times: Number(document.body.dataset.times || 0) + 1 }); },
  });
  find("sound").addEventListener("click", () => {
    find("sound").hidden = true;
    announcer.unlock(words.idle);
  });
  // Browsers are silent until somebody touched the page; a terminal in kiosk mode is allowed to speak at once.
  const silent = "silent" in root.dataset;
  if (!silent && !(navigator.userActivation && navigator.userActivation.hasBeenActive)) find("sound").hidden = false;

  // ---- what happens ----------------------------------------------------------------------------------------------------
  let reload = 0;
  function refreshSoon() {
    if (reload) return;
    reload = setTimeout(() => {
      fetch(root.dataset.state, { cache: "no-store" }).then((answer) => (answer.ok ? answer.json() : null)).then((fresh) => {
        if (!fresh) return;
        state.queues = fresh.queues;
        state.notices = fresh.notices;
        showQueues();
        if (fresh.position >= position) { // a new day begins empty
          state.calls = fresh.calls.filter(here);
          showCalls();
        }
      }).catch(() => {}).finally(() => { reload = 0; });
    }, 400);
  }
  function onCall(event) {
    if (!here(event)) return;
    const call = { ticket: event.ticket, label: event.label, counter: event.counter, area: event.area, at: event.at };
    state.calls = [call, ...state.calls.filter((each) => each.ticket !== call.ticket)].slice(0, LATEST);
    showCalls();
    emphasise();
    if (!silent && serverNow() - new Date(event.at) < FRESH_MS) announcer.say(call); // an older one, after a long silence, is only shown
  }
  function onMessage(message) {
    heard = performance.now();
    const event = JSON.parse(message.data);
    if (event.kind === "ticket.called" || event.kind === "ticket.recalled") onCall(event);
    else if (event.ticket) announcer.drop(event.ticket); // who stands at the counter, or was sent on, need not be called
    refreshSoon();
  }
  let position = state.position, source = null;
  function connect() {
    source = new EventSource(`${root.dataset.events}&after=${position}`);
    source.onmessage = (message) => {
      if (Number(message.lastEventId) <= position) return; // said already
      position = Number(message.lastEventId);
      onMessage(message);
    };
    source.addEventListener("clock", (message) => {
      heard = performance.now();
      offset = new Date(JSON.parse(message.data).now) - Date.now();
    });
    source.addEventListener("reset", () => window.location.reload());
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself, with the last id
      setTimeout(connect, 3000);
    };
  }

  state.calls = state.calls.filter(here);
  showCalls();
  showQueues();
  showClock();
  setInterval(() => { showClock(); showAge(); }, 500);
  showNotice();
  setInterval(() => { page += 1; showQueues(); notice += 1; showNotice(); }, PAGE_MS);
  setInterval(refreshSoon, 30000);
  connect();
})();
