/* The portal's time: the distance between the two clocks is measured once, at load; the page's own clock only counts
   seconds. */
import { $$ } from "./dom.js";
import { say } from "./say.js";

const nb = "\u00a0", DAY = 86400000;
const began = performance.now();
const clock = document.querySelector("[data-clock]");
const paris = new Intl.DateTimeFormat("fr-FR", {
  timeZone: "Europe/Paris", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

export const now = () => (clock ? Date.parse(clock.dataset.now) + performance.now() - began : Date.now());
export const hour = (at) => paris.format(at);

/* The two largest units, as duration_left() of edsh_portal/templatetags/portal.py writes them. */
const left = (ms) => {
  const s = Math.floor(ms / 1000), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
  const d = Math.floor(ms / DAY);
  if (d) return say("days", { n: d }).replace(" ", nb) + (h ? ` ${h}${nb}h` : "");
  return h ? `${h}${nb}h ${m}${nb}min` : `${m}${nb}min ${s % 60}${nb}s`;
};
const tick = () => $$("[data-clock]").forEach((one) => {
  const shown = one.querySelector("[data-clock-now]"), rest = one.querySelector("[data-clock-left]");
  if (!shown) return;
  const at = now(), ms = Date.parse(one.dataset.closes) - at;
  shown.textContent = hour(at);
  rest.textContent = ms > 0 ? left(ms) : say("closed");
  one.classList.toggle("clock-soon", ms < DAY);
});

if (clock) { tick(); setInterval(tick, 1000); }
