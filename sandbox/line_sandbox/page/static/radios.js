// Arrow keys within a group of radio buttons move and choose; Tab stops once, at the one that is chosen.
// https://www.w3.org/WAI/ARIA/apg/patterns/radio/
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function arrows(event) {
  const step = STEPS[event.key];
  const radios = [...event.currentTarget.querySelectorAll("[role=radio]:not(:disabled)")];
  if (!step || !radios.includes(document.activeElement)) return;
  event.preventDefault();
  const next = radios[(radios.indexOf(document.activeElement) + step + radios.length) % radios.length];
  next.focus();
  next.click();
}
