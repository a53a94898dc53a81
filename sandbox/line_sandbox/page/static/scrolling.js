// The end of a chat stays in sight until somebody scrolls up; then a button counts what has come and leads back.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const NEAR_PX = 60;
const HANDS = ["wheel", "touchmove", "pointerdown", "keydown"]; // what grows or shrinks by itself moves the scroll, too

export function useEnd({ list, last, isMine }) {
  const sticks = useRef(true);
  const byHand = useRef(false);
  const top = useRef(0);
  const [leftAt, setLeftAt] = useState(null); // the last message that was there when one scrolled up
  const toEnd = () => {
    if (!sticks.current || !list.current) return;
    byHand.current = false;
    list.current.scrollTop = list.current.scrollHeight;
  };
  const follow = () => { sticks.current = true; setLeftAt(null); toEnd(); };
  const leave = () => { if (sticks.current) { sticks.current = false; setLeftAt(last?.id ?? ""); } };
  const moved = () => {
    if (!list.current) return; // another chat is open already
    const { scrollTop, scrollHeight, clientHeight } = list.current;
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) { sticks.current = true; setLeftAt(null); }
    else if (byHand.current && scrollTop < top.current) leave();
    top.current = scrollTop;
  };
  useLayoutEffect(() => { if (isMine) follow(); }, [last?.id]); // who writes wants to see it
  useLayoutEffect(toEnd);
  useEffect(() => {
    // Pictures grow when they arrive, and the keyboard of a phone takes room away.
    const watch = new ResizeObserver(toEnd);
    watch.observe(list.current);
    watch.observe(list.current.firstElementChild);
    const touched = () => { byHand.current = true; };
    HANDS.forEach((name) => list.current.addEventListener(name, touched, { passive: true }));
    return () => watch.disconnect();
  }, []);
  return { leftAt, moved, follow, leave };
}
