{% load static %}// Keeps the offline page, and remembers what was asked when the network went away. For Chromium 87 and later.
"use strict";
const CACHE = "kiosk-{% static 'kiosk/kiosk.css' %}-{% static 'kiosk/offline.js' %}";
const OFFLINE = "{% url 'kiosk:offline' %}", PENDING = "/kiosk/pending";
const KEPT = [OFFLINE, "{% static 'kiosk/kiosk.css' %}", "{% static 'kiosk/offline.js' %}", "{% static 'yueban/tokens.css' %}", "{% static 'yueban/base.css' %}"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name !== CACHE && name !== "kiosk-pending");
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.mode === "navigate") event.respondWith(go(request));
  else if (request.method === "GET" && new URL(request.url).origin === self.location.origin) event.respondWith(fetch(request).catch(() => caches.match(request).then((kept) => kept || Response.error())));
});
async function go(request) {
  const body = request.method === "POST" ? await request.clone().text() : "";
  try {
    const answer = await fetch(request);
    if (answer.status < 502) return answer;
  } catch (error) { /* no network */ }
  const asked = { url: request.url, method: request.method, body: body, at: Date.now() };
  const pending = await caches.open("kiosk-pending");
  await pending.put(PENDING, new Response(JSON.stringify(asked)));
  const page = await caches.match(OFFLINE);
  return page || Response.error();
}
