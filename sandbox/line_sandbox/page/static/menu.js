// A small menu beside what opened it. Arrow keys move, Escape closes and gives the focus back.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";

export function useMenu() {
  const [at, setAt] = useState(null);
  const opener = useRef(null);
  const openAt = (element, x, y) => {
    opener.current = element;
    setAt({ x, y });
  };
  const toggle = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    if (at) setAt(null);
    else openAt(event.currentTarget, box.left, box.bottom + 4);
  };
  const close = () => { setAt(null); opener.current?.focus(); };
  return { at, toggle, openAt, close };
}

export function Menu({ at, close, entries }) {
  const box = useRef();
  useEffect(() => {
    if (!at) return undefined;
    const menu = box.current;
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(at.x, innerWidth - width - 8))}px`;
    menu.style.top = `${Math.max(8, Math.min(at.y, innerHeight - height - 8))}px`;
    menu.querySelector("button")?.focus();
    const away = (event) => { if (!menu.contains(event.target)) close(); };
    addEventListener("pointerdown", away, true);
    return () => removeEventListener("pointerdown", away, true);
  }, [at]);
  if (!at) return null;
  const keys = (event) => {
    const items = [...box.current.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); close(); }
    if (step) {
      event.preventDefault();
      items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
    }
  };
  return html`<div class="menu" role="menu" ref=${box} onKeyDown=${keys}>
    ${entries.map(([label, run]) => html`<button type="button" role="menuitem" onClick=${() => { close(); run(); }}>${label}</button>`)}
  </div>`;
}
