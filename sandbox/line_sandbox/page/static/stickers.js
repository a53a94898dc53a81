// A set of stickers drawn for this page: one otter, eight moods.
import { html } from "./html.js";

const EYES = {
  open: "M38 54a4 5 0 100-.1zM82 54a4 5 0 100-.1z",
  happy: "M31 55q5-7 10 0M79 55q5-7 10 0",
  closed: "M31 53q5 5 10 0M79 53q5 5 10 0",
  wide: "M36 54a6 7 0 100-.1zM84 54a6 7 0 100-.1z",
};
const MOODS = {
  hello: { eyes: "open", mouth: "M52 76q8 8 16 0", word: "Hi!", colour: "#f7c948" },
  thanks: { eyes: "closed", mouth: "M53 76q7 5 14 0", word: "謝謝", colour: "#f29ca3" },
  love: { eyes: "happy", mouth: "M50 74q10 12 20 0z", word: "♥", colour: "#ef6f8f" },
  wow: { eyes: "wide", mouth: "M60 74a5 6 0 100 .1z", word: "Wow", colour: "#7cc6fe" },
  sleepy: { eyes: "closed", mouth: "M55 78h10", word: "Zzz", colour: "#b8a9e8" },
  ok: { eyes: "happy", mouth: "M52 76q8 6 16 0", word: "OK", colour: "#8bd3a0" },
  cry: { eyes: "closed", mouth: "M53 80q7-7 14 0", word: "T_T", colour: "#9db8d9" },
  party: { eyes: "happy", mouth: "M50 74q10 12 20 0z", word: "Yay", colour: "#ffb26b" },
};
export const STICKERS = Object.keys(MOODS);

export function Sticker({ name, label }) {
  const mood = MOODS[name] ?? MOODS.hello;
  const line = { fill: "none", stroke: "#3b2a20", "stroke-width": 3.4, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return html`<svg class="sticker" viewBox="0 0 120 120" role="img" aria-label="${label}: ${name}">
    <circle cx="60" cy="60" r="56" fill=${mood.colour} opacity=".28" />
    <circle cx="27" cy="36" r="9" fill="#7b5a43" /><circle cx="93" cy="36" r="9" fill="#7b5a43" />
    <ellipse cx="60" cy="62" rx="42" ry="38" fill="#8d6a50" />
    <ellipse cx="60" cy="74" rx="25" ry="19" fill="#f0dcc4" />
    <path d="M54 64q6-5 12 0l-6 6z" fill="#3b2a20" />
    <path d=${EYES[mood.eyes]} ...${line} fill=${mood.eyes === "open" || mood.eyes === "wide" ? "#3b2a20" : "none"} />
    <path d=${mood.mouth} ...${line} />
    <path d="M22 70l-12-3M22 77l-12 3M98 70l12-3M98 77l12 3" ...${line} stroke-width="2" />
    <text x="60" y="113" text-anchor="middle" font-size="20" font-weight="800" fill="#fff" stroke="#3b2a20" stroke-width="4" paint-order="stroke">${mood.word}</text>
  </svg>`;
}
