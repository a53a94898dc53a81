// One chat on one phone.
import { useRef, useState } from "preact/hooks";
import { Composer } from "./composer.js";
import { Avatar, Icon, html } from "./html.js";
import { Menu, useMenu } from "./menu.js";
import { LANGUAGES, summary } from "./people.js";
import { useRows } from "./rows.js";
import { useEnd } from "./scrolling.js";
import { tap } from "./taps.js";
import { act, get, messagesOf } from "./store.js";
import { Viewer } from "./viewer.js";
import { say } from "./words.js";

export function Chat({ person, chat, group, bot, opened, open, go, showTrace }) {
  const [quoting, setQuoting] = useState(null);
  const [editing, setEditing] = useState(null);
  const messages = messagesOf(chat).filter((message) => message.seen);
  const quoted = quoting && messages.find((message) => message.id === quoting && !message.unsent);
  const who = { person: person.id, chat };
  const field = useRef();
  const hands = useRef(); // what a button can do to the field: fill words in, open the photos
  const quote = (message) => { setQuoting(message.id); field.current?.focus(); };
  const edit = (message) => { setQuoting(null); setEditing(message.id); hands.current?.fill(message.body.text); };
  const edited = editing && messages.find((message) => message.id === editing && !message.unsent);
  const shown = opened && messages.find((message) => message.id === opened && !message.unsent);
  const last = messages.at(-1);
  const quick = last?.sender === "bot" ? last.body.quickReply?.items ?? [] : [];
  return html`<section class="chat" aria-label=${group?.name ?? bot.name}>
    <${Header} person=${person} group=${group} bot=${bot} go=${go} />
    <${Messages} messages=${messages} who=${who} bot=${bot} group=${group} quote=${quote} edit=${edit} hands=${hands} open=${(message) => open(message.id)} showTrace=${showTrace} />
    ${quick.length > 0 && html`<${QuickReplies} items=${quick} message=${last} who=${who} hands=${hands} />`}
    <${Bottom} person=${person} group=${group} bot=${bot} who=${who} quoted=${quoted} setQuoting=${setQuoting} edited=${edited} setEditing=${setEditing} field=${field} hands=${hands} />
    ${shown && html`<${Viewer} message=${shown} name=${nameOf(shown, bot)} close=${() => open("")} />`}
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
  const loading = get("loading", who.chat);
  const last = messages.at(-1);
  const { leftAt, moved, follow, leave } = useEnd({ list, last, isMine: last?.sender === who.person });
  const jump = (id) => {
    const found = list.current.querySelector(`[data-message="${id}"]`);
    leave();
    found?.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    found?.focus({ preventScroll: true });
  };
  const rows = useRows({
    messages, byId: (id) => messages.find((one) => one.id === id), who, group, botName: bot.name, quote, edit, hands, open, jump, showTrace,
  });
  const come = leftAt === null ? 0 : messages.length - 1 - messages.findLastIndex((one) => one.id <= leftAt);
  return html`<div class="wall">
    <div class="messages" ref=${list} onScroll=${moved} tabindex="0" role="log" aria-live="polite" aria-label=${say("messages_of")}>
      <ol>
        ${messages.length === 0 && html`<li class="notice"><span>${say("empty")}</span></li>`}
        ${rows}
        ${loading && html`<li class="row theirs" key="loading"><${Avatar} name=${bot.name} bot size="38" />
          <div class="bubble dots" role="status" aria-label=${say("working", { name: bot.name })}><i></i><i></i><i></i></div></li>`}
      </ol></div>
    ${leftAt !== null && html`<button type="button" class="toend ${come ? "come" : ""}" onClick=${follow}>
      ${come ? say("new_messages", { count: come }) : html`<span class="hidden">${say("to_end")}</span>`}<${Icon} name="down" /></button>`}
  </div>`;
}

const CAMERAS = { camera: "camera", cameraRoll: "photo" }; // the icons that LINE gives these by itself

function QuickReplies({ items, message, who, hands }) {
  return html`<div class="quick" role="group" aria-label=${say("quick")}>
    ${items.map(({ action }) => html`<button type="button" onClick=${() => tap(who, message, action, hands)}>
      ${CAMERAS[action.type] && html`<${Icon} name=${CAMERAS[action.type]} />`}${action.label}</button>`)}
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
