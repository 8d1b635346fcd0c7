/* A form leaves once: it is taken from the press until another page is there. Comes after the page's own scripts, which
   may keep a form from leaving. */
import { free, take } from "./taken.js";

addEventListener("submit", (event) => {
  if (!event.target.dataset.taken) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post" || event.defaultPrevented) return;
  take(form, event.submitter);
  setTimeout(() => { if (event.defaultPrevented) free(form); }); /* a script of the page sends it later, by itself */
});
/* A fragment is asked in place: taken until its answer, whatever it says. */
addEventListener("htmx:beforeSend", ({ target, detail }) => {
  if (target.matches("form[method=post]")) take(target, detail.requestConfig?.triggeringEvent?.submitter);
});
addEventListener("htmx:afterRequest", ({ target }) => { if (target.matches?.("form")) free(target); });
/* Back: the page that the browser had kept. */
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-taken]").forEach(free);
});
