/* Texts of other pages of this dossier that the server refuses: shown, to be copied; only the person lets them go. */
import { button, make } from "../dom.js";
import { say } from "../say.js";
import { cards, holder } from "./page.js";
import { forget, kept } from "./shelf.js";

export const stranded = new Set();

const copying = (text) => button(say("copy"), async ({ target }) => {
  text.select();
  await navigator.clipboard?.writeText(text.value).catch(() => {});
  target.textContent = say("copied");
});
export const strand = (key, label, sentence) => {
  if (stranded.has(key) || !kept(key)) return;
  stranded.add(key);
  const about = make("h2", label ? say("stranded_of", { label }) : say("stranded"));
  about.id = `stranded-${stranded.size}`;
  const text = make("textarea", kept(key).text);
  text.readOnly = true;
  text.rows = 4;
  text.setAttribute("aria-label", about.textContent);
  const actions = make("div", "", copying(text), button(say("erase"), () => { forget(key); box.remove(); }));
  actions.className = "actions";
  const box = make("section", "", about, make("p", sentence), text, actions);
  box.setAttribute("aria-labelledby", about.id);
  box.className = "stranded";
  box.dataset.stranded = key;
  (cards ?? holder).before(box);
};
