/** Small pieces that several views are made of. Texts are never read as markup. */

import { ensureStyles, h } from '@nanoos/look';
import css from './parts.css';

/** Give an element the look; it must be in the page, or will be in the document rather than in a shadow root. */
export function dress(element: HTMLElement): void {
  element.classList.add('nanoos-ui');
  ensureStyles(element, 'lab', css);
}

/** What is known of a structure, as a small table. */
export function factsOf(title: string, facts: unknown): HTMLElement | null {
  if (!Array.isArray(facts) || !facts.length) {
    return null;
  }
  const grid = h('dl', {});
  for (const fact of facts) {
    if (Array.isArray(fact)) {
      grid.append(h('dt', {}, String(fact[0])), h('dd', {}, String(fact[1])));
    }
  }
  return h('div', { class: 'nl-facts' }, title && h('h3', {}, title), grid);
}

/** A sentence about what went wrong, and what to do. */
export function trouble(error: unknown, again?: () => void): HTMLElement {
  const remedy = (error as { remedy?: string }).remedy;
  return h(
    'div',
    { class: 'nl-trouble', role: 'alert' },
    h('p', { class: 'nl-message' }, (error as Error).message),
    remedy && h('p', { class: 'nl-remedy' }, remedy),
    again && h('button', { type: 'button', class: 'nl-button', onclick: again }, 'Try again')
  );
}

/** A choice among words. */
export function choice(
  label: string,
  entries: readonly (readonly [string, string])[],
  chosen: string,
  then: (value: string) => void
): HTMLLabelElement {
  const select = h('select', { 'aria-label': label, onchange: () => then(select.value) });
  for (const [value, words] of entries) {
    select.append(h('option', { value, selected: value === chosen }, words));
  }
  return h('label', { class: 'nl-field' }, h('span', {}, label), select);
}

export function button(words: string, act: () => void, attributes: Record<string, string | boolean> = {}): HTMLButtonElement {
  return h('button', { type: 'button', class: 'nl-button', ...attributes, onclick: act }, words);
}
