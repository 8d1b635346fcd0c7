/* Who else is here. */
import { say } from "../say.js";
import { place } from "./page.js";

const present = document.querySelector("[data-present]");
let company = true;

export const accompanied = () => company;
export const attend = (people) => {
  company = people.length > 0;
  if (!present) return;
  const names = (at) => people.filter((one) => (one.place === place) === at).map((one) => one.who).join(", ");
  const here = names(true), elsewhere = names(false), parts = [];
  if (here) parts.push(say("also_here", { names: here }));
  if (elsewhere) parts.push(say("elsewhere", { names: elsewhere }));
  const text = parts.join(" ");
  if (present.textContent !== text) present.textContent = text;
};
