/** Names beside atoms and planes: only where their atom is seen, and never one over another. */

import { project, unhidden } from '../view/picking';
import type { Writing } from './overlay';
import { Shape, textWidth } from './shapes';

export const LABELS = ['none', 'element', 'site', 'custom'] as const;
export type LabelMode = (typeof LABELS)[number];

const SIZE = 12;

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** What the label of an atom says. */
export function labelOf({ scene, labels }: Pick<Writing, 'scene' | 'labels'>, atom: number): string {
  const species = scene.species[scene.speciesOf[atom]];
  if (labels === 'element') {
    return species.symbol;
  }
  return labels === 'site' ? `${species.symbol}${scene.sites[atom]}` : scene.atomLabels?.[atom] ?? '';
}

/** Whether a box is free; then it is taken. Boxes are kept by rows of their height. */
class Places {
  private _rows = new Map<number, Box[]>();

  take(box: Box): boolean {
    const rows = [Math.floor(box.top / 16), Math.floor(box.bottom / 16)];
    const taken = rows.some(row =>
      this._rows.get(row)?.some(o => o.left < box.right && box.left < o.right && o.top < box.bottom && box.top < o.bottom)
    );
    if (!taken) {
      for (const row of new Set(rows)) {
        this._rows.set(row, [...(this._rows.get(row) ?? []), box]);
      }
    }
    return !taken;
  }
}

/** Labels from near to far; those without room are left out. */
export function labelShapes(writing: Writing): Shape[] {
  const { scene, view, drawing, labels, inks } = writing;
  const places = new Places();
  const shapes: Shape[] = [];
  const put = (text: string, x: number, y: number, bold: boolean) => {
    const half = textWidth(text, SIZE, bold) / 2 + 1;
    if (places.take({ left: x - half, right: x + half, top: y - 7, bottom: y + 7 })) {
      shapes.push({ kind: 'text', x, y: y + 4.2, text, size: SIZE, color: inks.text, anchor: 'middle', halo: inks.paper, bold });
    }
  };
  for (const { text, position } of scene.labels) {
    const [x, y] = view.project(position[0], position[1], position[2]);
    put(text, x, y, true);
  }
  if (labels !== 'none') {
    for (const { atom, x, y } of unhidden(project(view, drawing.moment.positions, drawing.radii))) {
      const text = labelOf(writing, atom);
      if (text && x > -20 && y > -20 && x < view.width + 20 && y < view.height + 20) {
        put(text, x, y, false);
      }
    }
  }
  return shapes;
}
