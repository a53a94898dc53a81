// A Flex message, as far as bots use it: boxes, texts, buttons, pictures, separators.
// https://developers.line.biz/en/docs/messaging-api/flex-message-layout/
import { html } from "./html.js";

const WIDTHS = { nano: 120, micro: 160, deca: 220, hecto: 241, kilo: 260, mega: 300, giga: 386 };
const TEXTS = { xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, "3xl": 35, "4xl": 48, "5xl": 74 };
const GAPS = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const ICONS = { xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, full: "100%" };
const ENDS = { start: "start", end: "end", center: "center" };
const BUTTONS = { primary: ["#17c950", "#fff"], secondary: ["#dcdfe5", "#111"], link: ["transparent", "#42659a"] };

const px = (value, scale = {}) => (value in scale ? `${scale[value]}${typeof scale[value] === "number" ? "px" : ""}` : /^\d+(\.\d+)?(px|%)$/.test(value) ? value : undefined);
const hue = (value) => (/^#[0-9a-f]{6,8}$/i.test(value) ? value : undefined);
const css = (styles) => Object.entries(styles).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}:${value}`).join(";");

// The addresses of its pictures in their order: they come by way of the demo, as a phone fetches them.
function urlsIn(part, urls = []) {
  if (["image", "icon"].includes(part?.type)) urls.push(part.url);
  else if (part && typeof part === "object") Object.values(part).forEach((inner) => urlsIn(inner, urls));
  return urls;
}

export function Flex({ message, run }) {
  const { contents } = message.body;
  const urls = urlsIn(contents);
  const source = (url) => `/demo/card/${message.chat}/${message.id}/${urls.indexOf(url)}`;
  const bubbles = contents.type === "carousel" ? contents.contents : [contents];
  return html`<div class="cards" tabindex=${bubbles.length > 1 ? 0 : undefined}>${bubbles.map((bubble) => html`
    <section class="bubble card flex" style="width:${WIDTHS[bubble.size] ?? WIDTHS.mega}px" aria-label=${message.body.altText}>
      ${["header", "hero", "body", "footer"].filter((name) => bubble[name]).map((name) => html`
        <div class="block ${name}" style=${css({ "background-color": hue(bubble.styles?.[name]?.backgroundColor) })}>
          <${Part} part=${bubble[name]} run=${run} source=${source} /></div>`)}
    </section>`)}</div>`;
}

function placed(part, inRow, gap) {
  const margin = px(part.margin, GAPS) ?? gap;
  const share = part.flex ?? (inRow && part.type !== "icon" && part.type !== "separator" ? 1 : 0);
  return { [inRow ? "margin-left" : "margin-top"]: margin, flex: inRow || part.flex ? `${share} ${share ? 1 : 0} ${share ? "0" : "auto"}` : undefined };
}

function Part({ part, run, source, inRow, gap }) {
  const place = placed(part, inRow, gap);
  if (part.type === "box") return html`<${Box} part=${part} run=${run} source=${source} place=${place} />`;
  if (part.type === "text") return html`<${Text} part=${part} run=${run} place=${place} />`;
  if (part.type === "button") return html`<${Button} part=${part} run=${run} place=${place} />`;
  if (part.type === "separator") return html`<span class="rule" style=${css({ ...place, "background-color": hue(part.color) })}></span>`;
  if (part.type === "filler") return html`<span style=${css({ ...place, flex: part.flex ?? 1 })}></span>`;
  if (part.type === "image" || part.type === "icon") {
    const [across, down] = (part.aspectRatio ?? "1:1").split(":");
    return html`<${Touch} action=${part.action} run=${run} style=${css({ ...place, "align-self": ENDS[part.align] ?? "center" })}>
      <img src=${source(part.url)} alt="" style=${css({
        width: px(part.size ?? "md", part.type === "icon" ? ICONS : { ...TEXTS, md: 100, full: "100%" }), "aspect-ratio": `${across}/${down}`,
        "object-fit": part.aspectMode === "cover" ? "cover" : "contain",
      })} /><//>`;
  }
  return null;
}

// What can be tapped is a button; the label of its action is its name.
function Touch({ action, run, style, children }) {
  if (!action) return html`<span class="piece" style=${style}>${children}</span>`;
  return html`<button type="button" class="piece" style=${style} aria-label=${action.label} onClick=${() => run(action)}>${children}</button>`;
}

function Box({ part, run, source, place }) {
  const inRow = part.layout !== "vertical";
  const gap = px(part.spacing, GAPS);
  const style = css({
    ...place, "flex-direction": inRow ? "row" : "column", "align-items": part.layout === "baseline" ? "baseline" : part.alignItems?.replace("flex-", ""),
    "justify-content": part.justifyContent, padding: px(part.paddingAll, GAPS), "background-color": hue(part.backgroundColor),
    border: part.borderWidth && `${px(part.borderWidth) ?? "1px"} solid ${hue(part.borderColor) ?? "#000"}`,
    "border-radius": px(part.cornerRadius, GAPS), width: px(part.width), height: px(part.height),
  });
  return html`<${Touch} action=${part.action} run=${run} style=${style}>
    ${part.contents.map((inner, at) => html`<${Part} part=${inner} run=${run} source=${source} inRow=${inRow} gap=${at ? gap : undefined} />`)}<//>`;
}

const ink = (part) => ({
  "font-size": px(part.size ?? "md", TEXTS), color: hue(part.color), "font-weight": part.weight === "bold" ? 700 : undefined,
  "font-style": part.style === "italic" ? "italic" : undefined, "text-decoration": { underline: "underline", "line-through": "line-through" }[part.decoration],
});

function Text({ part, run, place }) {
  const style = css({ ...place, ...ink(part), "text-align": ENDS[part.align], display: "block", ...(part.wrap ? {} : { "white-space": "nowrap", overflow: "hidden", "text-overflow": "ellipsis" }) });
  return html`<${Touch} action=${part.action} run=${run} style=${style}>
    ${part.contents?.length ? part.contents.map((span) => html`<span style=${css(ink({ size: part.size, ...span }))}>${span.text}</span>`) : part.text}<//>`;
}

function Button({ part, run, place }) {
  const [ground, words] = BUTTONS[part.style] ?? BUTTONS.link;
  const isLink = !(part.style in BUTTONS) || part.style === "link";
  const style = css({
    ...place, "background-color": isLink ? undefined : hue(part.color) ?? ground, color: isLink ? hue(part.color) ?? words : words,
    padding: part.height === "sm" ? "8px" : "14px", "border-radius": "8px", "text-align": "center", display: "block",
  });
  return html`<${Touch} action=${part.action} run=${run} style=${style}>${part.action.label}<//>`;
}
