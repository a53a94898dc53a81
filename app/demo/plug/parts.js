// What Easel puts on the page: its bot to start, stop and kill, and how each message was read.
import { duration, html } from "page/html.js";
import { act } from "page/store.js";
import { say } from "page/words.js";

const STEPS = ["rules", "moment", "gate", "reader", "asked"]; // of reading, the cheapest first

export function BotPanel({ bot }) {
  if (!bot.state) return null; // it is not handed over yet
  const runs = ["ready", "starting"].includes(bot.state);
  const restart = (name) => (event) => act("bot", { what: "restart", settings: { [name]: event.target.value } });
  const choose = (name, label, choices) => html`<label>${label}<select value=${bot.settings[name]} onChange=${restart(name)}>
    ${choices.map(([value, text]) => html`<option value=${value} selected=${value === bot.settings[name]}>${text}</option>`)}</select></label>`;
  return html`<section class="panel bot" aria-labelledby="bench-bot">
    <header><h2 id="bench-bot">${say("bot")}</h2>
      <span class="state ${bot.state}" role="status"><i></i>${say(`state_${bot.state}`)}</span>
      <small>${bot.pid ? say("pid", { pid: bot.pid }) : ""} · ${say("starts", { count: bot.starts })}</small>
      <button type="button" class="plain" disabled=${["starting", "stopping"].includes(bot.state)} onClick=${() => act("over")}>${say("start_over")}</button></header>
    <div class="buttons">
      <button type="button" class="danger" disabled=${!runs} onClick=${() => act("bot", { what: "kill" })}>${say("kill")}</button>
      <button type="button" disabled=${bot.state !== "ready"} onClick=${() => act("bot", { what: "stop" })}>${say("stop")}</button>
      <button type="button" class="primary" disabled=${runs || bot.state === "stopping"} onClick=${() => act("bot", { what: "start" })}>${say("start")}</button>
    </div>
    ${runs && html`<p class="dashboard">${bot.dashboard
      ? html`<a href=${bot.dashboard.url} target="_blank" rel="noreferrer">${say("dashboard")}</a> ${say("with_token")} <code>${bot.dashboard.token}</code>`
      : say("dashboard_elsewhere")}</p>`}
    ${bot.lastWords && html`<pre class="lastwords">${bot.lastWords}</pre>`}
    <details><summary>${say("restart_with")}</summary><div class="choices">
      ${choose("LATE_DELIVERY", say("late_delivery"), [["button", say("late_button")], ["push", say("late_push")]])}
      ${choose("REPLY_DEADLINE_S", say("deadline"), ["3", "8", "20", "45"].map((s) => [s, say("seconds", { count: s })]))}
      ${choose("IMAGE_FORMAT", say("format"), ["jpeg", "png", "webp"].map((one) => [one, one]))}
    </div></details>
  </section>`;
}

// Who said what the message means: those before left it open, those behind were not needed.
export function TraceNotes({ trace }) {
  const { understood, read } = trace.notes;
  if (!understood) return null;
  const { step, meaning, confidence } = understood;
  const decided = STEPS.indexOf(step);
  const sure = confidence < 1 ? say("sure", { percent: Math.round(100 * confidence) }) : "";
  const role = (at) => (at === decided ? "decided" : at > decided || (STEPS[at] === "reader" && !read) ? "idle" : "open");
  return html`<h3>${say("understood")}</h3>
    <ol class="reading">${STEPS.filter((one) => one !== "asked" || step === "asked").map((one, at) => html`
      <li class=${role(at)} aria-current=${at === decided ? "step" : undefined}>${say(`step_${one}`)}</li>`)}</ol>
    <p class="verdict"><b>${meaning || say("unclear")}</b> ${[say(`by_${step}`), sure, read?.model && `${read.model} ${read.ended ?? read.code ?? ""} ${read.duration_ms ? duration(read.duration_ms) : ""}`.trim()].filter(Boolean).join(" · ")}</p>`;
}
