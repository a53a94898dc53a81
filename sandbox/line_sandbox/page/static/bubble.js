// One message as LINE shows it.
import { useRef } from "preact/hooks";
import { Flex } from "./flex.js";
import { Avatar, Icon, clock, html } from "./html.js";
import { Menu, useMenu } from "./menu.js";
import { summary } from "./people.js";
import { act, get } from "./store.js";
import { Sticker } from "./stickers.js";
import { tap } from "./taps.js";
import { say } from "./words.js";

const LONG_PRESS_MS = 450;
const SLIP_PX = 10; // a finger never rests quite still

export function Message(props) {
  const { message, album, before, who, botName, group } = props;
  const menu = useMenu();
  const press = useRef({});
  const mine = message.sender === who.person;
  const name = message.sender === "bot" ? botName : get("person", message.sender)?.name ?? "?";
  if (message.unsent) return html`<li class="notice"><span>${say("unsent", { name })}</span></li>`;
  const entries = menuOf(props, mine);
  const openAt = (hold, x, y) => menu.openAt(hold.parentElement.querySelector(".dotmenu"), x, y);
  const hold = (event) => {
    press.current = { x: event.clientX, y: event.clientY };
    if (event.pointerType !== "touch") return;
    const { currentTarget, clientX, clientY } = event;
    press.current.timer = setTimeout(() => { press.current.long = true; openAt(currentTarget, clientX, clientY); }, LONG_PRESS_MS);
  };
  const release = () => clearTimeout(press.current.timer);
  const moved = ({ clientX, clientY }) => { if (Math.hypot(clientX - press.current.x, clientY - press.current.y) > SLIP_PX) release(); };
  const click = (event) => { if (press.current.long && event.detail) event.stopPropagation(); }; // the finger that opened the menu is lifted
  const context = (event) => { event.preventDefault(); openAt(event.currentTarget, event.clientX, event.clientY); };
  const follows = before && before.sender === message.sender && !before.unsent && message.at - before.at < 120;
  return html`<li class="row ${mine ? "mine" : "theirs"} ${follows ? "follows" : ""} ${Date.now() / 1000 - message.at < 1.5 ? "fresh" : ""}" data-message=${message.id} tabindex="-1">
    ${!mine && html`<${Avatar} name=${name} bot=${message.sender === "bot"} size="38" />`}
    <div class="content">
      ${!mine && (group || message.sender === "bot") && !follows && html`<span class="sender">${name}</span>`}
      <div class="speech">
        <div class="hold" onPointerDown=${hold} onPointerUp=${release} onPointerMove=${moved} onPointerCancel=${release}
          onClickCapture=${click} onContextMenu=${context}>
          ${album ? html`<${Album} photos=${album} name=${name} open=${props.open} />` : html`<${Body} ...${props} name=${name} />`}</div>
        <div class="side">
          <button type="button" class="dotmenu" aria-label="${say("more")}: ${summary(message).slice(0, 40)}" aria-haspopup="menu" onClick=${menu.toggle}><${Icon} name="more" /></button>
          <${Fate} message=${album?.at(-1) ?? message} mine=${mine} />
        </div>
      </div>
    </div>
    <${Menu} ...${menu} entries=${entries} />
  </li>`;
}

function menuOf({ message, who, group, quote, edit, showTrace }, mine) {
  const entries = [];
  if (message.quotable) entries.push([say("quote"), () => quote(message)]);
  if (message.body.text) entries.push([say("copy"), () => navigator.clipboard?.writeText(message.body.text)]);
  if (mine && group && message.type === "text") entries.push([say("edit"), () => edit(message)]);
  if (mine) entries.push([say("unsend"), () => act("unsend", { ...who, message: message.id })]);
  if (mine) entries.push([say("show_trace"), () => showTrace(message)]);
  return entries;
}

function Fate({ message, mine }) {
  const fate = message.fate;
  return html`<span class="fate">
    ${message.edited && html`<span class="edited">${say("edited")}</span>`}
    ${mine && fate?.read && html`<span class="read">${say("read")}</span>`}
    ${message.way === "push" && html`<span class="push">${say("by_push")}</span>`}
    <time>${clock(message.at)}</time></span>`;
}

