/** A menu: groups of choices, switches, actions and one field, worked by mouse, touch and keys. */

import { h } from '@nanoos/look';
import { icon } from './icons';

export type MenuItem =
  | { kind: 'title'; text: string }
  | { kind: 'choice'; text: string; chosen: boolean; act: () => void; name: string }
  | { kind: 'switch'; text: string; on: boolean; act: () => void; name: string }
  | { kind: 'action'; text: string; hint?: string; act: () => void; name: string }
  | { kind: 'row'; label: string; items: { text: string; title: string; act: () => void; name: string }[] }
  | { kind: 'field'; label: string; hint: string; act: (text: string) => string; name: string };

export class Menu {
  readonly element = h('div', { class: 'nanoos-viewer-menu', role: 'menu', hidden: true });
  private readonly _opener: HTMLElement;
  private readonly _items: () => MenuItem[];
  private readonly _abort = new AbortController();

  constructor(opener: HTMLElement, items: () => MenuItem[]) {
    this._opener = opener;
    this._items = items;
    this.element.addEventListener('keydown', event => this._key(event));
    const outside = (event: Event) => {
      const path = event.composedPath();
      if (!this.element.hidden && !path.includes(this.element) && !path.includes(this._opener)) {
        this._shut();
      }
    };
    document.addEventListener('pointerdown', outside, { signal: this._abort.signal, capture: true });
  }

  toggle(): void {
    if (this.element.hidden) {
      this.element.hidden = false;
      const room = this._opener.closest('.nanoos-viewer-stage')?.clientHeight ?? 420;
      this.element.style.maxHeight = `${Math.max(room - 44, 90)}px`;
      this._opener.setAttribute('aria-expanded', 'true');
      this.refresh();
      this._stops()[0]?.focus({ preventScroll: true });
    } else {
      this.close();
    }
  }

  /** Close it and give the focus back; false if it was closed. */
  close(): boolean {
    if (this.element.hidden) {
      return false;
    }
    this._shut();
    this._opener.focus({ preventScroll: true });
    return true;
  }

  refresh(): void {
    if (this.element.hidden) {
      return;
    }
    const root = this.element.getRootNode() as Document | ShadowRoot;
    const focused = (root.activeElement as HTMLElement | null)?.dataset?.action;
    const top = this.element.scrollTop;
    this.element.replaceChildren(...this._items().map(item => this._draw(item)));
    this.element.scrollTop = top;
    this._stops().find(stop => focused && stop.dataset.action === focused)?.focus({ preventScroll: true });
  }

  dispose(): void {
    this._abort.abort();
  }

  private _shut(): void {
    this.element.hidden = true;
    this._opener.setAttribute('aria-expanded', 'false');
  }

  private _draw(item: MenuItem): HTMLElement {
    if (item.kind === 'title') {
      return h('div', { class: 'title', role: 'presentation' }, item.text);
    }
    if (item.kind === 'row') {
      const buttons = item.items.map(one =>
        h('button', { type: 'button', role: 'menuitem', title: one.title, 'aria-label': one.title, 'data-action': one.name, onclick: one.act }, one.text)
      );
      return h('div', { class: 'row', role: 'group', 'aria-label': item.label }, h('span', {}, item.label), ...buttons);
    }
    if (item.kind === 'field') {
      return this._field(item);
    }
    const checked = item.kind === 'choice' ? item.chosen : item.kind === 'switch' ? item.on : null;
    const role = { choice: 'menuitemradio', switch: 'menuitemcheckbox', action: 'menuitem' }[item.kind];
    const line = h('button', { type: 'button', role, 'aria-checked': checked === null ? null : String(checked), 'data-action': item.name });
    line.append(h('i', {}, checked ? icon('check') : null), item.text);
    if (item.kind === 'action' && item.hint) {
      line.append(h('kbd', {}, item.hint));
    }
    line.addEventListener('click', () => {
      if (item.kind === 'action') {
        this.close();
      }
      item.act();
      this.refresh();
    });
    return line;
  }

  /** A field that is read on Enter; what is wrong is said below it. */
  private _field(item: Extract<MenuItem, { kind: 'field' }>): HTMLElement {
    const wrong = h('div', { class: 'wrong', role: 'alert' });
    const input = h('input', { type: 'text', placeholder: item.hint, 'aria-label': item.label, 'data-action': item.name, spellcheck: 'false' });
    input.addEventListener('keydown', event => {
      event.stopPropagation();
      if (event.key === 'Enter') {
        wrong.textContent = item.act(input.value);
      } else if (event.key === 'Escape') {
        this.close();
      }
    });
    return h('div', { class: 'field' }, h('label', {}, item.label, input), wrong);
  }

  private _stops(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('button,input')];
  }

  private _key(event: KeyboardEvent): void {
    const stops = this._stops();
    const at = stops.indexOf(event.target as HTMLElement);
    const go: Record<string, number> = {
      ArrowDown: (at + 1) % stops.length,
      ArrowRight: (at + 1) % stops.length,
      ArrowUp: (at - 1 + stops.length) % stops.length,
      ArrowLeft: (at - 1 + stops.length) % stops.length,
      Home: 0,
      End: stops.length - 1
    };
    if (event.key === 'Escape') {
      this.close();
    } else if (event.key in go) {
      stops[go[event.key]].focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
