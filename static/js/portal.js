/* What the pages gain when scripts run: a ticking clock, menus, counters, a dialog before a step, a guard on unsaved text. */
(() => {
  "use strict";
  const english = document.documentElement.lang.startsWith("en");
  const say = (fr, en) => (english ? en : fr);
  const nb = "\u00a0";
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* Server time: the distance between the two clocks is measured once, at load; the page's own clock only counts seconds. */
  const began = performance.now();
  const left = (ms) => {
    const s = Math.floor(ms / 1000), d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
    if (d) return d + nb + (d > 1 ? say("jours", "days") : say("jour", "day")) + (h ? " " + h + nb + "h" : "");
    return h ? h + nb + "h " + m + nb + "min" : m + nb + "min " + (s % 60) + nb + "s";
  };
  const hour = new Intl.DateTimeFormat("fr-FR", { timeZone: "Europe/Paris", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const clock = document.querySelector("[data-clock]");
  const serverNow = () => (clock ? Date.parse(clock.dataset.now) + performance.now() - began : Date.now());
  const tick = () => $$("[data-clock]").forEach((clock) => {
    const shown = clock.querySelector("[data-clock-now]"), rest = clock.querySelector("[data-clock-left]");
    if (!shown) return;
    const now = serverNow(), ms = Date.parse(clock.dataset.closes) - now;
    shown.textContent = hour.format(now);
    rest.textContent = ms > 0 ? left(ms) : say("clos", "closed");
    clock.classList.toggle("clock-soon", ms < 86400000);
  });
  if (clock) { tick(); setInterval(tick, 1000); }

  /* A menu of the masthead closes on Escape, and when one goes elsewhere. */
  const open = () => $$("[data-menu][open]");
  ["click", "focusin"].forEach((name) => document.addEventListener(name, ({ target }) => open().forEach((menu) => { menu.open = menu.contains(target); })));
  addEventListener("keydown", ({ key }) => { if (key === "Escape") open().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); }); });

  /* On a phone the menu slides: where one is comes in sight. */
  const here = document.querySelector(".masthead-nav [aria-current]"), menu = here?.closest("ul");
  if (menu && menu.scrollWidth > menu.clientWidth) menu.scrollLeft = here.offsetLeft - menu.clientWidth / 3;

  /* Counters: how much is left, or by how much it is too long. The server decides; nothing is cut. */
  const count = (counter) => {
    const typed = document.getElementById(counter.dataset.counter);
    if (!typed) return;
    const rest = Number(typed.dataset.limit) - [...typed.value].length;
    const number = Math.abs(rest).toLocaleString(english ? "en-GB" : "fr-FR");
    counter.classList.toggle("over", rest < 0);
    const s = Math.abs(rest) > 1 ? "s" : "";
    counter.textContent = rest < 0
      ? say(`${number} caractère${s} de trop`, `${number} character${s} too many`)
      : say(`Encore ${number} caractère${s}`, `${number} character${s} left`);
  };
  const counters = (root) => $$("[data-counter]", root).forEach(count);
  counters(document);
  document.addEventListener("input", (event) => {
    const counter = event.target.id && document.querySelector(`[data-counter="${CSS.escape(event.target.id)}"]`);
    if (counter) count(counter);
    const form = event.target.closest("form[data-guard]");
    if (form) form.dataset.changed = "yes";
  });

  /* ── a session that ended: the sign-in form opens in place, and what is on the page stays ── */
  const { signIn: door, session, person } = document.body.dataset;
  /* A fresh key for the forms of this page, once somebody is in (asked to, if `asks`). False: nobody is, or somebody else. */
  const renew = async (asks = true) => {
    const answer = await fetch(session, { credentials: "same-origin" });
    if (!answer.ok) return true;
    const { person: found, key } = await answer.json();
    if (found === null) return asks ? signIn() : false;
    if (String(found) !== person) { location.reload(); return false; }
    $$("input[name=csrfmiddlewaretoken]").forEach((input) => { input.value = key; });
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": key }));
    return true;
  };
  /* Whoever types on a page for long is still there, though nothing is sent. */
  const STILL_THERE = 300000;
  let heard = performance.now();
  addEventListener("input", () => {
    if (!person || performance.now() - heard < STILL_THERE) return;
    heard = performance.now();
    fetch(session, { credentials: "same-origin" }).catch(() => {});
  });
  let asking = null;
  const signIn = () => (asking ??= ask().finally(() => { asking = null; }));
  const ask = () => new Promise((done) => {
    const box = document.createElement("dialog");
    box.setAttribute("aria-label", say("Se connecter de nouveau", "Sign in again"));
    box.addEventListener("close", () => { box.remove(); done(box.returnValue === "in" && renew(false)); });
    document.body.append(box);
    box.showModal();
    fetch(door, { credentials: "same-origin" }).then((answer) => fillBox(box, answer)).catch(() => box.close());
  });
  const fillBox = async (box, answer) => {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const form = $$("main form", page).find((one) => one.querySelector("input[type=password]"));
    if (!form) { box.close("in"); return; } /* signed in elsewhere, in the meantime */
    const title = document.createElement("h1"), why = document.createElement("p");
    title.textContent = say("Se connecter de nouveau", "Sign in again");
    why.textContent = say(
      "Votre session a expiré. Votre texte est toujours dans cette page : il sera envoyé dès la connexion.",
      "Your session has ended. Your text is still on this page: it will be sent as soon as you sign in.");
    box.replaceChildren(title, why, ...$$("main .error-summary", page).map((one) => document.adoptNode(one)), document.adoptNode(form));
    box.querySelector("input:not([type=hidden])")?.focus();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const answered = await fetch(door, { method: "POST", credentials: "same-origin", redirect: "manual", body: new FormData(form) });
      if (answered.type === "opaqueredirect") box.close("in"); else await fillBox(box, answered);
    });
  };

  /* What was typed or chosen leaves this page only for somebody who is still in. */
  let going = false;
  addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter;
    if (going || !door || !form.matches("main [data-guard]:not([data-writing]), main [enctype]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.dataset.going) return;
    form.dataset.going = "yes";
    const free = window.portal.take(form, button);
    const open = await renew().catch(() => true);
    free();
    delete form.dataset.going;
    if (!open) return;
    going = true;
    form.requestSubmit(button);
    going = false;
  }, true);

  /* Unsaved text: the browser asks before it is lost. An autosave clears the mark once the server has answered. */
  document.addEventListener("submit", (event) => { delete event.target.dataset.changed; });
  /* Going out leaves nothing of one's unsaved texts in this browser. */
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) try { Object.keys(localStorage).filter((name) => name.startsWith("edsh/")).forEach((name) => localStorage.removeItem(name)); } catch { /* nothing was kept */ }
  });
  /* A page that nobody looks at asks for nothing. */
  document.addEventListener("htmx:beforeRequest", (event) => { if (document.hidden && event.target.matches("[hx-trigger*=every]")) event.preventDefault(); });
  /* What a page asks by itself keeps nobody's session open. */
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.matches("[hx-trigger*=every]")) event.detail.headers["X-Portal-Alone"] = "1";
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest && event.target.closest("form[data-guard]");
    if (form && event.detail.successful) delete form.dataset.changed;
  });
  addEventListener("beforeunload", (event) => { if (document.querySelector("form[data-changed]")) event.preventDefault(); });
  document.addEventListener("htmx:afterSwap", (event) => counters(event.target));

  /* An error summary takes the focus, so that a screen reader starts there. */
  const focus = document.querySelector("[data-focus]");
  if (focus) focus.focus();

  /* Dialogs. A step's link leads to its confirmation page; with scripts, that page's body opens here instead. */
  const dialog = (content, label) => {
    const box = document.createElement("dialog");
    box.setAttribute("aria-label", label);
    box.append(content);
    box.addEventListener("close", () => box.remove());
    box.addEventListener("click", (event) => {
      if (event.target === box || event.target.closest("[data-dialog-close]")) { event.preventDefault(); box.close(); }
    });
    document.body.append(box);
    box.showModal();
    return box;
  };
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-confirm]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    try {
      const answer = await fetch(link.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const body = answer.ok && !answer.redirected && page.querySelector("[data-confirm-body]");
      if (!body) throw new Error("no confirmation there");
      $$("form", body).forEach((form) => { if (!form.getAttribute("action")) form.action = link.href; });
      dialog(document.adoptNode(body), link.textContent.trim());
    } catch { location.href = link.href; }
  });

  window.portal = { now: serverNow, renew, signIn, dialog, say }; /* for the scripts of one page */
})();
