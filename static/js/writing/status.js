/* What the person is told: in the bar of the form, and beside each field. */
import { $$, make } from "../dom.js";
import { say } from "../say.js";
import { holder } from "./page.js";

const status = document.querySelector("[data-saved]");
let told = status?.textContent ?? "";

export const tell = (text) => {
  if (!status) return;
  told = text;
  status.textContent = text;
  status.classList.remove("error-text");
};
export const complain = (text, ...more) => {
  if (!status) return;
  status.textContent = text;
  status.append(...more);
  status.classList.add("error-text");
};
/* A complaint that holds no more: what was told before it stands again. */
export const calm = (text) => {
  if (status?.textContent === text) tell(told);
};

const called = (input) => {
  const heads = (input.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id));
  return input.labels[0]?.textContent ?? heads.map((head) => head?.textContent).filter(Boolean).join(", ");
};
/* Beside its field; of a cell, under its grid, with its name. No sentence: what was there goes. */
export const beside = (field, sentence) => {
  const [input] = field.inputs, box = input.closest(".field, td") ?? holder;
  const under = input.closest("td") && holder.querySelector("[data-faults]");
  const before = $$(under ? `[data-fault="${input.name}"]` : ".error-message", under ? holder : box);
  box.classList.toggle("error", Boolean(sentence));
  /* the page that came back says it already */
  if (under && sentence && before.some((one) => one.matches("li"))) return;
  before.forEach((one) => one.remove());
  if (!sentence) return;
  const said = make("div", under ? say("of_a_cell", { cell: called(input), sentence }) : sentence);
  said.className = "error-message";
  said.setAttribute("role", "alert");
  if (under) said.dataset.fault = input.name;
  (under || box).append(said);
};
