/**
 * Makes elements. Text goes in as text, never as markup: names and keys come from programs that nobody has vetted.
 */

export type Child = Node | string | undefined;
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes (`true` sets it empty, `false` and undefined leave it out) and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  append(made, children);
  return made;
}

export function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Puts `children` in place of what was there. */
export function replaceChildren(target: Element, ...children: readonly Child[]): void {
  target.replaceChildren(...children.filter(child => child !== undefined));
}

/** Sets the text only when it changed, so that screen readers and layout are left in peace. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Text that may be cut off with an ellipsis; the whole of it is in the tooltip. */
export function clipped<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  text: string,
  attributes: Attributes = {},
): HTMLElementTagNameMap[Tag] {
  const shown = shorten(text);
  const made = element(tag, { ...attributes, title: text.slice(0, 2000) }, shown);
  made.classList.add('clipped');
  return made;
}

/** A browser lays out every character of a text even where none is visible: very long ones are cut before. */
export function shorten(text: string, length = 200): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** `name=value` and paths, with places at which a line may end before it has to end within a word. */
export function breakable(text: string): readonly Child[] {
  return text.split(/(?<=[=/_])(?=[^=/_])/).flatMap((part, i) => (i === 0 ? [part] : [element('wbr'), part]));
}

function append(target: Element, children: readonly Child[]): void {
  for (const child of children) if (child !== undefined) target.append(child);
}