function Body({ message, who, name, botName, quoted, open, jump, hands }) {
  const { body, type } = message;
  if (type === "text" || type === "textV2") {
    return html`<div class="bubble">
      ${quoted && html`<button type="button" class="quoted" onClick=${() => jump(quoted.id)}>
        <b>${quoted.sender === "bot" ? botName : get("person", quoted.sender)?.name}</b>
        <span>${summary(quoted)}</span>
        ${quoted.type === "image" && quoted.sender === "bot" && html`<img src="/demo/picture/${quoted.id}/preview" alt="" />`}</button>`}
      <p>${mentioned(body.text, message.mentions)}</p></div>`;
  }
  if (type === "image") return message.sender === "bot" ? html`<${Picture} message=${message} name=${name} open=${open} />` : html`<${Photo} message=${message} name=${name} open=${open} />`;
  if (type === "sticker") return html`<${Sticker} name=${body.keywords?.[0]} label=${say("sticker")} />`;
  if (type === "flex") return html`<${Flex} message=${message} run=${(action) => tap(who, message, action, hands)} />`;
  if (type === "template") return html`<${Template} message=${message} who=${who} hands=${hands} />`;
  return html`<div class="bubble other"><small>${type}</small><p>${body.altText ?? body.title ?? body.fileName ?? ""}</p>
    ${Object.keys(body).length > 0 && html`<details><summary>JSON</summary><pre>${JSON.stringify(body, null, 1)}</pre></details>`}</div>`;
}

function mentioned(text, mentions) {
  const parts = [];
  let at = 0;
  // LINE counts UTF-16 units, and so does JavaScript.
  for (const { index, length } of [...(mentions?.mentionees ?? [])].sort((a, b) => a.index - b.index)) {
    parts.push(text.slice(at, index), html`<b class="mention">${text.slice(index, index + length)}</b>`);
    at = index + length;
  }
  return [...parts, text.slice(at)];
}

function Picture({ message, name, open }) {
  const seen = get("seen", message.id);
  if (!seen) return html`<div class="bubble picture pending" role="status">${say("fetching")}</div>`;
  if (seen.preview.broken) {
    return html`<div class="bubble picture broken"><${Icon} name="broken" /><b>${say("picture_broken")}</b><small>${seen.preview.broken}</small>
      <button type="button" onClick=${() => act("look", { chat: message.chat, message: message.id })}>${say("try_again")}</button></div>`;
  }
  return html`<button type="button" class="bubble picture" aria-label="${say("picture_of", { name })}. ${say("open_picture")}" onClick=${() => open(message)}>
    <img src="/demo/picture/${message.id}/preview" ...${sized(seen.preview.size)} alt=${say("picture_of", { name })} />
    ${seen.original.broken && html`<span class="flaw"><${Icon} name="warn" />${say("original")}: ${seen.original.broken}</span>`}</button>`;
}

// The room that a picture will take is kept before it comes.
const sized = (size) => (size ? { width: size[0], height: size[1] } : {});

function Photo({ message, name, open }) {
  return html`<button type="button" class="bubble picture" aria-label="${say("picture_of", { name })}. ${say("open_picture")}" onClick=${() => open(message)}>
    <img src="/demo/content/${message.id}" ...${sized(message.size)} alt=${say("picture_of", { name })} /></button>`;
}

function Album({ photos, name, open }) {
  return html`<div class="album n${Math.min(photos.length, 3)}" role="group" aria-label=${say("album_of", { name, count: photos.length })}>${photos.map((photo) => html`
    <button type="button" class="picture" key=${photo.id} aria-label="${say("picture_of", { name })}. ${say("open_picture")}" onClick=${() => open(photo)}>
      <img src="/demo/content/${photo.id}" alt="" /></button>`)}</div>`;
}

function Template({ message, who, hands }) {
  const template = message.body.template;
  const columns = template.columns ?? [template];
  // Their pictures come by way of the demo, as a phone fetches them.
  const address = (number) => `/demo/card/${message.chat}/${message.id}/${number}`;
  const run = (action) => tap(who, message, action, hands);
  if (template.type === "image_carousel") {
    return html`<div class="cards" tabindex="0" role="group" aria-label=${message.body.altText}>${columns.map((column, number) => html`
      <button type="button" class="bubble tile" onClick=${() => run(column.action)}>
        <img src=${address(number)} alt="" />${column.action.label && html`<span>${column.action.label}</span>`}</button>`)}</div>`;
  }
  return html`<div class="cards" tabindex=${columns.length > 1 ? 0 : undefined}>${columns.map((column, number) => {
    const actions = column.actions ?? (column.action ? [column.action] : []);
    return html`<section class="bubble card ${template.type === "confirm" ? "confirm" : ""}">
      ${(column.thumbnailImageUrl ?? column.imageUrl) && html`<img src=${address(number)} alt="" />`}
      ${column.title && html`<h3>${column.title}</h3>`}
      ${column.text && html`<p>${column.text}</p>`}
      <div class="actions">${actions.map((action) => action.type === "uri"
        ? html`<a href=${action.uri} target="_blank" rel="noreferrer noopener">${action.label ?? action.uri}</a>`
        : html`<button type="button" onClick=${() => run(action)}>${action.label}</button>`)}</div>
    </section>`;
  })}</div>`;
}
