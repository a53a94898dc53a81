// A chat as rows: days, messages, albums.
import { Message } from "./bubble.js";
import { day, html } from "./html.js";
import { useKept } from "./kept.js";
import { get } from "./store.js";

// Photos that were chosen at once stand together, as in LINE.
function grouped(messages) {
  const groups = [];
  for (const message of messages) {
    const set = !message.unsent && message.body.imageSet?.id;
    const last = groups.at(-1);
    if (set && last?.set === set) last.messages.push(message);
    else groups.push({ set, messages: [message] });
  }
  return groups;
}

export function useRows({ messages, byId, ...shared }) {
  const kept = useKept();
  return grouped(messages).flatMap(({ messages: album }, at, groups) => {
    const [message] = album;
    const before = groups[at - 1]?.messages.at(-1);
    const quoted = message.quoted && byId(message.quoted);
    const seen = album.map((one) => get("seen", one.id));
    const row = kept(message.id, [before, quoted, ...album, ...seen], () => html`
      <${Message} key=${message.id} ...${shared} message=${message} album=${album.length > 1 ? album : null} before=${before} quoted=${quoted} />`);
    const isNewDay = kept(`day ${message.id}`, [before?.at], () => !before || day(before.at) !== day(message.at));
    return isNewDay ? [html`<li class="notice" key=${`day ${message.id}`}><span>${day(message.at)}</span></li>`, row] : [row];
  });
}
