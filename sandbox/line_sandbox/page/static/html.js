// Preact with htm in place of JSX: no build step.
import { h } from "preact";
import htm from "htm";
import { botPicture } from "plug/look.js";
import { language } from "./words.js";

export const html = htm.bind(h);

const ICONS = {
  send: "M3 20l18-8L3 4v6.5l11 1.5-11 1.5z",
  photo: "M4 5h16a1 1 0 011 1v12a1 1 0 01-1 1H4a1 1 0 01-1-1V6a1 1 0 011-1zm1 11.5h14l-4.5-6-3.5 4.5-2.5-3zM8 10a1.5 1.5 0 100-3 1.5 1.5 0 000 3z",
  smile: "M12 2a10 10 0 100 20 10 10 0 000-20zM8.5 8a1.5 1.5 0 110 3 1.5 1.5 0 010-3zm7 0a1.5 1.5 0 110 3 1.5 1.5 0 010-3zM12 18a5.5 5.5 0 01-5-3.2h10A5.5 5.5 0 0112 18z",
  more: "M6 10a2 2 0 110 4 2 2 0 010-4zm6 0a2 2 0 110 4 2 2 0 010-4zm6 0a2 2 0 110 4 2 2 0 010-4z",
  back: "M15.5 4L7.5 12l8 8 1.6-1.6L10.700 12l6.400-6.400z",
  close: "M6.400 5L5 6.400 10.600 12 5 17.600 6.400 19 12 13.400 17.600 19 19 17.600 13.400 12 19 6.400 17.600 5 12 10.600z",
  bench: "M4 18h3v-7H4zm6.500 0h3V6h-3zM17 18h3v-4.500h-3z",
  chats: "M12 4c5 0 9 3.100 9 7s-4 7-9 7c-.8 0-1.600-.1-2.300-.2L5 20l1-3.400C4.100 15.300 3 13.300 3 11c0-3.900 4-7 9-7z",
  broken: "M4 5h16a1 1 0 011 1v4l-4 3-4-3-4 4-3-2-3 2V6a1 1 0 011-1zm-1 11l3-2 3 2 4-4 4 3 4-3v6a1 1 0 01-1 1H4a1 1 0 01-1-1z",
  warn: "M12 3l10 18H2zm-1 7v5h2v-5zm0 6.500v2h2v-2z",
  down: "M12 16.500l-8-8 1.500-1.500 6.500 6.500 6.500-6.500 1.500 1.500z",
  camera: "M9 4l-1.500 2H4a1 1 0 00-1 1v12a1 1 0 001 1h16a1 1 0 001-1V7a1 1 0 00-1-1h-3.500L15 4zm3 4.500a4.500 4.500 0 110 9 4.500 4.500 0 010-9zm0 2a2.500 2.500 0 100 5 2.500 2.500 0 000-5z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
};

export const Icon = ({ name }) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${ICONS[name]} fill="currentColor" fill-rule="evenodd" /></svg>`;

const COLOURS = ["#c2577a", "#3f7cac", "#7a5ca8", "#b5762a", "#2f8f83", "#a14d3a"];

export function Avatar({ name, bot, group, size }) {
  const style = size ? `--size:${size}px` : "";
  if (bot && botPicture) return html`<img class="avatar" style=${style} src=${botPicture} alt="" />`;
  const sum = [...name].reduce((total, letter) => total + letter.codePointAt(0), 0);
  const colour = `background:${COLOURS[sum % COLOURS.length]}`;
  return html`<span class="avatar ${group ? "square" : ""}" style="${style};${colour}" aria-hidden="true">${[...name][0].toUpperCase()}</span>`;
}

// Made once: a format takes a hundred times as long to make as to use.
const CLOCK = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(language, { weekday: "short", month: "short", day: "numeric" });
export const clock = (at) => CLOCK.format(at * 1000);
export const day = (at) => DAY.format(at * 1000);

export function duration(ms) {
  if (ms == null) return "…";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
}

export const dollars = (micro) => `$${(micro / 1e6).toFixed(micro < 10000 ? 4 : 3)}`;
