/* A form leaves once: from the press until another page is there, its buttons are taken, and say so. */
(() => {
  "use strict";
  const say = (fr, en) => (document.documentElement.lang.startsWith("en") ? en : fr);
  const LONGEST = 30000; /* a line that was cut, or the browser's own « stop »: the page is still there, and its form may go again */

  const buttons = (form) => [...form.elements].filter((one) => one.type === "submit");
  const free = (form) => {
    if (!form.dataset.taken) return;
    clearTimeout(Number(form.dataset.taken));
    delete form.dataset.taken;
    buttons(form).forEach((button) => button.removeAttribute("aria-disabled"));
    form.querySelector("[data-sending]")?.remove();
  };
  const take = (form, button) => {
    if (form.dataset.taken) return;
    form.dataset.taken = setTimeout(() => free(form), LONGEST);
    buttons(form).forEach((one) => one.setAttribute("aria-disabled", "true"));
    const told = document.createElement("span");
    told.className = "sending";
    told.dataset.sending = "";
    told.setAttribute("role", "status");
    (button ?? buttons(form).at(-1))?.after(told);
    /* a status is read out when its words change, not when it comes with them */
    requestAnimationFrame(() => { told.textContent = say("Envoi en cours…", "Sending…"); });
  };

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
  addEventListener("htmx:beforeSend", (event) => {
    if (event.target.matches("form[method=post]")) take(event.target, event.detail.requestConfig?.triggeringEvent?.submitter);
  });
  addEventListener("htmx:afterRequest", (event) => { if (event.target.matches?.("form")) free(event.target); });
  /* For a script that has something to ask before the form leaves. */
  window.portal.take = (form, button) => { take(form, button); return () => free(form); };
  /* Back: the page that the browser had kept. */
  addEventListener("pageshow", (event) => { if (event.persisted) document.querySelectorAll("form[data-taken]").forEach(free); });
})();
