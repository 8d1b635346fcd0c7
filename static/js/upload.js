/* A large file goes in parts and takes up where it stopped (tus 1.0.0). Without scripts, or for a small file, the form sends it whole. */
(() => {
  "use strict";
  const box = document.querySelector("[data-resumable]"), form = document.querySelector("form[enctype]");
  if (!box || !form || !window.fetch || !File.prototype.slice) return;
  const english = document.documentElement.lang.startsWith("en"), say = (fr, en) => (english ? en : fr);
  const LEAST = 250_000, MOST = 2_000_000, PAUSES = [1, 2, 4, 8, 15, 30];
  const bar = box.querySelector("progress"), words = box.querySelector("[role=status]"), button = form.querySelector("button.button-main");
  const once = (method, url, headers, body) =>
    fetch(url, { method, body, credentials: "same-origin", redirect: "manual", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value, ...headers } });
  /* A session that ended on the way is opened again in place, and the file goes on from where it was. */
  const ask = async (method, url, headers = {}, body) => {
    const answer = await once(method, url, headers, body);
    if (answer.type !== "opaqueredirect" && answer.status !== 403) return answer;
    if (!(await window.portal.renew())) throw sentence(say("Votre session a expiré : envoyez de nouveau, le fichier reprendra où il s’est arrêté.", "Your session has ended: send again, the file will take up where it stopped."));
    return once(method, url, headers, body);
  };
  const wait = (seconds) => new Promise((done) => {
    const timer = setTimeout(done, seconds * 1000);
    addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
  });
  const keyOf = (file) => ["edsh/upload", box.dataset.resumable, file.name, file.size, file.lastModified].join("|");
  const kept = { get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* private windows */ } } };
  const sentence = (text) => { const error = new Error(text); error.told = true; return error; };

  const begin = async (file, key) => {
    const bytes = new TextEncoder().encode(file.name), name = btoa(String.fromCharCode(...bytes));
    const answer = await ask("POST", box.dataset.resumable, { "Upload-Length": file.size, "Upload-Metadata": `filename ${name}` });
    if (answer.status === 422 || answer.status === 507) throw sentence(await answer.text());
    if (answer.status !== 201) throw answer.status < 500 ? sentence(box.dataset.failed) : new Error("again");
    kept.set(key, answer.headers.get("Location"));
    return { where: answer.headers.get("Location"), offset: 0 };
  };
  const stand = async (file, key) => {
    const where = kept.get(key);
    if (!where) return begin(file, key);
    const answer = await ask("HEAD", where);
    if (answer.status === 404) return begin(file, key);
    if (!answer.ok) throw new Error("again");
    return { where, offset: Number(answer.headers.get("Upload-Offset")) };
  };
  const show = (offset, file) => {
    bar.hidden = false;
    words.className = "";
    const percent = Math.floor((100 * offset) / file.size);
    bar.value = percent;
    if (percent % 10 === 0) words.textContent = say(`Envoi : ${percent}\u00a0%`, `Sending: ${percent}%`);
  };
  const send = async (file, key) => {
    let { where, offset } = await stand(file, key), sent = false, size = 1_000_000; /* twice as much on a quick line, half on a slow one */
    while (!sent) {
      show(offset, file);
      const part = file.slice(offset, offset + size), began = performance.now();
      const answer = await ask("PATCH", where, { "Content-Type": "application/offset+octet-stream", "Upload-Offset": offset }, part);
      if (answer.status === 422) { kept.set(key, ""); throw sentence(await answer.text()); }
      if (answer.status === 507) throw sentence(await answer.text()); /* what has arrived is kept: sent again, it goes on */
      if (answer.status === 404) { kept.set(key, ""); throw new Error("again"); }
      if (!answer.ok && answer.status !== 409) throw answer.status < 500 ? sentence(box.dataset.failed) : new Error("again");
      const took = performance.now() - began;
      size = Math.min(MOST, Math.max(LEAST, took < 1000 ? size * 2 : took > 8000 ? size / 2 : size));
      offset = Number(answer.headers.get("Upload-Offset"));
      sent = answer.ok && offset === file.size;
    }
    kept.set(key, "");
  };

  form.addEventListener("submit", async (event) => {
    const file = form.querySelector("input[type=file]").files[0];
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
        if (error.told || tries > 40) {
          words.textContent = error.told ? error.message : box.dataset.failed;
          words.className = "notice notice-danger";
          bar.hidden = true;
          words.focus();
          button.disabled = false;
          return;
        }
        words.textContent = box.dataset.lost;
        await wait(PAUSES[Math.min(tries, PAUSES.length - 1)]);
      }
    }
  });
})();
