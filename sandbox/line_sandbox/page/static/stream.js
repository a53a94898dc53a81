// The live stream, once for all tabs of a browser: it opens no more than six connections to one host, and a stream for
// each tab would leave none to send with. Where there are no shared workers, as on some phones, a tab has its own.

export function listen(tell) {
  const stream = new EventSource("/demo/events");
  stream.addEventListener("reset", () => tell({ reset: true }));
  stream.onopen = () => tell({ live: true });
  stream.onerror = () => tell({ live: false });
  stream.onmessage = (event) => tell({ records: JSON.parse(event.data) });
}

// What a tab is told that comes later; a record that is gone leaves nothing.
function remember(known, { reset, live, records = [] }) {
  if (reset) known.records.clear();
  if (live !== undefined) known.live = live;
  for (const record of records) {
    const key = `${record.kind} ${record.id}`;
    if (record.value === null) known.records.delete(key);
    else known.records.set(key, record);
  }
}

function share() {
  const known = { live: false, records: new Map() };
  const ports = new Set();
  globalThis.onconnect = ({ ports: [port] }) => {
    port.onmessage = () => ports.delete(port); // the tab goes
    port.postMessage({ reset: true, live: known.live, records: [...known.records.values()] });
    ports.add(port);
  };
  listen((message) => {
    remember(known, message);
    for (const port of ports) port.postMessage(message);
  });
}

if (globalThis.SharedWorkerGlobalScope) share();
