// One chat on one phone.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Message } from "./bubble.js";
import { Composer } from "./composer.js";
import { Avatar, Icon, html } from "./html.js";
import { Menu, useMenu } from "./menu.js";
import { LANGUAGES, summary } from "./people.js";
import { tap } from "./taps.js";
import { act, get, messagesOf } from "./store.js";
import { Viewer } from "./viewer.js";
import { language, say } from "./words.js";

export function Chat({ person, chat, group, bot, go, showTrace }) {
  const [quoting, setQuoting] = useState(null);
  const [editing, setEditing] = useState(null);
  const [opened, setOpened] = useState(null);
  const messages = messagesOf(chat).filter((message) => message.seen);
  const quoted = quoting && messages.find((message) => message.id === quoting && !message.unsent);
  const who = { person: person.id, chat };
  const field = useRef();
  const hands = useRef(); // what a button can do to the field: fill words in, open the photos
  const quote = (message) => { setQuoting(message.id); field.current?.focus(); };
  const edit = (message) => { setQuoting(null); setEditing(message.id); hands.current?.fill(message.body.text); };
  const edited = editing && messages.find((message) => message.id === editing && !message.unsent);
  const last = messages.at(-1);
  const quick = last?.sender === "bot" ? last.body.quickReply?.items ?? [] : [];
  return html`<section class="chat" aria-label=${group?.name ?? bot.name}>
    <${Header} person=${person} group=${group} bot=${bot} go=${go} />
    <${Messages} messages=${messages} who=${who} bot=${bot} group=${group} quote=${quote} edit=${edit} hands=${hands} open=${setOpened} showTrace=${showTrace} />
    ${quick.length > 0 && html`<${QuickReplies} items=${quick} message=${last} who=${who} hands=${hands} />`}
    <${Bottom} person=${person} group=${group} bot=${bot} who=${who} quoted=${quoted} setQuoting=${setQuoting} edited=${edited} setEditing=${setEditing} field=${field} hands=${hands} />
    ${opened && html`<${Viewer} message=${opened} name=${nameOf(opened, bot)} close=${() => setOpened(null)} />`}
  </section>`;
}

export const nameOf = (message, bot) =>
  message.sender === "bot" ? bot.name : get("person", message.sender)?.name ?? "?";

function Header({ person, group, bot, go }) {
  const menu = useMenu();
  const entries = group
    ? [[say(group.hasBot ? "remove_bot" : "add_bot", { name: bot.name }), () => act(group.hasBot ? "leave" : "join", { chat: group.id })]]
    : [[say(person.isFriend && !person.hasBlocked ? "block" : person.hasBlocked ? "unblock" : "add_friend"),
        () => act(person.isFriend && !person.hasBlocked ? "unfollow" : "follow", { person: person.id })]];
  return html`<header class="chathead">
    <button type="button" class="round back" aria-label=${say("back")} onClick=${() => go({ view: "chats" })}><${Icon} name="back" /></button>
    <${Avatar} name=${group?.name ?? bot.name} bot=${!group} group=${group} size="36" />
    <div class="title"><h2>${group?.name ?? bot.name}</h2>
      <small>${group ? say("members", { count: group.members.length + (group.hasBot ? 1 : 0) }) : person.name}</small></div>
    <label class="language"><span class="hidden">${say("language")}</span>
      <select value=${person.language ?? ""} onChange=${(event) => act("language", { person: person.id, language: event.target.value })}>
        ${LANGUAGES.map((one) => html`<option value=${one} selected=${one === (person.language ?? "")}>${one || say("language_kept")}</option>`)}
      </select></label>
    <button type="button" class="round" aria-label=${say("more")} aria-haspopup="menu" onClick=${menu.toggle}><${Icon} name="more" /></button>
    <${Menu} ...${menu} entries=${entries} />
  </header>`;
}

function Messages({ messages, who, bot, group, quote, edit, hands, open, showTrace }) {
  const list = useRef();
  const sticks = useRef(true);
  const loading = get("loading", who.chat);
  const scroll = () => { if (sticks.current && list.current) list.current.scrollTop = list.current.scrollHeight; };
  useLayoutEffect(scroll);
  useEffect(() => {
    // Pictures grow when they arrive, and the keyboard of a phone takes room away.
    const watch = new ResizeObserver(scroll);
    watch.observe(list.current);
    watch.observe(list.current.firstElementChild);
    return () => watch.disconnect();
  }, []);
  const top = useRef(0);
  const moved = () => {
    if (!list.current) return; // another chat is open already
    // Only a person scrolls up; what grows below the end is followed.
    const { scrollTop, scrollHeight, clientHeight } = list.current;
    if (scrollHeight - scrollTop - clientHeight < 60) sticks.current = true;
    else if (scrollTop < top.current) sticks.current = false;
    top.current = scrollTop;
  };
  const jump = (id) => {
    const found = list.current.querySelector(`[data-message="${id}"]`);
    found?.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    found?.focus({ preventScroll: true });
  };
  const day = (at) => new Date(at * 1000).toLocaleDateString(language, { weekday: "short", month: "short", day: "numeric" });
  return html`<div class="messages" ref=${list} onScroll=${moved} tabindex="0" role="log" aria-live="polite" aria-label=${say("messages_of")}>
    <ol>
      ${messages.length === 0 && html`<li class="notice">${say("empty")}</li>`}
      ${messages.map((message, index) => html`
        ${(index === 0 || day(messages[index - 1].at) !== day(message.at)) && html`<li class="notice" key=${`day ${message.id}`}><span>${day(message.at)}</span></li>`}
        <${Message} key=${message.id} message=${message} before=${messages[index - 1]} who=${who} bot=${bot} group=${group}
          quoted=${message.quoted && messages.find((one) => one.id === message.quoted)}
          quote=${quote} edit=${edit} hands=${hands} open=${open} jump=${jump} showTrace=${showTrace} />`)}
      ${loading && html`<li class="row theirs"><${Avatar} name=${bot.name} bot size="38" />
        <div class="bubble dots" role="status" aria-label=${say("working", { name: bot.name })}><i></i><i></i><i></i></div></li>`}
    </ol></div>`;
}

function QuickReplies({ items, message, who, hands }) {
  return html`<div class="quick" role="group" aria-label=${say("quick")}>
    ${items.map(({ action }) => html`<button type="button" onClick=${() => tap(who, message, action, hands)}>${action.label}</button>`)}
  </div>`;
}

function Bottom({ person, group, bot, who, quoted, setQuoting, edited, setEditing, field, hands }) {
  const name = bot.name;
  const gate = (text, label, verb, wish) => html`<div class="gate"><p>${text}</p>
    <button type="button" class="primary" onClick=${() => act(verb, wish)}>${label}</button></div>`;
  if (group && !group.hasBot) return gate(say("no_bot", { name }), say("add_bot", { name }), "join", { chat: group.id });
  if (!group && person.hasBlocked) return gate(say("blocked", { name }), say("unblock"), "follow", { person: person.id });
  if (!group && !person.isFriend) return gate(say("no_friend", { name }), say("add_friend"), "follow", { person: person.id });
  return html`<${Composer} who=${who} group=${group} bot=${bot} field=${field} hands=${hands} quoted=${quoted}
    menuId=${group ? null : person.menu} edited=${edited} stopEditing=${() => setEditing(null)}
    quotedName=${quoted && nameOf(quoted, bot)} quotedText=${summary(quoted)} stopQuoting=${() => setQuoting(null)} />`;
}
