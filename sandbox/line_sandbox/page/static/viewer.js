// A picture at full size.
import { useEffect, useRef } from "preact/hooks";
import { Icon, html } from "./html.js";
import { get } from "./store.js";
import { say } from "./words.js";

const size = (bytes) => (bytes > 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.round(bytes / 1000)} kB`);

export function Viewer({ message, name, close }) {
  const dialog = useRef();
  useEffect(() => { dialog.current.showModal(); }, []);
  const fromBot = message.sender === "bot";
  const seen = fromBot && get("seen", message.id);
  const source = fromBot ? `/demo/picture/${message.id}/original` : `/demo/content/${message.id}`;
  const facts = (label, file) => html`<div><dt>${say(label)}</dt><dd>${file.broken ?? `${file.contentType}, ${size(file.bytes)}`}</dd></div>`;
  return html`<dialog class="viewer" ref=${dialog} aria-label=${say("picture_of", { name })} onClose=${close} onClick=${(event) => event.target === dialog.current && close()}>
    <button type="button" class="round" aria-label=${say("close")} onClick=${close}><${Icon} name="close" /></button>
    <img src=${source} alt=${say("picture_of", { name })} />
    ${seen && html`<dl>${facts("original", seen.original)}${facts("preview", seen.preview)}
      <div><dt>${say("public_url")}</dt><dd><a href=${seen.original.url} target="_blank" rel="noreferrer noopener">${seen.original.url}</a></dd></div></dl>`}
  </dialog>`;
}
