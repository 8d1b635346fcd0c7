/* Dialogs. A step's link leads to its confirmation page; with scripts, that page's body opens here instead. */
import { $$ } from "./dom.js";

export const dialog = (content, label) => {
  const box = document.createElement("dialog");
  box.setAttribute("aria-label", label);
  box.append(content);
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => {
    if (event.target !== box && !event.target.closest("[data-dialog-close]")) return;
    event.preventDefault();
    box.close();
  });
  document.body.append(box);
  box.showModal();
};

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-confirm]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const body = answer.ok && !answer.redirected && page.querySelector("[data-confirm-body]");
    if (!body) throw new Error("unconfirmed");
    $$("form", body).forEach((form) => { if (!form.getAttribute("action")) form.action = link.href; });
    dialog(document.adoptNode(body), link.textContent.trim());
  } catch { location.href = link.href; }
});
