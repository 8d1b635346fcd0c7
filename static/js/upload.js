/* A large file goes in parts and takes up where it stopped (tus 1.0.0). Without scripts, or for a small file, the form
   sends it whole. */
import { language, say } from "./say.js";
import { renew } from "./session.js";

const LEAST = 250_000, MOST = 2_000_000, FIRST = 1_000_000, PAUSES = [1, 2, 4, 8, 15, 30], TRIES = 40;
const box = document.querySelector("[data-resumable]"), form = document.querySelector("form[enctype]");
const begins = box.dataset.resumable;

/* ── the line ── */
const once = (method, url, headers, body) => {
  const key = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const told = { "Tus-Resumable": "1.0.0", "X-CSRFToken": key, ...headers };
  return fetch(url, { method, body, credentials: "same-origin", redirect: "manual", headers: told });
};
/* What a person is told, and no other try is made. */
const sentence = (text) => Object.assign(new Error(text), { told: true });
/* A session that ended on the way is opened again in place, and the file goes on from where it was. */
const ask = async (method, url, headers = {}, body) => {
  const answer = await once(method, url, headers, body);
  if (answer.type !== "opaqueredirect" && answer.status !== 403) return answer;
  if (!(await renew())) throw sentence(say("upload_session_ended"));
  return once(method, url, headers, body);
};
const wait = (seconds) => new Promise((done) => {
  const timer = setTimeout(done, seconds * 1000);
  addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
});

/* ── where each file stands, kept in this browser ── */
const keyOf = (file) => ["edsh/upload", begins, file.name, file.size, file.lastModified].join("|");
const kept = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const keep = (key, where) => { try { localStorage.setItem(key, where); } catch { /* private windows */ } };
const forget = (key) => { try { localStorage.removeItem(key); } catch { /* private windows */ } };

/* ── one file ── */
const again = (answer) => (answer.status < 500 ? sentence(say("upload_failed")) : new Error("again"));
const begin = async (file, key) => {
  const bytes = new TextEncoder().encode(file.name), name = btoa(String.fromCharCode(...bytes));
  const headers = { "Upload-Length": file.size, "Upload-Metadata": `filename ${name}` };
  const answer = await ask("POST", begins, headers);
  if (answer.status === 422 || answer.status === 507) throw sentence(await answer.text());
  if (answer.status !== 201) throw again(answer);
  keep(key, answer.headers.get("Location"));
  return { where: answer.headers.get("Location"), offset: 0 };
};
const stand = async (file, key) => {
  const where = kept(key);
  if (!where) return begin(file, key);
  const answer = await ask("HEAD", where);
  if (answer.status === 404) return begin(file, key);
  if (!answer.ok) throw new Error("again");
  return { where, offset: Number(answer.headers.get("Upload-Offset")) };
};
const refused = async (answer, key) => {
  if (answer.status === 422 || answer.status === 404) forget(key);
  if (answer.status === 404) throw new Error("again");
  if (answer.status === 422 || answer.status === 507) throw sentence(await answer.text()); /* 507: what came is kept */
  if (!answer.ok && answer.status !== 409) throw again(answer);
};
/* Twice as much on a quick line, half on a slow one. */
const next = (size, took) => Math.min(MOST, Math.max(LEAST, took < 1000 ? size * 2 : took > 8000 ? size / 2 : size));
const send = async (file, key) => {
  let { where, offset } = await stand(file, key), sent = false, size = FIRST;
  while (!sent) {
    show(offset, file);
    const part = file.slice(offset, offset + size), began = performance.now();
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": offset };
    const answer = await ask("PATCH", where, headers, part);
    await refused(answer, key);
    size = next(size, performance.now() - began);
    offset = Number(answer.headers.get("Upload-Offset"));
    sent = answer.ok && offset === file.size;
  }
  forget(key);
};

/* ── what the person sees ── */
const bar = box.querySelector("progress"), words = box.querySelector("[role=status]");
const share = new Intl.NumberFormat(language, { style: "percent" });
const show = (offset, file) => {
  bar.hidden = false;
  words.className = "";
  const percent = Math.floor((100 * offset) / file.size);
  bar.value = percent;
  if (percent % 10 === 0) words.textContent = say("sent", { percent: share.format(percent / 100) });
};
const complain = (text) => {
  words.textContent = text;
  words.className = "notice notice-danger";
  bar.hidden = true;
  words.focus();
};

form.addEventListener("submit", async (event) => {
  const file = form.querySelector("input[type=file]").files[0], button = form.querySelector("button.button-main");
  if (!file || file.size <= Number(box.dataset.from)) return;
  event.preventDefault();
  box.hidden = false;
  button.disabled = true;
  for (let tries = 0; ; tries += 1) {
    try {
      await send(file, keyOf(file));
      location.href = box.dataset.done;
      return;
    } catch (error) {
      if (error.told || tries > TRIES) {
        complain(error.told ? error.message : say("upload_failed"));
        button.disabled = false;
        return;
      }
      words.textContent = say("line_lost");
      await wait(PAUSES[Math.min(tries, PAUSES.length - 1)]);
    }
  }
});
