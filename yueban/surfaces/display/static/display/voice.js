// The voice of a hall: one announcement at a time, each said twice unless others wait, from clips or by the browser. For Chromium 87 and later.
const SILENT = /^[\s，。！、；：,.!;:]+|[\s，。！、；：,.!;:]+$/g;
const LETTER_BY_LETTER = new Set(["label", "counter"]);
const TIMES = 2, CROWDED = 2, BETWEEN_MS = 700, AFTER_MS = 400, PATIENCE_MS = 15000, UNLOCK_MS = 400;
const LOUDSPEAKER = "yueban-loudspeaker"; // one a machine, whatever windows it shows

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const inTime = (promise, ms) => Promise.race([promise, wait(ms)]);

// The words of a sentence as domain/queueing/voice/plan.py has them: phrases whole, numbers and letters one by one.
export function spoken(template, call) {
  const words = [];
  template.split(/\{(\w+)\}/).forEach((part, index) => {
    const value = String(call[part] === undefined ? "" : call[part]);
    if (index % 2 === 0) words.push(part.replace(SILENT, ""));
    else if (LETTER_BY_LETTER.has(part)) words.push(...value);
    else words.push(value);
  });
  return words.filter(Boolean);
}

// The clips of a sentence in their order; null when one is missing.
export function playlist(template, call, clips) {
  const words = spoken(template, call);
  return words.length && words.every((word) => clips[word]) ? words.map((word) => clips[word]) : null;
}

// Says calls. `onBlocked`: the browser wants to be touched first (unlock() then); `onSaid(text, how)`: for each time.
export class Announcer {
  constructor({ template, clips, digits, language, onBlocked, onSaid }) {
    Object.assign(this, { template, clips, digits, language, onBlocked, onSaid });
    this.waiting = [];
    this.busy = false;
    this.buffers = new Map();
    this.audio = null;
  }

  say(call) {
    this.waiting.push(call);
    this.work();
  }

  // The call of a ticket is settled before its turn to be said came.
  drop(ticket) {
    this.waiting = this.waiting.filter((call) => call.ticket !== ticket);
  }

  // Somebody touched the page: sound is allowed from now on.
  unlock(greeting) {
    if (this.audio) this.audio.resume();
    if (window.speechSynthesis && !this.hasClips()) this.utter(greeting).catch(() => {});
  }

  hasClips() {
    return Object.keys(this.clips).length > 0;
  }

  async work() {
    if (this.busy) return;
    this.busy = true;
    while (this.waiting.length) await this.alone(this.waiting.shift());
    this.busy = false;
  }

  // Other windows of this machine share its loudspeaker.
  alone(call) {
    const say = () => this.announce(call).catch((error) => this.failed(error));
    return navigator.locks ? navigator.locks.request(LOUDSPEAKER, say) : say();
  }

  failed(error) {
    if (error.name !== "NotAllowedError") return;
    this.waiting.length = 0; // said too late they would only confuse
    this.onBlocked();
  }

  async announce(call) {
    const list = playlist(this.template, call, this.clips), buffers = list && (await this.load(list));
    for (let time = 0; time < TIMES; time += 1) {
      if (time && this.waiting.length >= CROWDED) break; // a full hall: better once and in time
      if (time) await wait(BETWEEN_MS);
      if (buffers) await this.play(buffers, call);
      else await this.speak(call);
    }
    await wait(AFTER_MS);
  }

  // ---- clips ---------------------------------------------------------------------------------------------------------
  async load(list) {
    try {
      this.audio = this.audio || new AudioContext();
      return await Promise.all(list.map((url) => this.buffer(url)));
    } catch (error) {
      return null; // a clip that cannot be had: the browser speaks
    }
  }

  buffer(url) {
    if (!this.buffers.has(url)) {
      const loading = fetch(url)
        .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(url))))
        .then((bytes) => this.audio.decodeAudioData(bytes));
      loading.catch(() => this.buffers.delete(url));
      this.buffers.set(url, loading);
    }
    return this.buffers.get(url);
  }

  async play(buffers, call) {
    if (this.audio.state !== "running") await inTime(this.audio.resume(), UNLOCK_MS);
    if (this.audio.state !== "running") throw new DOMException("", "NotAllowedError");
    this.onSaid(this.sentence(call), "clips");
    let at = this.audio.currentTime + 0.05, last = null;
    buffers.forEach((buffer) => {
      last = this.audio.createBufferSource();
      last.buffer = buffer;
      last.connect(this.audio.destination);
      last.start(at);
      at += buffer.duration;
    });
    await inTime(new Promise((done) => { last.onended = done; }), PATIENCE_MS);
  }

  // ---- the browser's own speech ----------------------------------------------------------------------------------------
  sentence(call) {
    const slowly = (text) => [...String(text)].map((each) => (/\d/.test(each) ? this.digits[Number(each)] : each)).join(" ");
    const values = { label: slowly(call.label), counter: String(call.counter), area: call.area };
    return this.template.replace(/\{(\w+)\}/g, (whole, name) => (values[name] === undefined ? whole : values[name]));
  }

  speak(call) {
    const text = this.sentence(call);
    this.onSaid(text, "speech");
    return window.speechSynthesis ? this.utter(text) : Promise.resolve();
  }

  async utter(text) {
    const said = new SpeechSynthesisUtterance(text);
    said.lang = this.language;
    said.rate = 0.9;
    const ended = new Promise((done, refuse) => {
      said.onend = done;
      said.onerror = (event) => (event.error === "not-allowed" ? refuse(new DOMException("", "NotAllowedError")) : done());
    });
    window.speechSynthesis.speak(said);
    await inTime(ended, PATIENCE_MS);
    if (window.speechSynthesis.speaking) window.speechSynthesis.cancel(); // an engine that never ends
  }
}
