// What became of each request: lanes from the webhook to the reply, with the calls as they went over the wire.
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { TraceNotes } from "plug/parts.js";
import { clock, dollars, duration, html } from "./html.js";
import { useKept } from "./kept.js";
import { all, get } from "./store.js";
import { say } from "./words.js";

const LANES = ["webhook", "text", "queue", "model", "bucket", "reply"];
const TICK_MS = 100;

export function Timeline({ chosen, choose, go }) {
  const kept = useKept();
  const traces = all("trace").sort((a, b) => b.at - a.at);
  return html`<section class="timeline" aria-labelledby="bench-timeline">
    <h2 id="bench-timeline">${say("timeline")}</h2>
    ${traces.length === 0 && html`<p class="waiting">${say("timeline_empty")}</p>`}
    <ol>${traces.map((trace, index) => {
      const isChosen = chosen === trace.id;
      const open = chosen ? isChosen : index === 0;
      return kept(trace.id, [trace, open, isChosen, ...trace.calls.map((id) => get("call", id))], () => html`
        <${Trace} key=${trace.id} trace=${trace} open=${open} chosen=${isChosen} choose=${() => choose(isChosen ? null : trace.id)} />`);
    })}</ol>
  </section>`;
}

// While something is under way its bars grow; nothing ticks otherwise.
function useNow(runs) {
  const [, tick] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    if (!runs) return undefined;
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [runs]);
  return Date.now() / 1000;
}

function Trace({ trace, open, chosen, choose }) {
  const runs = trace.waits || trace.spans.some((span) => span.end === null);
  const moving = runs && (trace.draws || trace.spans.some((span) => span.end === null));
  const now = useNow(moving);
  const card = useRef();
  const [call, setCall] = useState(null);
  useEffect(() => { if (chosen) card.current.scrollIntoView({ block: "nearest" }); }, [chosen]);
  const ends = trace.spans.map((span) => span.end ?? now);
  const end = moving ? Math.max(now, ...ends) : Math.max(trace.at + 0.001, ...ends);
  const failed = trace.marks.some((mark) => ["error", "warning"].includes(mark.level) && !mark.event.startsWith("bot_"));
  const taken = trace.spans.some((span) => span.lane === "webhook" && span.ok);
  const state = !trace.spans.length ? "held" : moving ? "waiting" : trace.answeredAt ? "answered" : taken ? "passed" : "not_delivered";
  const person = get("person", trace.person)?.name ?? get("group", trace.chat)?.name ?? "";
  return html`<li class="trace ${open ? "open" : ""} ${failed ? "bumpy" : ""}" ref=${card}>
    <button type="button" class="head" aria-expanded=${open} onClick=${choose}>
      <b>${trace.text || say(`kind_${trace.kind}`, {}, trace.kind)}</b>
      <span class="facts"><span>${person}</span><time>${clock(trace.at)}</time>
        ${trace.microDollars > 0 && html`<span>${dollars(trace.microDollars)}</span>`}
        <span class="chip is-${state}">${say(state)}</span><strong>${duration((end - trace.at) * 1000)}</strong></span>
    </button>
    <div class="lanes" role="list">
      ${LANES.filter((lane) => (open && lane !== "text") || trace.spans.some((span) => span.lane === lane)).map((lane) => html`
        <${Lane} lane=${lane} spans=${trace.spans.filter((span) => span.lane === lane)} start=${trace.at} end=${end} now=${now}
          marks=${lane === "webhook" ? trace.marks.filter((mark) => mark.event.startsWith("bot_")) : []} call=${call} setCall=${open ? setCall : null} />`)}
    </div>
    ${open && html`<${Details} trace=${trace} call=${call} setCall=${setCall} />`}
  </li>`;
}

