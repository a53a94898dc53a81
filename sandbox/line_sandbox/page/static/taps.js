// What a tap on a button does on the phone, before the bot hears of it.
import { act } from "./store.js";

export function tap(who, message, action, hands) {
  if (action.type === "camera" || action.type === "cameraRoll") return hands.current?.photos();
  if (action.type === "uri") return window.open(action.uri, "_blank", "noopener");
  if (action.type === "clipboard") return navigator.clipboard?.writeText(action.clipboardText);
  if (action.inputOption === "openKeyboard") hands.current?.fill(action.fillInText ?? "");
  return act("tap", { ...who, message: message.id, action });
}
