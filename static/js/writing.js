/* Writing together: each field is saved as one types, over the version that was read; what is not yet saved waits in this browser. */
(() => {
  "use strict";
  const holder = document.querySelector("[data-writing]");
  if (!holder) return;
  const english = document.documentElement.lang.startsWith("en");
  const say = (fr, en) => (english ? en : fr);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const { writing: url, reference, person, place } = holder.dataset;
  const IDLE = 1000, BEAT = 5000, MOST = 200, FIRST_RETRY = 1000, LONGEST_RETRY = 15000;
  const status = document.querySelector("[data-saved]"), present = document.querySelector("[data-present]"), cards = document.querySelector("[data-clashes]");
  const hour = new Intl.DateTimeFormat("fr-FR", { timeZone: "Europe/Paris", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  let known = Number(holder.dataset.known || 0);

  /* ── the fields of this page ── */
  const fields = new Map();
  const reads = holder.querySelector("input[name=reads]"), stem = holder.dataset.stem;
  if (stem) { /* a grid: the key of a cell is the stem and its name */
    const versions = JSON.parse(reads.value || "{}");
    $$("input[name]:not([type=hidden]), select[name]", holder).forEach((input) => { input.dataset.key = stem + input.name; input.dataset.version = versions[stem + input.name] ?? 0; });
  }
  $$("[data-key]", holder).forEach((input) => {
    const key = input.dataset.key;
    if (!fields.has(key)) fields.set(key, { key, inputs: [], version: Number(input.dataset.version), locked: false, refused: null, newer: null, doubt: false });
    fields.get(key).inputs.push(input);
  });
  const clean = (text) => text.replace(/\r\n?/g, "\n").trim();
  const typed = (field) => {
    const [first] = field.inputs;
    if (first.type === "radio") return field.inputs.find((input) => input.checked)?.value ?? "";
    if (first.type === "checkbox") {
      const held = field.inputs.filter((input) => input.checked).map((input) => input.value);
      return (held.every((one) => /^\d+$/.test(one)) ? held.sort((a, b) => a - b) : held).join(",");
    }
    return clean(first.value);
  };
  const show = (field, text) => {
    const [first] = field.inputs;
    first.closest("details")?.setAttribute("open", ""); /* what is folded opens for what is written in it */
    if (first.type === "radio") field.inputs.forEach((input) => { input.checked = input.value === text; });
    else if (first.type === "checkbox") field.inputs.forEach((input) => { input.checked = text.split(",").includes(input.value); });
    else if (clean(first.value) !== text) {
      const { selectionStart, selectionEnd } = first;
      first.value = text;
      if (document.activeElement === first && selectionStart !== null && first.setSelectionRange) first.setSelectionRange(selectionStart, selectionEnd);
      first.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "shown" }));
    }
  };
  /* After a refusal the page shows what was typed; what is saved comes beside it. */
  const saved = holder.dataset.held ? JSON.parse(holder.dataset.held) : null;
  fields.forEach((field) => { field.held = saved ? saved[field.key] ?? "" : typed(field); });
  /* In doubt: a save left and nothing has said what became of it; even what is put back as it was has to be sent. */
  const unsaved = (field) => !field.locked && (field.doubt || typed(field) !== field.held);
  const changed = (field) => unsaved(field) && typed(field) !== field.refused;
  const tellReads = () => { if (reads) reads.value = JSON.stringify(Object.fromEntries([...fields].map(([key, field]) => [key, field.version]))); };

  /* ── what waits in this browser: of this person and this dossier alone ── */
  const shelf = `edsh/${person}/${reference}/`;
  const kept = (key) => { try { return JSON.parse(localStorage.getItem(shelf + key)); } catch { return null; } };
  const keep = (key, text, read) => {
    const before = kept(key);
    const follows = before && before.read === read ? before : null; /* the same page, or one that it leads back to */
    return put(key, follows?.text === text ? follows : { text, read, id: crypto.randomUUID(), sent: follows?.sent ?? [] });
  };
  const put = (key, entry) => {
    try { localStorage.setItem(shelf + key, JSON.stringify(entry)); } catch { complain(say("Ce navigateur ne peut rien garder : ne fermez pas cette page avant l’enregistrement.", "This browser cannot keep anything: do not close this page before it is saved.")); }
    return entry;
  };
  const forget = (key) => { try { localStorage.removeItem(shelf + key); } catch { /* nothing was kept */ } };
  const waiting = () => { try { return Object.keys(localStorage).filter((name) => name.startsWith(shelf)).map((name) => name.slice(shelf.length)); } catch { return []; } };

  /* ── what the person is told ── */
  const tell = (text) => { if (status) { status.textContent = text; status.classList.remove("error-text"); } };
  const complain = (text) => { if (status) { status.textContent = text; status.classList.add("error-text"); } };
  const make = (tag, text, ...more) => { const one = document.createElement(tag); one.textContent = text; one.append(...more); return one; };
  const button = (text, act) => { const one = make("button", text); one.type = "button"; one.className = "button-2"; one.addEventListener("click", act); return one; };
  const called = (input) => {
    const heads = (input.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id));
    return input.labels[0]?.textContent ?? heads.map((head) => head?.textContent).filter(Boolean).join(", ");
  };
  /* Beside its field; of a cell, under its grid, with its name. */
  const beside = (field, sentence) => {
    const [input] = field.inputs, box = input.closest(".field, td") ?? holder;
    const under = input.closest("td") && holder.querySelector("[data-faults]");
    const before = $$(under ? `[data-fault="${input.name}"]` : ".error-message", under ? holder : box);
    box.classList.toggle("error", Boolean(sentence));
    if (under && sentence && before.some((one) => one.matches("li"))) return; /* the page that came back says it already */
    before.forEach((one) => one.remove());
    if (!sentence) return;
    const said = make("div", under ? `${called(input)}${say(" : ", ": ")}${sentence}` : sentence);
    said.className = "error-message";
    said.setAttribute("role", "alert");
    if (under) said.dataset.fault = input.name;
    (under || box).append(said);
  };

  /* ── texts of other pages of this dossier that the server refuses: shown, to be copied; only the person lets them go ── */
  const stranded = new Set();
  const strand = (key, label, sentence) => {
    if (stranded.has(key) || !kept(key)) return;
    stranded.add(key);
    const text = make("textarea", kept(key).text), about = make("h2", label ? say(`Texte non enregistré : ${label}`, `Text not saved: ${label}`) : say("Texte non enregistré", "Text not saved"));
    const box = make("section", "", about, make("p", sentence), text);
    const copy = button(say("Copier le texte", "Copy the text"), async () => { text.select(); await navigator.clipboard?.writeText(text.value).catch(() => {}); copy.textContent = say("Copié", "Copied"); });
    const drop = button(say("Effacer de ce navigateur", "Erase from this browser"), () => { forget(key); box.remove(); });
    text.readOnly = true;
    text.rows = 4;
    text.setAttribute("aria-label", about.textContent);
    about.id = `stranded-${stranded.size}`;
    box.setAttribute("aria-labelledby", about.id);
    box.className = "stranded";
    box.dataset.stranded = key;
    const actions = make("div", "", copy, drop);
    actions.className = "actions";
    box.append(actions);
    (cards ?? holder).before(box);
  };

  /* ── one exchange at a time ── */
  let flying = null, again = false, timer = null, retry = FIRST_RETRY, failedAt = null, closed = false, refreshed = false, declined = false;
  const batch = () => {
    const saves = new Map();
    fields.forEach((field) => { if (changed(field)) saves.set(field.key, keep(field.key, typed(field), field.version)); });
    waiting().filter((key) => !fields.has(key) && !stranded.has(key)).forEach((key) => { const entry = kept(key); if (entry) saves.set(key, entry); });
    return new Map([...saves].slice(0, MOST)); /* the others go with the next exchange */
  };
  /* What leaves is noted: if its answer is lost, what is typed next says which saves it goes on from, and meets nobody. */
  const leave = ([key, { text, read, id, sent = [] }]) => {
    if (fields.has(key)) fields.get(key).doubt = true;
    put(key, { text, read, id, sent: [...new Set([...sent, id])].slice(-20) });
    return { key, text, read, id, after: sent };
  };
  const exchange = async (keepalive = false) => {
    if (closed) return false;
    if (flying) { again = true; return flying; }
    clearTimeout(timer);
    const saves = batch();
    const body = JSON.stringify({ place: place ?? "", known, keys: stem ? [stem] : [...fields.keys()], cards: cards ? $$("[data-clash]", cards).map((card) => Number(card.dataset.clash)) : [], saves: [...saves].map(leave) });
    flying = post(body, keepalive && body.length < 60000, !saves.size).then((answer) => heard(answer, saves)).catch((failure) => failed(failure)).finally(() => { flying = null; });
    const done = await flying;
    if (again) { again = false; return exchange(); }
    plan(done);
    return done;
  };
  /* Who types stays in; a page that only listens says so, and its session may end. */
  const post = (body, keepalive, alone) => fetch(url, {
    method: "POST", credentials: "same-origin", redirect: "manual", keepalive, body,
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "",
      ...(alone && { "X-Portal-Alone": "1" }),
    },
  });
  const plan = (done) => {
    clearTimeout(timer);
    if (closed) return;
    const wait = !done ? retry : [...fields.values()].some(changed) ? IDLE : document.hidden ? 4 * BEAT : company ? BEAT : 2 * BEAT; /* alone, there is little to hear */
    if (fields.size || !done) timer = setTimeout(exchange, wait);
  };
  const heard = async (answer, saves) => {
    if (answer.type === "opaqueredirect") return signInHere();
    if (answer.status === 403 && !refreshed) { /* an old key, or nobody is in any more */
      if (!(await window.portal.renew(false))) return signInHere();
      refreshed = true;
      return Boolean(again = true);
    }
    if (answer.status === 422) { closed = true; complain((await answer.json()).sentence); return false; }
    if (answer.status === 403 || answer.status === 404) {
      closed = true;
      const sentence = say("Ce dossier ne vous est plus ouvert. Votre texte reste dans ce navigateur : copiez-le.", "This application is no longer open to you. Your text stays in this browser: copy it.");
      complain(sentence);
      waiting().filter((key) => !fields.has(key)).forEach((key) => strand(key, "", sentence));
      return false;
    }
    if (answer.status === 413 && saves.size) { /* the longest is what does not go through: the others leave without it */
      const [key, entry] = [...saves].reduce((one, other) => other[1].text.length > one[1].text.length ? other : one);
      settled({ key, status: "refused", sentence: say("Ce texte est trop long pour être envoyé : raccourcissez-le.", "This text is too long to be sent: shorten it.") }, entry);
      return true;
    }
    if (answer.status === 507) throw new Error((await answer.json()).sentence);
    if (!answer.ok) throw new Error(say(`le serveur répond ${answer.status}`, `the server answers ${answer.status}`));
    const news = await answer.json();
    refreshed = declined = false;
    if (String(news.person) !== person) { location.reload(); return false; }
    if (failedAt) { failedAt = null; tell(say("Connexion retrouvée.", "Back online.")); }
    retry = FIRST_RETRY;
    news.saved.forEach((one) => settled(one, saves.get(one.key)));
    news.changes.forEach(arrived);
    known = news.known;
    meet(news.clashes, news.settled);
    attend(news.present);
    tellReads();
    if (![...fields.values()].some(unsaved)) delete holder.dataset.changed;
    return true;
  };
  /* What was refused may hold now that another column of the same row has changed: it is tried again. */
  const forgive = (key) => {
    const row = key.slice(0, key.lastIndexOf(".") + 1);
    fields.forEach((field) => { if (field.key.startsWith(row)) field.refused = null; });
  };
  const settled = (saved, entry) => {
    const field = fields.get(saved.key);
    if (field) field.doubt = false;
    if (saved.status === "refused") {
      if (field && !unsaved(field)) { /* typed back meanwhile, as it is in place */
        forget(saved.key);
        beside(field, "");
        return;
      }
      if (field) { field.refused = entry.text; beside(field, saved.sentence); }
      else strand(saved.key, saved.label, saved.sentence);
      complain(say("Non enregistré : ", "Not saved: ") + saved.sentence);
      return;
    }
    if (kept(saved.key)?.id === entry.id) forget(saved.key);
    if (field) {
      field.held = entry.text;
      forgive(saved.key);
      if (typed(field) === entry.text) beside(field, "");
      if (saved.status === "saved") field.version = Math.max(field.version, saved.version);
      else if (typed(field) === entry.text) field.locked = true;
    }
    tell(saved.status === "saved" ? say(`Enregistré à ${saved.at}`, `Saved at ${saved.at}`) : say(
      `Quelqu’un a modifié ce texte en même temps : votre version de ${saved.at} est conservée, choisissez.`,
      `Someone changed this text at the same time: your version of ${saved.at} is kept, choose.`));
  };
  const arrived = (change) => {
    const field = fields.get(change.key);
    if (!field || change.version <= field.version) return;
    if (field.locked || unsaved(field)) { field.newer = change; return; }
    take(field, change);
    if (!change.mine) tell(say(`Modifié par ${change.who} à ${change.at}`, `Changed by ${change.who} at ${change.at}`));
  };
  const take = (field, change) => { field.held = change.text; field.version = change.version; field.newer = null; show(field, change.text); field.held = typed(field); };
  const failed = (failure) => {
    failedAt ??= hour.format(window.portal.now());
    const seconds = Math.round(retry / 1000);
    const cause = failure instanceof TypeError ? say("le serveur ne répond pas", "the server does not answer") : failure.message;
    if (fields.size) complain(say(
      `Non enregistré depuis ${failedAt} : ${cause}. Conservé dans ce navigateur, nouvel essai dans ${seconds} s.`,
      `Not saved since ${failedAt}: ${cause}. Kept in this browser, next try in ${seconds} s.`));
    retry = Math.min(retry * 2, LONGEST_RETRY);
    return false;
  };

  /* ── two texts that met: the card the server drew, kept while one types in it ── */
  const meet = (clashes, settled) => {
    if (!cards) return;
    Object.entries(clashes).forEach(([pk, html]) => {
      const card = new DOMParser().parseFromString(html, "text/html").querySelector("[data-clash]");
      const before = cards.querySelector(`[data-clash="${pk}"]`);
      if (before?.dataset.stamp === card.dataset.stamp) return;
      const merged = before?.querySelector("textarea");
      if (merged && merged.value !== merged.defaultValue) card.querySelector("textarea").value = merged.value;
      if (before) before.replaceWith(document.adoptNode(card)); else cards.append(document.adoptNode(card));
      const field = fields.get(card.dataset.of);
      if (field && card.dataset.by === person) { field.locked = true; field.inputs.forEach((input) => { input.readOnly = true; }); card.scrollIntoView({ block: "nearest" }); }
    });
    $$("[data-clash]", cards).filter((card) => !(card.dataset.clash in clashes)).forEach((card) => {
      const field = fields.get(card.dataset.of);
      card.remove();
      if (settled[card.dataset.clash]) tell(settled[card.dataset.clash]);
      if (!field?.locked || card.dataset.by !== person) return;
      field.locked = false;
      field.inputs.forEach((input) => { input.readOnly = false; });
      if (field.newer) take(field, field.newer);
    });
  };

  /* ── who is here ── */
  let company = true;
  const attend = (people) => {
    company = people.length > 0;
    if (!present) return;
    const here = people.filter((one) => one.place === place).map((one) => one.who), elsewhere = people.filter((one) => one.place !== place).map((one) => one.who);
    const parts = [];
    if (here.length) parts.push(say(`Aussi dans cette rubrique : ${here.join(", ")}.`, `Also in this section: ${here.join(", ")}.`));
    if (elsewhere.length) parts.push(say(`Ailleurs dans le dossier : ${elsewhere.join(", ")}.`, `Elsewhere in the application: ${elsewhere.join(", ")}.`));
    const text = parts.join(" ");
    if (present.textContent !== text) present.textContent = text;
  };

  /* ── a session that ended: the sign-in form opens in place, once; then everything that waits is sent ── */
  const signInHere = async () => {
    if (declined) return false;
    complain(say(
      "Votre session a expiré. Votre texte est conservé dans ce navigateur. ",
      "Your session has ended. Your text is kept in this browser. "));
    status?.append(button(say("Se connecter de nouveau", "Sign in again"), () => { declined = false; exchange(); }));
    if (await window.portal.signIn()) return Boolean(again = true);
    retry = LONGEST_RETRY;
    declined = true; /* the page is theirs again: to copy a text, or to sign in when they choose */
    return false;
  };

  /* ── when ── */
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(exchange, wait); };
  holder.addEventListener("input", (event) => {
    const field = fields.get(event.target.dataset.key);
    if (!field || event.detail === "shown") return;
    if (changed(field)) { keep(field.key, typed(field), field.version); later(failedAt ? retry : IDLE); }
    else if (!unsaved(field)) forget(field.key);
  });
  holder.addEventListener("change", (event) => { const field = fields.get(event.target.dataset.key); if (field && changed(field)) exchange(); });
  holder.addEventListener("focusout", (event) => { const field = fields.get(event.target.dataset.key); if (field && changed(field)) exchange(); });
  addEventListener("online", () => { retry = FIRST_RETRY; exchange(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) { if (batch().size) exchange(true); } else exchange(); });
  /* A button sends the page once everything typed is saved: the last word is never left behind. */
  let leaving = false;
  addEventListener("submit", async (event) => {
    const form = event.target;
    if (leaving || form.method !== "post" || event.defaultPrevented || form.closest("dialog") || !batch().size) return;
    event.preventDefault();
    const pressed = event.submitter;
    declined = false;
    if (!(await exchange()) && !closed && !form.matches("[data-sign-out]")) return;
    if (!form.isConnected) { tell(say("Les textes ont changé entre-temps : relisez les deux, puis choisissez.", "The texts have changed in the meantime: read both again, then choose.")); return; }
    leaving = true;
    form.requestSubmit(pressed);
    leaving = false;
  });

  /* What an earlier page could not send is put back under the eyes, then sent. */
  fields.forEach((field) => {
    const entry = kept(field.key);
    if (!entry || (saved && unsaved(field))) return; /* what was just sent, and refused, is newer */
    field.doubt = Boolean(entry.sent?.length);
    if (entry.text === field.held && !field.doubt) { forget(field.key); return; }
    field.version = entry.read;
    if (entry.text === field.held) return;
    show(field, entry.text);
    tell(say("Un texte qui n’avait pas pu être enregistré est revenu dans la page.", "A text that could not be saved is back in the page."));
  });
  if (waiting().length || fields.size) exchange();
})();
