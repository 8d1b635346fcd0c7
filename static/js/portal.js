/* What every page gains when scripts run: menus that close, counters, a guard on unsaved text, the modules below. */
import "./clock.js";
import "./dialog.js";
import { $$ } from "./dom.js";
import { language, say } from "./say.js";
import { signIn } from "./session.js";

/* A menu of the masthead closes on Escape, and when one goes elsewhere. */
const open = () => $$("[data-menu][open]");
["click", "focusin"].forEach((name) => document.addEventListener(name, ({ target }) => {
  open().forEach((menu) => { menu.open = menu.contains(target); });
}));
addEventListener("keydown", ({ key }) => {
  if (key === "Escape") open().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
});

/* On a phone the menu slides: where one is comes in sight. */
const here = document.querySelector(".masthead-nav [aria-current]"), menu = here?.closest("ul");
if (menu && menu.scrollWidth > menu.clientWidth) menu.scrollLeft = here.offsetLeft - menu.clientWidth / 3;

/* Counters: how much is left, or by how much it is too long. The server decides; nothing is cut. */
const count = (counter) => {
  const typed = document.getElementById(counter.dataset.counter);
  if (!typed) return;
  const rest = Number(typed.dataset.limit) - [...typed.value].length, n = Math.abs(rest);
  counter.classList.toggle("over", rest < 0);
  const told = { n, number: n.toLocaleString(language) };
  counter.textContent = rest < 0 ? say("too_many", told) : say("left", told);
};
const counters = (root) => $$("[data-counter]", root).forEach(count);
counters(document);
document.addEventListener("htmx:afterSwap", (event) => counters(event.target));
document.addEventListener("input", (event) => {
  const counter = event.target.id && document.querySelector(`[data-counter="${CSS.escape(event.target.id)}"]`);
  if (counter) count(counter);
  const form = event.target.closest("form[data-guard]");
  if (form) form.dataset.changed = "yes";
});

/* Unsaved text: the browser asks before it is lost. An autosave clears the mark once the server has answered. */
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-changed]")) event.preventDefault();
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest && event.target.closest("form[data-guard]");
  if (form && event.detail.successful) delete form.dataset.changed;
});
document.addEventListener("submit", (event) => {
  delete event.target.dataset.changed;
  if (event.target.matches("[data-sign-out]")) empty();
});
/* Going out leaves nothing of one's unsaved texts in this browser. */
const empty = () => {
  try {
    Object.keys(localStorage).filter((name) => name.startsWith("edsh/")).forEach((name) => {
      localStorage.removeItem(name);
    });
  } catch { /* nothing was kept */ }
};

/* A page that nobody looks at asks for nothing, and what a page asks by itself keeps nobody's session open. */
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target.matches("[hx-trigger*=every]")) event.preventDefault();
});
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.matches("[hx-trigger*=every]")) event.detail.headers["X-Portal-Alone"] = "1";
});

/* An error summary takes the focus, so that a screen reader starts there. */
document.querySelector("[data-focus]")?.focus();

window.portal = { signIn }; /* by hand, from the console */
