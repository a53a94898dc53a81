import { render } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { Bench } from "./bench.js";
import { Chat } from "./chat.js";
import { Icon, html } from "./html.js";
import { People } from "./people.js";
import { all, connect, get, live, messagesOf, onProblem, useStore } from "./store.js";
import { language, say } from "./words.js";

// Where one is stays in the address, so that a reload comes back to it.
const read = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

function usePlace() {
  const [place, set] = useState(read);
  useEffect(() => {
    const changed = () => set(read());
    addEventListener("popstate", changed);
    return () => removeEventListener("popstate", changed);
  }, []);
  // Back leads to where one was: to the chat before, from the bench to the chat, out of a picture.
  const go = (change, { replaces = false } = {}) => {
    const next = { ...read(), picture: "", ...change };
    const hash = `#${new URLSearchParams(Object.entries(next).filter(([, value]) => value))}`;
    if (hash === location.hash) return;
    if (replaces) history.replaceState(history.state, "", hash);
    else history.pushState({ within: true }, "", hash);
    set(next);
  };
  const open = (picture) => {
    if (picture || !history.state?.within) go({ picture }, { replaces: !picture });
    else history.back();
  };
  return [place, go, open];
}

function firstPerson(people) {
  const wanted = navigator.language.slice(0, 2);
  return people.find((person) => person.language?.startsWith(wanted)) ?? people[0];
}

function Problem() {
  const [text, set] = useState(null);
  useEffect(() => {
    let timer;
    onProblem((problem) => {
      set(problem || say("problem"));
      clearTimeout(timer);
      timer = setTimeout(() => set(null), 6000);
    });
  }, []);
  return html`<div class="problem" role="alert" hidden=${text === null}>${text}</div>`;
}

function Tabs({ view, go }) {
  const tab = (name, icon) => html`<button type="button" aria-current=${view === name ? "page" : undefined} onClick=${() => go({ view: name })}>
    <${Icon} name=${icon} />${say(name)}</button>`;
  return html`<nav class="tabs" aria-label=${say("title")}>${tab("chats", "chats")}${tab("bench", "bench")}</nav>`;
}

// One line on what this is, until somebody has read it.
function Intro() {
  const [isRead, read] = useState(() => Boolean(localStorage.getItem("introduced")));
  if (isRead) return null;
  const close = () => { localStorage.setItem("introduced", "yes"); read(true); };
  return html`<p class="intro"><span>${say("intro")}</span>
    <button type="button" class="plain" onClick=${close}>${say("understood_it")}</button></p>`;
}

function App() {
  useStore();
  const [place, go, open] = usePlace();
  const [trace, setTrace] = useState(null);
  const people = all("person");
  const bot = get("bot");
  const person = people.find((one) => one.id === place.person) ?? firstPerson(people);
  const group = all("group").find((one) => one.id === place.chat && person && one.members.includes(person.id));
  const chat = group?.id ?? person?.id;
  const view = place.view || "chat";
  // Who was shown first stays, whatever language their phone speaks later.
  useLayoutEffect(() => { if (person && !place.person) go({ person: person.id }, { replaces: true }); }, [person?.id, place.person]);
  if (!bot) return html`<p class="waiting">${waiting}</p>`;
  const showTrace = (message) => {
    const found = all("trace").find((one) => one.chat === message.chat && Math.abs(one.at - message.at) < 0.5);
    if (found) { setTrace(found.id); go({ view: "bench" }); }
  };
  return html`
    <main class="app" data-view=${view}>
      <header class="hidden"><h1>${say("title")}</h1></header>
      <${Intro} />
      <${People} people=${people} person=${person} chat=${chat} bot=${bot} go=${go} messagesOf=${messagesOf} />
      ${person
        ? html`<${Chat} key=${`${person.id} ${chat}`} person=${person} chat=${chat} group=${group} bot=${bot} opened=${place.picture} open=${open} go=${go} showTrace=${showTrace} />`
        : html`<section class="chat empty"><p class="waiting">${say("real_line")}</p><p class="waiting">${say("tunnel", { url: bot.url ?? "" })}</p></section>`}
      <${Bench} bot=${bot} chosen=${trace} choose=${setTrace} go=${go} />
      <${Tabs} view=${view} go=${go} />
    </main>
    <div class="offline" role="status" hidden=${live}>${say("offline")}</div>
    <${Problem} />`;
}

document.documentElement.lang = language;
document.title = say("title");
connect();
const root = document.getElementById("page");
const waiting = root.querySelector(".waiting").textContent; // until the first record is there
root.replaceChildren();
render(html`<${App} />`, root);
