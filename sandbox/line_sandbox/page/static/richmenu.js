// The rich menu under the chat: a picture with areas to tap.
import { html } from "./html.js";
import { act } from "./store.js";
import { say } from "./words.js";

export function RichMenu({ id, menu, who, hands, close }) {
  const { width, height } = menu.size;
  const percent = (part, whole) => `${(100 * part) / whole}%`;
  const tapped = (area, number) => {
    if (area.action.inputOption === "openKeyboard") { close(); hands.current?.fill(area.action.fillInText ?? ""); }
    act("menu", { ...who, area: number });
  };
  return html`<div class="richmenu" id="richmenu" role="group" aria-label=${say("rich_menu")}>
    <div style="aspect-ratio:${width}/${height}"><img src="/demo/menu/${id}" alt="" />
      ${menu.areas.map((area, number) => html`<button type="button" aria-label=${area.action.label}
        style="left:${percent(area.bounds.x, width)};top:${percent(area.bounds.y, height)};width:${percent(area.bounds.width, width)};height:${percent(area.bounds.height, height)}"
        onClick=${() => tapped(area, number)}></button>`)}</div></div>`;
}
