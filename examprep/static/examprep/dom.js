// Elements by selector, with their types.

/**
 * The first element that matches and is of the type, or null.
 *
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} type
 * @returns {E | null}
 */
export function find(root, selector, type = /** @type {any} */ (HTMLElement)) {
  const element = root.querySelector(selector);
  return element instanceof type ? element : null;
}

/**
 * The first element that matches. Throws where there is none: the page is not the one that this script is for.
 *
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} type
 * @returns {E}
 */
export function get(root, selector, type = /** @type {any} */ (HTMLElement)) {
  const element = find(root, selector, type);
  if (!element) throw new Error(`The page has no ${selector}`);
  return element;
}

/**
 * All elements that match and are of the type, in the order of the page.
 *
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} type
 * @returns {E[]}
 */
export function all(root, selector, type = /** @type {any} */ (HTMLElement)) {
  return /** @type {E[]} */ ([...root.querySelectorAll(selector)].filter((element) => element instanceof type));
}

/**
 * A new element with these properties.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function create(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

/**
 * The element that an event is about; the whole page for events of the document itself.
 *
 * @param {Event} event
 * @returns {Element}
 */
export function targetOf(event) {
  return event.target instanceof Element ? event.target : document.documentElement;
}

/**
 * Whether a key was pressed together with one that makes it the browser's.
 *
 * @param {KeyboardEvent | MouseEvent} event
 */
export function isCombined(event) {
  return event.ctrlKey || event.metaKey || event.altKey;
}
