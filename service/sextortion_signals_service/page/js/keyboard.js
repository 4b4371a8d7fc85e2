/** Shortcuts for the whole page. They rest while somebody types, composes Japanese, or has a dialog open. */

import { isDialogOpen } from "./dialogs.js";
import { isOn } from "./settings.js";

/** Call `actions[key]` for a key; `Escape` works everywhere, single characters only while the setting allows them. */
export function listenToKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isDialogOpen() || !(event.key in actions)) return;
    if (event.key.length === 1 && (!isOn("keys") || isTyping(event.target))) return;
    // Enter belongs to the button or field that has the focus.
    if (event.key === "Enter" && event.target !== document.body) return;
    event.preventDefault();
    actions[event.key]();
  });
}

function isTyping(target) {
  return target instanceof Element && target.closest("input, textarea, select") !== null;
}
