/* One exchange at a time: what is typed leaves, what others wrote comes, and the next is planned. */
import { hour, now } from "../clock.js";
import { button } from "../dom.js";
import { say } from "../say.js";
import { renew, signIn } from "../session.js";
import { arrived, refuse, settled } from "./answers.js";
import { meet, shown } from "./clashes.js";
import { any, changed, fields, tellReads, typed, unsaved } from "./fields.js";
import { address, holder, person, place, stem } from "./page.js";
import { accompanied, attend } from "./present.js";
import { keep, kept, put, waiting } from "./shelf.js";
import { complain, tell } from "./status.js";
import { strand, stranded } from "./stranded.js";

const IDLE = 1000, BEAT = 5000, MOST = 200, KEPT_ALIVE = 60000, FIRST_RETRY = 1000, LONGEST_RETRY = 15000;
let known = Number(holder.dataset.known || 0);
let flying = null, again = false, timer = null, retry = FIRST_RETRY;
let failedAt = null, closed = false, refreshed = false, declined = false;

/* ── what leaves ── */
export const batch = () => {
  const saves = new Map();
  [...fields.values()].filter(changed).forEach((field) => {
    saves.set(field.key, keep(field.key, typed(field), field.version));
  });
  waiting().filter((key) => !fields.has(key) && !stranded.has(key)).forEach((key) => {
    const entry = kept(key);
    if (entry) saves.set(key, entry);
  });
  return new Map([...saves].slice(0, MOST)); /* the others go with the next exchange */
};
/* What leaves is noted: if its answer is lost, what is typed next says which saves it goes on from, and meets
   nobody. */
const leave = ([key, { text, read, id, sent = [] }]) => {
  if (fields.has(key)) fields.get(key).doubt = true;
  put(key, { text, read, id, sent: [...new Set([...sent, id])].slice(-20) });
  return { key, text, read, id, after: sent };
};
/* Who types stays in; a page that only listens says so, and its session may end. */
const post = (body, keepalive, alone) => fetch(address, {
  method: "POST", credentials: "same-origin", redirect: "manual", keepalive, body,
  headers: {
    "Content-Type": "application/json",
    "X-CSRFToken": document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "",
    ...(alone && { "X-Portal-Alone": "1" }),
  },
});
export const exchange = async (keepalive = false) => {
  if (closed) return false;
  if (flying) { again = true; return flying; }
  clearTimeout(timer);
  const saves = batch(), keys = stem ? [stem] : [...fields.keys()];
  const body = JSON.stringify({ place: place ?? "", known, keys, cards: shown(), saves: [...saves].map(leave) });
  flying = post(body, keepalive && body.length < KEPT_ALIVE, !saves.size)
    .then((answer) => heard(answer, saves)).catch(failed).finally(() => { flying = null; });
  const done = await flying;
  if (again) { again = false; return exchange(); }
  plan(done);
  return done;
};

/* ── when ── */
const later = (wait) => { clearTimeout(timer); timer = setTimeout(exchange, wait); };
const plan = (done) => {
  clearTimeout(timer);
  if (closed || (done && !fields.size)) return;
  const listens = document.hidden ? 4 * BEAT : accompanied() ? BEAT : 2 * BEAT; /* alone, there is little to hear */
  later(!done ? retry : any(changed) ? IDLE : listens);
};
export const soon = () => later(failedAt ? retry : IDLE);
export const reconnect = () => { retry = FIRST_RETRY; return exchange(); };
/* Because a button was pressed: a sign-in that was sent away is asked again. True when the page may leave. */
export const lastWord = async () => {
  declined = false;
  return (await exchange()) || closed;
};

/* ── what comes back: true when it went through ── */
const heard = async (answer, saves) => {
  if (answer.type === "opaqueredirect") return signInHere();
  if (answer.status === 403 && !refreshed) { /* an old key, or nobody is in any more */
    if (!(await renew(false))) return signInHere();
    refreshed = true;
    return Boolean(again = true);
  }
  if (answer.status === 422) return close((await answer.json()).sentence);
  if (answer.status === 403 || answer.status === 404) return shutOut();
  if (answer.status === 413 && saves.size) return tooLong(saves);
  if (answer.status === 507) throw new Error((await answer.json()).sentence);
  if (!answer.ok) throw new Error(say("server_answers", { status: answer.status }));
  return told(await answer.json(), saves);
};
const told = (news, saves) => {
  refreshed = declined = false;
  if (String(news.person) !== person) { location.reload(); return false; }
  if (failedAt) { failedAt = null; tell(say("back_online")); }
  retry = FIRST_RETRY;
  news.saved.forEach((one) => settled(one, saves.get(one.key)));
  news.changes.forEach(arrived);
  known = news.known;
  meet(news.clashes, news.settled);
  attend(news.present);
  tellReads();
  if (!any(unsaved)) delete holder.dataset.changed;
  holder.dispatchEvent(new CustomEvent("exchanged", { detail: news }));
  return true;
};
const close = (sentence) => {
  closed = true;
  complain(sentence);
  return false;
};
const shutOut = () => {
  close(say("shut_out"));
  waiting().filter((key) => !fields.has(key)).forEach((key) => strand(key, "", say("shut_out")));
  return false;
};
/* The longest is what does not go through: the others leave without it. */
const tooLong = (saves) => {
  const [key, entry] = [...saves].reduce((one, other) => (other[1].text.length > one[1].text.length ? other : one));
  refuse(key, undefined, say("too_long"), entry);
  return true;
};
const failed = (failure) => {
  failedAt ??= hour(now());
  const cause = failure instanceof TypeError ? say("no_answer") : failure.message;
  if (fields.size) complain(say("not_saved_since", { at: failedAt, cause, seconds: Math.round(retry / 1000) }));
  retry = Math.min(retry * 2, LONGEST_RETRY);
  return false;
};
/* A session that ended: the sign-in form opens in place, once; then everything that waits is sent. */
const signInHere = async () => {
  if (declined) return false;
  complain(`${say("session_over")} `, button(say("sign_in"), () => { declined = false; exchange(); }));
  if (await signIn()) {
    tell(say("back_online")); /* until the answer says more: who has typed nothing is told nothing else */
    return Boolean(again = true);
  }
  retry = LONGEST_RETRY;
  declined = true; /* the page is theirs again: to copy a text, or to sign in when they choose */
  return false;
};
