/* The jury's room: the page asks for its next revision and holds nothing open. What is being typed is left alone. */
import { $$ } from "./dom.js";
import { say } from "./say.js";

const BEAT = 2500; /* an act is on every page within three seconds */
const live = document.querySelector("[data-live]");
let tag = "", lost = false;

const busy = (room) => $$("input:not([type=hidden])", room).some((one) => one.value !== one.defaultValue)
  || room.contains(document.activeElement) && document.activeElement.matches("input, textarea");
const ask = async () => {
  const headers = { "HX-Request": "true", "X-Portal-Alone": "1", ...(tag && { "If-None-Match": tag }) };
  const answer = await fetch(location.pathname, { headers, redirect: "manual", cache: "no-store" });
  if (answer.type === "opaqueredirect" || answer.status === 404) return location.reload();
  if (answer.status !== 304 && !answer.ok) throw answer;
  if (lost) { lost = false; live.textContent = say("room_back"); }
  if (answer.status === 304) return;
  const text = await answer.text(), room = document.getElementById("room");
  if (busy(room)) return; /* the next beat, once it is sent or left */
  tag = answer.headers.get("ETag");
  const page = new DOMParser().parseFromString(text, "text/html");
  room.replaceWith(document.adoptNode(page.getElementById("room")));
};
const beat = async () => {
  try {
    if (!document.hidden) await ask();
  } catch {
    lost = true;
    live.textContent = say("room_lost");
  }
  setTimeout(beat, BEAT);
};
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask().catch(() => {}); });
setTimeout(beat, BEAT);