function Lane({ lane, spans, start, end, now, marks, call, setCall }) {
  const share = (at) => Math.max(0, Math.min(100, ((at - start) / (end - start)) * 100));
  return html`<div class="lane ${lane}" role="listitem"><span class="lanename">${say(`lane_${lane}`)}</span>
    <div class="track">
      ${spans.map((span) => {
        const from = share(span.start);
        const label = `${say(`lane_${lane}`)}: ${span.name ?? ""} ${span.status ?? ""} ${duration(((span.end ?? now) - span.start) * 1000)} ${span.note ?? ""}`;
        const style = `left:${from}%;width:${Math.max(share(span.end ?? now) - from, 0)}%`;
        const kind = `span ${span.ok === false ? "bad" : ""} ${span.end === null ? "open" : ""} ${call && call === span.call ? "chosen" : ""}`;
        return span.call && setCall
          ? html`<button type="button" class=${kind} style=${style} title=${label} aria-label=${label} onClick=${() => setCall(call === span.call ? null : span.call)}></button>`
          : html`<span class=${kind} style=${style} title=${label} role="img" aria-label=${label}></span>`;
      })}
      ${marks.map((mark) => html`<i class="mark ${mark.event}" style="left:${share(mark.at)}%" title=${mark.event}></i>`)}
    </div>
    <span class="took">${spans.length ? duration(spans.reduce((sum, span) => sum + ((span.end ?? now) - span.start) * 1000, 0)) : ""}</span></div>`;
}

function Details({ trace, call, setCall }) {
  const calls = trace.calls.map((id) => ({ id, ...get("call", id) })).filter((one) => one.at).sort((a, b) => a.at - b.at);
  const missed = trace.spans.filter((span) => span.lane === "webhook" && !span.ok);
  return html`<div class="details">
    ${missed.length > 0 && html`<p class="fault">${say("not_taken", { reasons: [...new Set(missed.map((span) => `${span.note ?? ""} ${span.status ?? ""}`.trim()))].join(", ") })}</p>`}
    ${TraceNotes && html`<${TraceNotes} trace=${trace} />`}
    ${calls.length > 0 && html`<h3>${say("calls")}</h3><ul class="calls">${calls.map((one) => html`<li key=${one.id}>
      <button type="button" aria-expanded=${call === one.id} onClick=${() => setCall(call === one.id ? null : one.id)}>
        <span class="vendor ${one.vendor}">${{ line: "LINE", openai: "OpenAI", r2: "R2" }[one.vendor]}</span>
        <code>${one.method} ${one.path}</code>
        <span class="status ${one.status && one.status < 400 && !one.fault ? "" : "bad"}">${one.status ?? (one.ms == null ? "…" : say(one.hungUp ? "hung_up" : "no_answer"))}</span>
        <span class="took">${duration(one.ms)}</span></button>
      ${call === one.id && html`<${Wire} call=${one} />`}</li>`)}</ul>`}
    ${trace.marks.length > 0 && html`<h3>${say("steps")}</h3><ol class="steps">${trace.marks.map((mark) => html`
      <li class=${mark.level}><time>+${duration((mark.at - trace.at) * 1000)}</time><code>${mark.event}</code>
        <span>${Object.entries(mark.details ?? {}).map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`).join("  ")}</span></li>`)}</ol>`}
  </div>`;
}

function Wire({ call }) {
  const json = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 1));
  return html`<div class="wire">
    ${call.fault && html`<p class="fault">${call.fault}</p>`}
    ${call.microDollars != null && html`<p>${dollars(call.microDollars)} · ${json(call.notes)}</p>`}
    <h4>${say("headers")}</h4><pre>${Object.entries(call.headers).map(([name, value]) => `${name}: ${value}`).join("\n")}</pre>
    ${call.body != null && html`<h4>${say("request_body")}</h4><pre>${json(call.body)}</pre>`}
    <h4>${say("answer")} ${call.requestId ?? ""}</h4><pre>${call.answer == null ? call.outcome ?? "–" : json(call.answer)}</pre>
  </div>`;
}
