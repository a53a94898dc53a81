// Where one writes: text, mentions, stickers, photos, a quote.
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, html } from "./html.js";
import { RichMenu } from "./richmenu.js";
import { act, get, recall, remember, sendPhoto } from "./store.js";
import { STICKERS, Sticker } from "./stickers.js";
import { say } from "./words.js";

const ALBUM_MAX = 50;
const onGlass = matchMedia("(pointer: coarse)").matches; // the keyboard takes the place of the menu there

export function Composer({ who, group, bot, field, hands, menuId, edited, stopEditing, quoted, quotedName, quotedText, stopQuoting }) {
  const draft = `draft ${who.person} ${who.chat}`;
  const [text, write] = useState(() => recall(draft));
  const setText = (words) => { write(words); remember(draft, edited ? "" : words); };
  const menu = menuId && get("menu", menuId);
  // What stands under the field: stickers, the menu, or nothing.
  const [below, setBelow] = useState(menu?.selected ? "menu" : "");
  const toggle = (what) => setBelow(below === what ? "" : what);
  const [choice, setChoice] = useState(0);
  const [closedAt, setClosedAt] = useState(-1);
  const caret = field.current?.selectionStart ?? text.length;
  const asked = group && /(^|\s)@([^\s@]*)$/.exec(text.slice(0, caret));
  const names = group ? [bot.name, "All", ...group.members.map((id) => get("person", id)?.name)].filter(Boolean) : [];
  const found = asked && closedAt !== caret ? names.filter((name) => name.toLowerCase().startsWith(asked[2].toLowerCase())) : [];
  const grow = () => {
    const box = field.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 132)}px`;
  };
  useEffect(grow, [text]);
  const list = useRef();
  const files = useRef();
  hands.current = {
    fill: (words) => { if (words) setText(words); setTimeout(() => { field.current?.focus(); field.current?.setSelectionRange(words.length, words.length); }); },
    photos: () => files.current.click(),
  };
  // Whoever comes to the page can write at once; a keyboard that moves among the people keeps its place.
  useEffect(() => { if (!onGlass && document.activeElement === document.body) field.current.focus(); }, []);
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [choice, found.length]);

  const send = async (event) => {
    event?.preventDefault();
    const said = text;
    if (!said.trim()) return;
    const changed = edited;
    setText("");
    stopQuoting();
    stopEditing();
    field.current.focus();
    const sent = changed ? act("edit", { ...who, message: changed.id, text: said }) : act("text", { ...who, text: said, quote: quoted?.id });
    if (!(await sent)) setText(said);
  };
  const mention = (name) => {
    // Straight into the field: whoever types on must not overtake the caret.
    field.current.focus();
    field.current.setRangeText(`@${name} `, caret - asked[2].length - 1, caret, "end");
    setText(field.current.value);
    setChoice(0);
  };
  const keys = (event) => {
    if (event.isComposing) return; // Enter ends a word in Chinese and Japanese input
    if (found.length) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); setChoice((choice + step + found.length) % found.length); return; }
      if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); mention(found[choice % found.length]); return; }
      if (event.key === "Escape") { event.stopPropagation(); setClosedAt(caret); return; }
    }
    if (event.key === "Enter" && !event.shiftKey) send(event);
  };
  const leave = () => { stopEditing(); setText(""); };
  const escape = (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    if (below) { setBelow(""); field.current.focus(); }
    else if (edited) leave();
    else if (quoted) stopQuoting();
  };
  const photo = async (event) => {
    const chosen = [...event.target.files].slice(0, ALBUM_MAX);
    event.target.value = "";
    const set = crypto.getRandomValues(new Uint32Array(4)).join("");
    for (const [number, file] of chosen.entries()) {
      await sendPhoto(who.person, who.chat, file, chosen.length > 1 ? { set, index: number + 1, total: chosen.length } : {});
    }
  };
  const sticker = (name) => { setBelow(""); act("sticker", { ...who, sticker: name }); field.current.focus(); };

  return html`<form class="composer" onSubmit=${send} onKeyDown=${escape}>
    ${found.length > 0 && html`<ul ref=${list} class="mentions" id="mentions" role="listbox" tabindex="0" aria-label=${say("mention")}>
      ${found.map((name, index) => html`<li role="option" id="mention-${index}" key=${name} aria-selected=${index === choice % found.length}
        onPointerDown=${(event) => { event.preventDefault(); mention(name); }}>@${name}</li>`)}</ul>`}
    ${quoted && html`<div class="quoting"><span><b>${say("quoting", { name: quotedName })}</b>${quotedText}</span>
      <button type="button" class="round" aria-label=${say("cancel")} onClick=${stopQuoting}><${Icon} name="close" /></button></div>`}
    ${edited && html`<div class="quoting"><span><b>${say("editing")}</b>${edited.body.text}</span>
      <button type="button" class="round" aria-label=${say("cancel")} onClick=${leave}><${Icon} name="close" /></button></div>`}
    ${below === "stickers" && html`<div class="stickers" role="group" aria-label=${say("stickers")}>
      ${STICKERS.map((name) => html`<button type="button" onClick=${() => sticker(name)}><${Sticker} name=${name} label=${say("sticker")} /></button>`)}</div>`}
    <div class="field">
      <label class="round" title=${say("photo")}><span class="hidden">${say("photo")}</span><${Icon} name="photo" />
        <input ref=${files} type="file" multiple accept="image/jpeg,image/png" onChange=${photo} /></label>
      <button type="button" class="round" aria-label=${say("stickers")} title=${say("stickers")} aria-expanded=${below === "stickers"} onClick=${() => toggle("stickers")}><${Icon} name="smile" /></button>
      <textarea ref=${field} rows="1" maxlength="5000" value=${text} aria-label=${say("write")} placeholder=${say(group ? "write_group" : "write")}
        aria-haspopup=${group ? "listbox" : undefined} aria-controls=${found.length ? "mentions" : undefined}
        aria-activedescendant=${found.length ? `mention-${choice % found.length}` : undefined} aria-autocomplete=${group ? "list" : undefined}
        onInput=${(event) => { setText(event.target.value); setChoice(0); setClosedAt(-1); }} onKeyDown=${keys}
        onFocus=${() => onGlass && setBelow("")}></textarea>
      <button type="submit" class="round send" aria-label=${say("send")} disabled=${!text.trim()}><${Icon} name="send" /></button>
    </div>
    ${menu && html`<button type="button" class="menubar" aria-expanded=${below === "menu"} aria-controls="richmenu" onClick=${() => toggle("menu")}>${menu.chatBarText} ${below === "menu" ? "▾" : "▴"}</button>
      ${below === "menu" && html`<${RichMenu} id=${menuId} menu=${menu} who=${who} hands=${hands} close=${() => setBelow("")} />`}`}
  </form>`;
}
