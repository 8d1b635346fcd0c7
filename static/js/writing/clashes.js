/* Two texts that met: the card the server drew, kept while one types in it. */
import { $$ } from "../dom.js";
import { fields, take } from "./fields.js";
import { cards, person } from "./page.js";
import { tell } from "./status.js";

/* The numbers of the cards that are here. */
export const shown = () => (cards ? $$("[data-clash]", cards).map((card) => Number(card.dataset.clash)) : []);

const lock = (field, locked) => {
  field.locked = locked;
  field.inputs.forEach((input) => { input.readOnly = locked; });
};
const arrive = (pk, html) => {
  const card = new DOMParser().parseFromString(html, "text/html").querySelector("[data-clash]");
  const before = cards.querySelector(`[data-clash="${pk}"]`);
  if (before?.dataset.stamp === card.dataset.stamp) return;
  const merged = before?.querySelector("textarea");
  if (merged && merged.value !== merged.defaultValue) card.querySelector("textarea").value = merged.value;
  if (before) before.replaceWith(document.adoptNode(card)); else cards.append(document.adoptNode(card));
  const field = fields.get(card.dataset.of);
  if (!field || card.dataset.by !== person) return;
  lock(field, true);
  card.scrollIntoView({ block: "nearest" });
};
const leave = (card, sentence) => {
  const field = fields.get(card.dataset.of);
  card.remove();
  if (sentence) tell(sentence);
  if (!field?.locked || card.dataset.by !== person) return;
  lock(field, false);
  if (field.newer) take(field, field.newer);
};
/* `clashes`: the cards that stand now; `settled`: what is said of those that are over. */
export const meet = (clashes, settled) => {
  if (!cards) return;
  Object.entries(clashes).forEach(([pk, html]) => arrive(pk, html));
  $$("[data-clash]", cards).filter((card) => !(card.dataset.clash in clashes)).forEach((card) => {
    leave(card, settled[card.dataset.clash]);
  });
};
