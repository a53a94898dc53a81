// Rows that are made anew only when something that they show has changed: Preact passes over one that is the same.
import { useRef } from "preact/hooks";

export function useKept() {
  const made = useRef(new Map());
  return (key, needs, make) => {
    const known = made.current.get(key);
    if (known && needs.length === known.needs.length && known.needs.every((one, at) => one === needs[at])) return known.row;
    const row = make();
    made.current.set(key, { needs, row });
    return row;
  };
}
