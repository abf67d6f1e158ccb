// Card readers and scanners of a terminal: those that type, and those behind a service of the terminal itself.
// For Chromium 87 and later. What is read is handed on as text; the server understands it (domain/queueing/readers).
const BETWEEN_KEYS_MS = 120, SHORTEST = 8, CARD = 18, ENDS = ["Enter", "Tab"];
const FIRST_PAUSE_MS = 1000, LONGEST_PAUSE_MS = 15000, ANSWER_MS = 5000, SAME_CARD_MS = 4000, DEEPEST = 6;
const NUMBER = /(^|[^0-9A-Za-z])([1-9][0-9]{16}[0-9Xx])(?![0-9A-Za-z])/;
const NAME_KEY = /^(name|xm|cardname|personname|姓名)$/i;

// ---- a keyboard wedge types like nobody can, and mostly ends with Enter; `onRead` answers false to what it does not want --
export function wedge(target, onRead) {
  let typed = "", last = 0, timer = 0;
  const take = () => {
    clearTimeout(timer);
    const text = typed;
    typed = "";
    return text.length >= SHORTEST && onRead(text) !== false;
  };
  const listen = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const now = performance.now();
    if (now - last > BETWEEN_KEYS_MS) typed = "";
    last = now;
    if (ENDS.includes(event.key)) {
      if (take()) event.preventDefault();
    } else if (event.key.length === 1) {
      typed += event.key;
      clearTimeout(timer); // a reader that ends with nothing: a whole card, then silence
      timer = setTimeout(() => { if (typed.length >= CARD && NUMBER.test(typed)) take(); }, 2 * BETWEEN_KEYS_MS);
    }
  };
  target.addEventListener("keydown", listen);
  return () => { clearTimeout(timer); target.removeEventListener("keydown", listen); };
}

// ---- what a service says: JSON of whatever shape, or text ---------------------------------------------------------------
export const isCard = (text) => NUMBER.test(text);

const at = (value, path) => path.split(".").reduce((inner, key) => (inner === null || inner === undefined ? inner : inner[key]), value);

function search(value, wanted, depth = 0) {
  if (value === null || typeof value !== "object" || depth > DEEPEST) return "";
  for (const [key, inner] of Object.entries(value)) {
    const found = typeof inner === "string" || typeof inner === "number" ? wanted(key, String(inner)) : search(inner, wanted, depth + 1);
    if (found) return found;
  }
  return "";
}

const numberIn = (_key, text) => { const match = text.length <= 40 && NUMBER.exec(text); return match ? match[2] : ""; };
const nameIn = (key, text) => (NAME_KEY.test(key) ? text : "");

// The card in a message of the service, as `name|number`; empty when there is none on the reader.
export function cardIn(message, config) {
  let data = null;
  try { data = JSON.parse(message); } catch (error) { data = null; }
  if (data === null || typeof data !== "object") {
    const match = NUMBER.exec(String(message));
    return match ? `|${match[2]}` : "";
  }
  const number = String((config.number_path ? at(data, config.number_path) : search(data, numberIn)) || "");
  const name = String((config.name_path ? at(data, config.name_path) : search(data, nameIn)) || "");
  return number ? `${name.slice(0, 50)}|${number.slice(0, 40)}` : "";
}

// A card that lies on the reader is read once.
function once(onRead) {
  let card = "", seen = -SAME_CARD_MS;
  return (read) => {
    if (!read) return;
    const now = performance.now(), same = read === card && now - seen < SAME_CARD_MS;
    card = read;
    seen = now;
    if (!same) onRead(read);
  };
}

// ---- a service of the terminal -----------------------------------------------------------------------------------------
export function service(config, onRead) {
  const begin = config.transport === "http" ? poll : listenTo;
  return begin(config, once(onRead));
}

function listenTo(config, onCard) {
  let socket = null, pause = FIRST_PAUSE_MS, timer = 0, closed = false;
  const again = () => {
    if (closed) return;
    timer = setTimeout(connect, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  };
  function connect() {
    socket = new WebSocket(config.url);
    socket.onopen = () => {
      pause = FIRST_PAUSE_MS;
      if (config.trigger) socket.send(config.trigger);
    };
    socket.onmessage = (message) => { if (typeof message.data === "string") onCard(cardIn(message.data, config)); };
    socket.onclose = again;
  }
  connect();
  return () => { closed = true; clearTimeout(timer); socket.close(); };
}

function poll(config, onCard) {
  let timer = 0, closed = false, pause = config.poll_ms;
  const ask = () => {
    const patience = new AbortController(), limit = setTimeout(() => patience.abort(), ANSWER_MS);
    const request = { cache: "no-store", signal: patience.signal, method: config.trigger ? "POST" : "GET" };
    if (config.trigger) request.body = config.trigger;
    fetch(config.url, request)
      .then((answer) => answer.text())
      .then((text) => { pause = config.poll_ms; onCard(cardIn(text, config)); })
      .catch(() => { pause = Math.min(2 * pause, LONGEST_PAUSE_MS); })
      .finally(() => { clearTimeout(limit); if (!closed) timer = setTimeout(ask, pause); });
  };
  ask();
  return () => { closed = true; clearTimeout(timer); };
}
