/* PDF pieces read in the page: pdf.js comes with the first that is opened, and draws the bytes of the unchanged address
   (an attachment, sandboxed: the browser's own reader may not). The other pieces are downloaded. */
import { $$, button, make } from "./dom.js";
import { say } from "./say.js";

const list = document.querySelector("[data-reader]");
const WIDEST = 1100; /* px of a page as it is drawn */

const library = async () => {
  const pdf = await import(list.dataset.reader);
  pdf.GlobalWorkerOptions.workerSrc = list.dataset.worker;
  return pdf;
};
const bytes = async (address) => {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(say("piece_shut"));
  return answer.arrayBuffer();
};
/* A page is drawn when it comes in sight, and says its text to who does not see it. */
const draw = async (held, number, box) => {
  const page = await held.getPage(number), natural = page.getViewport({ scale: 1 });
  const viewport = page.getViewport({ scale: Math.min(WIDEST, box.clientWidth * devicePixelRatio) / natural.width });
  const canvas = box.querySelector("canvas"), text = await page.getTextContent();
  canvas.width = viewport.width;
  canvas.height = viewport.height;
  box.append(make("p", text.items.map((item) => item.str).join(" ")));
  box.lastChild.className = "sr";
  await page.render({ canvasContext: canvas.getContext("2d"), viewport }).promise;
};
const pagesOf = (held) => {
  const come = (entries) => entries.filter((one) => one.isIntersecting).forEach(({ target }) => {
    seen.unobserve(target);
    draw(held, Number(target.dataset.page), target);
  });
  const seen = new IntersectionObserver(come, { rootMargin: "400px" });
  return Array.from({ length: held.numPages }, (_none, at) => {
    const box = make("figure", "", make("canvas", ""));
    box.dataset.page = at + 1;
    box.setAttribute("aria-label", say("page", { n: at + 1, of: held.numPages }));
    seen.observe(box);
    return box;
  });
};
const open = async (asked) => {
  const shown = make("section", "", make("p", say("piece_coming")));
  shown.className = "reading";
  shown.setAttribute("aria-label", asked.dataset.name);
  const shut = button(say("piece_close"), () => { shown.remove(); asked.hidden = false; asked.focus(); });
  asked.hidden = true;
  asked.closest("li").append(shown);
  shown.prepend(shut);
  shut.focus();
  try {
    const [pdf, data] = await Promise.all([library(), bytes(asked.dataset.read)]);
    const held = await pdf.getDocument({ data, isEvalSupported: false }).promise;
    shown.replaceChildren(shut, ...pagesOf(held));
  } catch (failure) {
    shown.replaceChildren(shut, make("p", failure instanceof Error && failure.message === say("piece_shut")
      ? failure.message : say("piece_unread")));
  }
};
$$("[data-read]", list).forEach((one) => { one.addEventListener("click", () => open(one)); });
