/* A session that ended: the sign-in form opens in place, and what is on the page stays. */
import { $$, make } from "./dom.js";
import { say } from "./say.js";
import { free, take } from "./taken.js";

const STILL_THERE = 300000;
const { signIn: door, session, person } = document.body.dataset;

/* A fresh key for the forms of this page, once somebody is in (asked to, if `asks`). False: nobody is, or somebody
   else. */
export const renew = async (asks = true) => {
  const answer = await fetch(session, { credentials: "same-origin" });
  if (!answer.ok) return true;
  const { person: found, key } = await answer.json();
  if (found === null) return asks ? signIn() : false;
  if (String(found) !== person) { location.reload(); return false; }
  $$("input[name=csrfmiddlewaretoken]").forEach((input) => { input.value = key; });
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": key }));
  return true;
};

let asking = null;
export const signIn = () => (asking ??= ask().finally(() => { asking = null; }));

const ask = () => new Promise((done) => {
  const box = document.createElement("dialog");
  box.setAttribute("aria-label", say("sign_in_again"));
  box.addEventListener("close", () => { box.remove(); done(box.returnValue === "in" && renew(false)); });
  document.body.append(box);
  box.showModal();
  fetch(door, { credentials: "same-origin" }).then((answer) => fillBox(box, answer)).catch(() => box.close());
});

const fillBox = async (box, answer) => {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const form = $$("main form", page).find((one) => one.querySelector("input[type=password]"));
  if (!form) { box.close("in"); return; } /* signed in elsewhere, in the meantime */
  const wrong = $$("main .error-summary", page).map((one) => document.adoptNode(one));
  const title = make("h1", say("sign_in_again")), why = make("p", say("session_ended"));
  box.replaceChildren(title, why, ...wrong, document.adoptNode(form));
  box.querySelector("input:not([type=hidden])")?.focus();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(form);
    const answered = await fetch(door, { method: "POST", credentials: "same-origin", redirect: "manual", body });
    if (answered.type === "opaqueredirect") box.close("in"); else await fillBox(box, answered);
  });
};

/* Whoever types on a page for long is still there, though nothing is sent. */
let heard = performance.now();
addEventListener("input", () => {
  if (!person || performance.now() - heard < STILL_THERE) return;
  heard = performance.now();
  fetch(session, { credentials: "same-origin" }).catch(() => {});
});

/* What was typed or chosen leaves this page only for somebody who is still in. */
let going = false;
addEventListener("submit", async (event) => {
  const form = event.target, button = event.submitter;
  if (going || !door || !form.matches("main [data-guard]:not([data-writing]), main [enctype]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.going) return;
  form.dataset.going = "yes";
  take(form, button);
  const open = await renew().catch(() => true);
  free(form);
  delete form.dataset.going;
  if (!open) return;
  going = true;
  form.requestSubmit(button);
  going = false;
}, true);
