// The bench of bad days and the timeline.
import { BotPanel } from "plug/parts.js";
import { html, dollars } from "./html.js";
import { arrows } from "./radios.js";
import { act, all, get } from "./store.js";
import { Timeline } from "./timeline.js";
import { say } from "./words.js";

export function Bench({ bot, chosen, choose, go }) {
  return html`<section class="bench" aria-label=${say("bench")}>
    <div class="controls">
      <${BotPanel ?? OtherBot} bot=${bot} />
      <${Weather} bot=${bot} />
    </div>
    <${Timeline} chosen=${chosen} choose=${choose} go=${go} />
  </section>`;
}

function OtherBot({ bot }) {
  const settings = Object.entries(get("parts")?.settings ?? {});
  return html`<section class="panel bot"><header><h2>${say("other_bot")}</h2><small>${bot.url}</small></header>
    <details open><summary>${say("other_hint")}</summary><pre class="settings">${settings.map(([name, value]) => `${name}=${value}`).join("\n")}</pre></details></section>`;
}

function Slider({ label, value, min, max, step, move, disabled }) {
  const shown = say("seconds", { count: value });
  // No <output>: a label names the first element in it that can have one, and that would be the output.
  return html`<label class="slider"><span>${label}<b aria-hidden="true">${shown}</b></span>
    <input type="range" aria-valuetext=${shown} min=${min} max=${max} step=${step} value=${value} disabled=${disabled} onChange=${(event) => move(Number(event.target.value))} /></label>`;
}

function Weather({ bot }) {
  const bench = get("bench");
  const held = get("held");
  const days = all("day");
  const on = days.filter((day) => day.mode !== "off");
  const real = get("parts")?.real ?? [];
  const set = (name) => (value) => act("set", { [name]: value });
  const check = (name) => html`<label class="check"><input type="checkbox" checked=${bench[name]} disabled=${real.includes("line")}
    onChange=${(event) => act("set", { [name]: event.target.checked })} />${say(name === "quotaGone" ? "quota_gone" : name)}</label>`;
  const sum = (vendor, label, value) => !real.includes(vendor) && html`<div><dt>${say(label)}</dt><dd>${value}</dd></div>`;
  if (!bench) return null;
  return html`<section class="panel weather" aria-labelledby="bench-days">
    <header><h2 id="bench-days">${say("bad_days")}</h2>${on.length > 0 && html`<span class="count">${say("active", { count: on.length })}</span>`}
      <button type="button" class="plain" onClick=${() => act("fine")}>${say("fine_day")}</button></header>
    <dl class="sums">${sum("openai", "spent", dollars(bench.invoice))}${sum("r2", "stored", bench.pictures)}${sum("line", "used", `${bench.used}/${bench.quota}`)}</dl>
    <${Slider} label=${say("draws_for")} value=${bench.latencyS} min="0" max="90" step="1" move=${set("latencyS")} disabled=${real.includes("openai")} />
    <${Days} title="OpenAI" days=${days.filter((day) => day.vendor === "openai")} />
    <${Days} title="R2" days=${days.filter((day) => day.vendor === "r2")} />
    <${Days} title="LINE" days=${days.filter((day) => day.vendor === "line")}>
      <${Slider} label=${say("token_life")} value=${bench.tokenLifeS} min="3" max="60" step="1" move=${set("tokenLifeS")} disabled=${real.includes("line")} />
      ${check("quotaGone")}${check("redelivers")}
      <div class="buttons"><button type="button" disabled=${real.includes("line")} onClick=${() => act("again", { copies: 0 })}>${say("redeliver")}</button>
        <button type="button" disabled=${real.includes("line")} onClick=${() => act("again", { copies: 5 })}>${say("five_times")}</button></div>
      <div class="buttons"><button type="button" disabled=${real.includes("line")} onClick=${() => act("hold", { on: !held })}>
        ${held ? say("let_go", { count: held.count }) : say("hold_back")}</button></div>
    <//>
  </section>`;
}

function Days({ title, days, children }) {
  const on = days.filter((day) => day.mode !== "off").length;
  return html`<details class="days"><summary>${title}${on > 0 && html`<span class="count">${say("active", { count: on })}</span>`}</summary>
    ${children}
    <ul>${days.map((day) => html`<${Day} key=${day.id} day=${day} />`)}</ul></details>`;
}

function Day({ day }) {
  const title = say(`day_${day.id}`, {}, day.title);
  return html`<li class="day ${day.mode}"><span>${title}${day.hits > 0 && html`<small>${say("hits", { count: day.hits })}</small>`}</span>
    <span class="modes" role="radiogroup" aria-label=${title} onKeyDown=${arrows}>${["off", "once", "always"].map((mode) => html`
      <button type="button" role="radio" aria-checked=${day.mode === mode} tabindex=${day.mode === mode ? 0 : -1} disabled=${day.real} onClick=${() => act("day", { name: day.id, mode })}>${say(mode)}</button>`)}</span></li>`;
}
