/** The one design language, read from the same two files as in Python (nanoos_lab/display/look.py). */

/// <reference path="./css.d.ts" />
import css from '../../nanoos_lab/display/look.css';
import tokens from '../../nanoos_lab/display/look.json';

export interface Sign {
  tone: 'good' | 'busy' | 'warn' | 'bad' | 'idle';
  symbol: string;
  color?: string;
}

const UNKNOWN: Sign = { tone: 'idle', symbol: '' };

/** How a state of a run, or the origin of a value, is told. */
export function sign(word: string): Sign {
  const { states, origins } = tokens as unknown as { states: Record<string, Sign>; origins: Record<string, Sign> };
  return states[word] ?? origins[word] ?? UNKNOWN;
}

export const series: readonly string[] = tokens.series;
export const scales: { sequential: readonly string[]; diverging: readonly string[] } = tokens.scales;

/** Put style sheets into the document or shadow root that holds an element, each once; the look itself comes first. */
export function ensureStyles(element: Node, name: string, sheet: string): void {
  const root = element.getRootNode();
  const home: ParentNode & Node = root instanceof ShadowRoot ? root : document.head;
  for (const [key, text] of [['look', css], [name, sheet]] as const) {
    if (!home.querySelector(`style[data-nanoos-style="${key}"]`)) {
      const style = document.createElement('style');
      style.dataset.nanoosStyle = key;
      style.textContent = text;
      home.appendChild(style);
    }
  }
}

type Child = Node | string | null | undefined | false;

/** Make an element; texts are never read as markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number | boolean | ((event: any) => void) | null | undefined> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(name.replace(/^on/, ''), value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}
