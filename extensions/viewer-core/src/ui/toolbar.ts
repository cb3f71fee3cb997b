/** A few buttons that stay out of the way, and a menu with everything. */

import { h } from '@nanoos/look';
import { IconName, icon } from './icons';
import { MenuItem, Menu } from './menu';

export interface ToolbarActions {
  style(): void;
  projection(): void;
  measure(): void;
  reset(): void;
  menu(): MenuItem[];
}

const TITLES: [Exclude<keyof ToolbarActions, 'menu'>, string][] = [
  ['style', 'Next style: balls and sticks, polyhedra, full spheres, wires (s)'],
  ['projection', 'Perspective or orthographic (o)'],
  ['measure', 'Measure: click two, three or four atoms (m)'],
  ['reset', 'Reset the view (0)']
];

export class Toolbar {
  readonly element = h('div', { class: 'nanoos-viewer-buttons', role: 'toolbar', 'aria-label': 'View' });
  private readonly _buttons = new Map<string, HTMLButtonElement>();
  private readonly _menu: Menu;

  constructor(actions: ToolbarActions) {
    for (const [name, title] of TITLES) {
      this._add(name, title, () => actions[name]());
    }
    const opener = this._add('menu', 'Menu', () => this._menu.toggle());
    opener.setAttribute('aria-haspopup', 'menu');
    this._menu = new Menu(opener, () => actions.menu());
    this.element.append(this._menu.element);
  }

  /** Show whether something is switched on. */
  press(name: 'projection' | 'measure', on: boolean): void {
    this._buttons.get(name)!.setAttribute('aria-pressed', String(on));
  }

  /** Draw the menu again if it is open: something that it shows has changed. */
  refresh(): void {
    this._menu.refresh();
  }

  closeMenu(): boolean {
    return this._menu.close();
  }

  dispose(): void {
    this._menu.dispose();
  }

  private _add(name: IconName, title: string, act: () => void): HTMLButtonElement {
    const button = h('button', { type: 'button', title, 'aria-label': title, 'data-action': name, onclick: act });
    button.append(icon(name));
    this._buttons.set(name, button);
    this.element.append(button);
    return button;
  }
}
