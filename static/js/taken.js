/* A form that is leaving is taken: its buttons do nothing more, and say so. */
import { say } from "./say.js";

const LONGEST = 30000; /* a line cut, or the browser's own « stop »: the page is still there, its form may go again */

const buttons = (form) => [...form.elements].filter((one) => one.type === "submit");

export const free = (form) => {
  if (!form.dataset.taken) return;
  clearTimeout(Number(form.dataset.taken));
  delete form.dataset.taken;
  buttons(form).forEach((button) => button.removeAttribute("aria-disabled"));
  form.querySelector("[data-sending]")?.remove();
};

export const take = (form, button) => {
  if (form.dataset.taken) return;
  form.dataset.taken = setTimeout(() => free(form), LONGEST);
  buttons(form).forEach((one) => one.setAttribute("aria-disabled", "true"));
  const told = document.createElement("span");
  told.className = "sending";
  told.dataset.sending = "";
  told.setAttribute("role", "status");
  (button ?? buttons(form).at(-1))?.after(told);
  /* a status is read out when its words change, not when it comes with them */
  requestAnimationFrame(() => { told.textContent = say("sending"); });
};
