// Everything the page shows comes over one live stream of records. After a lost connection the browser names the last
// record it saw and gets what it missed; after a reload it gets everything.
import { useLayoutEffect, useReducer } from "preact/hooks";
import { listen } from "./stream.js";

const kinds = new Map();
const chats = new Map(); // the messages of each chat in their order
const listeners = new Set();
export let live = false;

const of = (kind) => {
  if (!kinds.has(kind)) kinds.set(kind, new Map());
  return kinds.get(kind);
};
export const get = (kind, id = kind) => of(kind).get(id);
export const all = (kind) => [...of(kind).values()];
export const messagesOf = (chat) => chats.get(chat) ?? [];

function put({ kind, id, value }) {
  const record = value && { id, ...value };
  const chat = kind === "message" && (record ?? get(kind, id))?.chat;
  if (record) of(kind).set(id, record);
  else of(kind).delete(id);
  if (chat) place(chat, id, record);
}

// Messages come at the end, or change where they stand: no row costs more for those before it.
function place(chat, id, record) {
  if (!chats.has(chat)) chats.set(chat, []);
  const list = chats.get(chat);
  let at = list.length;
  while (at > 0 && list[at - 1].id >= id) at -= 1;
  list.splice(at, list[at]?.id === id ? 1 : 0, ...(record ? [record] : []));
}

let scheduled = false;
function changed() {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    for (const listener of listeners) listener();
  });
}

function receive(message) {
  if (message.reset) { kinds.clear(); chats.clear(); }
  live = message.live ?? live;
  message.records?.forEach(put);
  changed();
}

export function connect() {
  if (!globalThis.SharedWorker) return listen(receive);
  const { port } = new SharedWorker("/demo/page/stream.js", { type: "module" });
  port.onmessage = ({ data }) => receive(data);
  addEventListener("pagehide", () => port.postMessage("gone"), { once: true });
  return addEventListener("pageshow", (event) => event.persisted && connect(), { once: true });
}

export function useStore() {
  const [, again] = useReducer((count) => count + 1, 0);
  // Not after the first frame: the records may be there before it.
  useLayoutEffect(() => { listeners.add(again); return () => listeners.delete(again); }, []);
}

// What a tab remembers of a chat over a reload, such as a draft; another demo is another story.
const keyOf = (name) => `${get("parts")?.epoch} ${name}`;
export const recall = (name) => sessionStorage.getItem(keyOf(name)) ?? "";
export const remember = (name, value) => sessionStorage.setItem(keyOf(name), value);

// What people on the page do. A refusal is shown, not thrown.
let complain = () => {};
export const onProblem = (handler) => { complain = handler; };

async function ask(address, options) {
  try {
    const answer = await fetch(address, { method: "POST", ...options });
    if (answer.ok) return true;
    complain(answer.status === 400 ? (await answer.json()).problem : `${answer.status} ${await answer.text()}`);
  } catch {
    complain("");
  }
  return false;
}

export const act = (verb, wish = {}) =>
  ask(`/demo/do/${verb}`, { headers: { "content-type": "application/json" }, body: JSON.stringify(wish) });

export const sendPhoto = (person, chat, file, album = {}) =>
  ask(`/demo/photo?${new URLSearchParams({ person, chat, ...album })}`, { headers: { "content-type": file.type }, body: file });
