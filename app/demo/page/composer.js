// Where one writes: text, mentions, stickers, photos, a quote.
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, html } from "./html.js";
import { act, get, sendPhoto } from "./store.js";
import { STICKERS, Sticker } from "./stickers.js";
import { say } from "./words.js";

export function Composer({ who, group, bot, field, quoted, quotedName, quotedText, stopQuoting }) {
  const [text, setText] = useState("");
  const [stickers, setStickers] = useState(false);
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
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [choice, found.length]);

  const send = async (event) => {
    event?.preventDefault();
    const said = text;
    if (!said.trim()) return;
    setText("");
    stopQuoting();
    field.current.focus();
    if (!(await act("text", { ...who, text: said, quote: quoted?.id }))) setText(said);
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
      if (event.key === "Escape") { setClosedAt(caret); return; }
    }
    if (event.key === "Escape" && quoted) stopQuoting();
    if (event.key === "Enter" && !event.shiftKey) send(event);
  };
  const photo = (event) => {
    const file = event.target.files[0];
    if (file) sendPhoto(who.person, who.chat, file);
    event.target.value = "";
  };
  const sticker = (name) => { setStickers(false); act("sticker", { ...who, sticker: name }); field.current.focus(); };

  return html`<form class="composer" onSubmit=${send}>
    ${found.length > 0 && html`<ul ref=${list} class="mentions" id="mentions" role="listbox" tabindex="0" aria-label=${say("mention")}>
      ${found.map((name, index) => html`<li role="option" id="mention-${index}" key=${name} aria-selected=${index === choice % found.length}
        onPointerDown=${(event) => { event.preventDefault(); mention(name); }}>@${name}</li>`)}</ul>`}
    ${quoted && html`<div class="quoting"><span><b>${say("quoting", { name: quotedName })}</b>${quotedText}</span>
      <button type="button" class="round" aria-label=${say("cancel")} onClick=${stopQuoting}><${Icon} name="close" /></button></div>`}
    ${stickers && html`<div class="stickers" role="group" aria-label=${say("stickers")} onKeyDown=${(event) => event.key === "Escape" && setStickers(false)}>
      ${STICKERS.map((name) => html`<button type="button" onClick=${() => sticker(name)}><${Sticker} name=${name} label=${say("sticker")} /></button>`)}</div>`}
    <div class="field">
      <label class="round" title=${say("photo")}><span class="hidden">${say("photo")}</span><${Icon} name="photo" />
        <input type="file" accept="image/jpeg,image/png" onChange=${photo} /></label>
      <button type="button" class="round" aria-label=${say("stickers")} title=${say("stickers")} aria-expanded=${stickers} onClick=${() => setStickers(!stickers)}><${Icon} name="smile" /></button>
      <textarea ref=${field} rows="1" maxlength="5000" value=${text} aria-label=${say("write")} placeholder=${say(group ? "write_group" : "write")}
        aria-haspopup=${group ? "listbox" : undefined} aria-controls=${found.length ? "mentions" : undefined}
        aria-activedescendant=${found.length ? `mention-${choice % found.length}` : undefined} aria-autocomplete=${group ? "list" : undefined}
        onInput=${(event) => { setText(event.target.value); setChoice(0); setClosedAt(-1); }} onKeyDown=${keys}></textarea>
      <button type="submit" class="round send" aria-label=${say("send")} disabled=${!text.trim()}><${Icon} name="send" /></button>
    </div>
  </form>`;
}
