// Whose phone it is, and the chats on it.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Avatar, Icon, clock, html } from "./html.js";
import { arrows } from "./radios.js";
import { act, all, get, recall, remember } from "./store.js";
import { language, say, speak } from "./words.js";

export const LANGUAGES = ["zh-TW", "en", "ja", "th", ""];

export function summary(message) {
  if (!message) return "";
  if (message.unsent) return "…";
  const body = message.body;
  if (message.type === "text") return body.text;
  if (message.type === "image") return say("picture");
  if (message.type === "sticker") return say("sticker");
  return body.altText ?? message.type;
}

export function People({ people, person, chat, bot, go, messagesOf }) {
  const [adding, setAdding] = useState(false);
  const [awaited, setAwaited] = useState(null);
  const real = get("parts")?.real ?? [];
  useEffect(() => {
    const come = awaited && people.find((one) => one.name === awaited);
    if (come) { setAwaited(null); go({ person: come.id, chat: "" }); }
  }, [awaited, people.length]);
  return html`<nav class="people" aria-label=${say("chats")}>
    <header class="brand">
      <img src="/demo/plug/icon.svg" alt="" />
      <strong>${say("title")}</strong>
      <button type="button" class="plain" lang=${language === "en" ? "zh-TW" : "en"}
        onClick=${() => speak(language === "en" ? "zh-TW" : "en")}>${language === "en" ? "中文" : "English"}</button>
    </header>
    ${person && html`<h2>${say("phones")}</h2>
    <div class="phones" role="radiogroup" aria-label=${say("phones")} onKeyDown=${arrows}>
      ${people.map((one) => html`<button type="button" role="radio" aria-checked=${one.id === person?.id} tabindex=${one.id === person?.id ? 0 : -1} key=${one.id}
          onClick=${() => go({ person: one.id, chat: "" })}>
          <${Avatar} name=${one.name} size="44" /><span>${one.name}</span><small>${one.language || "–"}</small></button>`)}
      <button type="button" class="new" onClick=${() => setAdding(true)}><span class="avatar"><${Icon} name="plus" /></span><span>${say("add")}</span></button>
    </div>`}
    ${adding && html`<${NewPerson} close=${() => setAdding(false)} added=${setAwaited} />`}
    ${person && html`<h2>${say("chats")}</h2><ul class="chatlist">
      <${Entry} id=${person.id} name=${bot.name} bot current=${chat} messages=${messagesOf(person.id)} open=${() => go({ person: person.id, chat: "", view: "chat" })} />
      ${all("group").filter((group) => group.members.includes(person.id)).map((group) => html`
        <${Entry} key=${group.id} id=${group.id} name=${group.name} group current=${chat} messages=${messagesOf(group.id)}
          open=${() => go({ person: person.id, chat: group.id, view: "chat" })} />`)}
    </ul>`}
    <footer>
      ${["line", "openai", "r2"].map((vendor) => html`<span class="part ${real.includes(vendor) ? "real" : ""}">
        ${{ line: "LINE", openai: "OpenAI", r2: "R2" }[vendor]} <b>${say(real.includes(vendor) ? "real" : "stand_in")}</b></span>`)}
    </footer>
  </nav>`;
}

function Entry({ id, name, bot, group, current, messages, open }) {
  const last = messages.findLast((message) => message.seen);
  const isOpen = id === current;
  useEffect(() => { if (isOpen && last) remember(`seen ${id}`, last.id); }, [isOpen, last?.id]);
  const unread = isOpen ? 0 : unreadOf(messages, recall(`seen ${id}`));
  return html`<li><button type="button" aria-current=${id === current ? "true" : undefined} onClick=${open}>
    <${Avatar} name=${name} bot=${bot} group=${group} size="48" />
    <span class="entry"><b>${name}</b><span class="last">${last ? summary(last) : say("nothing_yet")}</span></span>
    <span class="when"><time>${last ? clock(last.at) : ""}</time>${unread > 0 && html`<span class="unread">${unread}</span>`}</span>
  </button></li>`;
}

function unreadOf(messages, seen) {
  let count = 0;
  for (let at = messages.length - 1; at >= 0 && messages[at].id > seen; at -= 1) count += messages[at].sender === "bot" && messages[at].seen;
  return count;
}

function NewPerson({ close, added }) {
  const name = useRef();
  const choice = useRef();
  useLayoutEffect(() => name.current.focus(), []); // before anybody types
  const add = async (event) => {
    event.preventDefault();
    const wanted = name.current.value.trim();
    if (!(await act("add", { name: wanted, language: choice.current.value }))) return;
    added(wanted);
    close();
  };
  return html`<form class="newperson" onSubmit=${add} onKeyDown=${(event) => event.key === "Escape" && close()}>
    <label>${say("name")}<input ref=${name} required maxlength="20" /></label>
    <label>${say("language")}<select ref=${choice}>${LANGUAGES.filter(Boolean).map((one) => html`<option selected=${one === language}>${one}</option>`)}</select></label>
    <button type="submit" class="primary">${say("add")}</button><button type="button" onClick=${close}>${say("cancel")}</button>
  </form>`;
}
