/** Building elements. Strings become text nodes here, always: no function of this page reads a string as markup. */

/**
 * Return a new element. `attributes` are set as attributes, except `on...` (a listener) and `dataset`;
 * null, undefined and false leave one out. `children` are nodes, strings, numbers, or lists of them.
 */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) setAttribute(node, key, value);
  node.append(...flatten(children));
  return node;
}

/** Replace everything in `node` by `children`. */
export function fill(node, ...children) {
  node.replaceChildren(...flatten(children));
}

/** Return an SVG element; presentation goes into classes, since the policy of the page allows no style attributes. */
export function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...flatten(children));
  return node;
}

/** Text that is heard and not seen. It is never part of what is copied from a text. */
export function heard(text) {
  return el("span", { class: "sr" }, text);
}

export function byId(id) {
  return document.getElementById(id);
}

/** Say something to a screen reader once. */
export function announce(text) {
  byId("status").textContent = text;
}

function setAttribute(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
  else if (key === "dataset") Object.assign(node.dataset, value);
  else node.setAttribute(key, value === true ? "" : String(value));
}

function flatten(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}
