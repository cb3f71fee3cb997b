/** Whether a place in the page is light or dark, told by the colour of its text; and what to write there with. */

import { Inks } from '../overlay/overlay';

export function onDark(element: HTMLElement): boolean {
  const [r, g, b] = (getComputedStyle(element).color.match(/[\d.]+/g) ?? ['0', '0', '0']).map(Number);
  return 0.3 * r + 0.59 * g + 0.11 * b > 128;
}

export function inksOf(element: HTMLElement): Inks {
  return onDark(element)
    ? { text: '#e6e8ea', quiet: '#a4abb2', paper: '#15181b' }
    : { text: '#212529', quiet: '#5c636a', paper: '#ffffff' };
}
