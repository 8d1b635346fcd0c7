/* To find words in the dossier beside the grid: each is shown where it stands, what is folded opens. */
import { $$ } from "./dom.js";
import { say } from "./say.js";

const box = document.querySelector("[data-find]");
const input = box.querySelector("input"), told = box.querySelector("output");
const pane = document.getElementById(box.dataset.find);
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
let found = [], at = -1, words = "";

/* A letter with its accent is one character of the page and one of what is compared. */
const ranges = (wanted) => {
  const walker = document.createTreeWalker(pane, NodeFilter.SHOW_TEXT), all = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, text = [...node.data.normalize("NFC")].map((one) => plain(one)[0] ?? one).join("");
    if (text.length !== node.data.length || box.contains(node)) continue;
    for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
      const range = new Range();
      range.setStart(node, from);
      range.setEnd(node, from + wanted.length);
      all.push(range);
    }
  }
  return all;
};
const mark = () => {
  if (!globalThis.Highlight) return;
  CSS.highlights.set("found", new Highlight(...found));
  CSS.highlights.set("found-at", new Highlight(...found.slice(at, at + 1)));
};
const show = () => {
  mark();
  told.textContent = !words ? "" : found.length ? say("found", { n: at + 1, of: found.length }) : say("found_nothing");
  const holder = found[at]?.startContainer.parentElement;
  if (!holder) return;
  $$("details", pane).filter((one) => one.contains(holder)).forEach((one) => { one.open = true; });
  holder.scrollIntoView({ block: "center" });
};
input.addEventListener("input", () => {
  words = plain(input.value.trim());
  found = words.length > 1 ? ranges(words) : [];
  at = found.length ? 0 : -1;
  show();
});
input.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !found.length) return;
  event.preventDefault();
  at = (at + (event.shiftKey ? found.length - 1 : 1)) % found.length;
  show();
});
