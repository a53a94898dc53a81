// Everything the page shows comes over one live stream of records. After a lost connection the browser names the last
// record it saw and gets what it missed; after a reload it gets everything.
import { useLayoutEffect, useReducer } from "preact/hooks";

const kinds = new Map();
const listeners = new Set();
let byChat = null;
export let live = false;

const of = (kind) => {
  if (!kinds.has(kind)) kinds.set(kind, new Map());
  return kinds.get(kind);
};
export const get = (kind, id = kind) => of(kind).get(id);
export const all = (kind) => [...of(kind)].map(([id, value]) => ({ id, ...value }));

export function messagesOf(chat) {
  if (!byChat) {
    byChat = new Map();
    const messages = all("message").sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const message of messages) {
      if (!byChat.has(message.chat)) byChat.set(message.chat, []);
      byChat.get(message.chat).push(message);
    }
  }
  return byChat.get(chat) ?? [];
}

let scheduled = false;
function changed() {
  byChat = null;
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    for (const listener of listeners) listener();
  });
}

export function connect() {
  const stream = new EventSource("/demo/events");
  stream.addEventListener("reset", () => kinds.clear());
  stream.onopen = () => { live = true; changed(); };
  stream.onerror = () => { live = false; changed(); };
  stream.onmessage = (event) => {
    for (const { kind, id, value } of JSON.parse(event.data)) {
      if (value === null) of(kind).delete(id);
      else of(kind).set(id, value);
    }
    changed();
  };
}

export function useStore() {
  const [, again] = useReducer((count) => count + 1, 0);
  // Not after the first frame: the records may be there before it.
  useLayoutEffect(() => { listeners.add(again); return () => listeners.delete(again); }, []);
}

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
