/** What is written over the picture: axes, legend, colour bar, labels, measurements. */

import { Vector3 } from 'three';
import { scales } from '@nanoos/look';
import { Drawing, Shown } from '../drawing/drawing';
import { Scene } from '../scene/scene';
import { View } from '../view/camera';
import { Measured, told } from '../view/measure';
import { LabelMode, labelShapes } from './labels';
import { Shape, textWidth } from './shapes';

export interface Inks {
  text: string;
  quiet: string;
  paper: string;
}

/** What there is to write; positions come from the drawing's moment. */
export interface Writing {
  scene: Scene;
  view: View;
  drawing: Drawing;
  shown: Shown;
  labels: LabelMode;
  /** Atoms that were clicked, and what they measure. */
  measures: { atoms: number[]; measured: Measured | null }[];
  inks: Inks;
}

const AXES = ['#d4493c', '#3b9a43', '#4079d6'];
const AXIS_PIXELS = 26;
const ROW = 20;
const BAR = 38;
const TEXT = 12.5;
export const GIZMO = { x: 40, y: 40, reach: 48 };

interface Entry {
  text: string;
  width: number;
  mark: (x: number, y: number) => Shape;
}

function entries({ scene, shown }: { scene: Scene; shown: Shown }): Entry[] {
  const list: Omit<Entry, 'width'>[] = [];
  if (!scene.siteValues) {
    for (const { label, color, portions } of scene.species) {
      list.push({ text: label, mark: (x, y) => ({ kind: 'ball', x: x + 7, y, radius: 6.5, color, slices: portions }) });
    }
  }
  if (scene.vectors && shown.vectors) {
    const { name, unit, longest, colors } = scene.vectors;
    const size = longest === null ? '' : ` up to ${brief(longest)}${unit && ` ${unit}`}`;
    const mark = (x: number, y: number): Shape => {
      const points: [number, number][] = [[x, y], [x + 13, y], [x + 8.5, y - 4], [x + 13, y], [x + 8.5, y + 4]];
      return { kind: 'line', points, color: colors[0] ?? '#888888', width: 2 };
    };
    list.push({ text: `${name}${size}`, mark });
  }
  if (shown.surfaces) {
    for (const { name, color } of scene.surfaces) {
      list.push({ text: name, mark: (x, y) => ({ kind: 'box', x: x + 1, y: y - 6, width: 12, height: 12, radius: 2, fill: color }) });
    }
  }
  return list.filter(e => e.text).map(e => ({ ...e, width: 19 + textWidth(e.text, TEXT) + 14 }));
}

/** Legend entries in at most two centred rows; the last says how many there was no room for. */
function rowsOf(all: Entry[], wide: number): Entry[][] {
  const rows: Entry[][] = [[]];
  let used = 0;
  for (const entry of all) {
    if (used + entry.width > wide && rows[rows.length - 1].length) {
      if (rows.length === 2) {
        break;
      }
      rows.push([]);
      used = 0;
    }
    rows[rows.length - 1].push(entry);
    used += entry.width;
  }
  return rows.filter(row => row.length);
}

/** Where the legend stands: in the middle, or beside the axes where the picture is too narrow for both. */
function legendPlace(width: number): { middle: number; wide: number } {
  const [axes, edge] = [84, 8];
  const wide = width - 2 * axes;
  return wide >= width / 2 ? { middle: width / 2, wide } : { middle: (axes + width - edge) / 2, wide: Math.max(width - axes - edge, 60) };
}

/** How much room the writing takes below the picture, in CSS pixels. */
export function roomBelow(scene: Scene, shown: Shown, width: number, height: number): number {
  if (!shown.legend || height < 140) {
    return 0;
  }
  return ROW * rowsOf(entries({ scene, shown }), legendPlace(width).wide).length + (scene.siteValues ? BAR : 0) + 8;
}

export function brief(value: number): string {
  return Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

function legend({ scene, shown, view, inks }: Writing): Shape[] {
  const shapes: Shape[] = [];
  if (!shown.legend || view.height < 140) {
    return shapes;
  }
  const { middle, wide } = legendPlace(view.width);
  const rows = rowsOf(entries({ scene, shown }), wide);
  rows.forEach((row, n) => {
    let x = middle - row.reduce((sum, e) => sum + e.width, -14) / 2;
    const y = view.height - 14 - ROW * (rows.length - 1 - n);
    for (const entry of row) {
      shapes.push(entry.mark(x, y));
      shapes.push({ kind: 'text', x: x + 19, y: y + 4.5, text: entry.text, size: TEXT, color: inks.text, anchor: 'start' });
      x += entry.width;
    }
  });
  if (scene.siteValues) {
    shapes.push(...colorBar(scene.siteValues, view, view.height - 8 - ROW * rows.length, inks));
  }
  return shapes;
}

function colorBar(values: NonNullable<Scene['siteValues']>, view: View, bottom: number, inks: Inks): Shape[] {
  const width = Math.min(180, view.width * 0.45);
  const x = (view.width - width) / 2;
  const y = bottom - 14;
  const text = (at: number, up: number, words: string, anchor: 'start' | 'middle' | 'end'): Shape => ({
    ...{ kind: 'text', x: at, y: up, text: words, size: 11.5, color: inks.text, anchor }
  });
  return [
    { kind: 'bar', x, y, width, height: 9, stops: [...scales[values.scale]] },
    text(x - 6, y + 8.5, brief(values.low), 'end'),
    text(x + width + 6, y + 8.5, brief(values.high), 'start'),
    text(x + width / 2, y - 5, values.unit ? `${values.name} (${values.unit})` : values.name, 'middle')
  ];
}

/** The lattice vectors in the lower left corner; null where there is no room. */
export function axisTips({ scene, view, drawing, shown }: Writing): { name: 'a' | 'b' | 'c'; x: number; y: number; z: number }[] | null {
  const lattice = drawing.moment.lattice;
  if (!lattice || !scene.lattice || !shown.axes || view.width < 160 || view.height < 140) {
    return null;
  }
  return lattice.map((vector, k) => {
    const tip = new Vector3().fromArray(vector).normalize().applyQuaternion(view.turn);
    const [x, y] = [tip.x * AXIS_PIXELS, -tip.y * AXIS_PIXELS];
    return { name: 'abc'[k] as 'a', x: GIZMO.x + x, y: view.height - GIZMO.y + y, z: tip.z };
  });
}

function axes(writing: Writing): Shape[] {
  const tips = axisTips(writing);
  const { view } = writing;
  const root: [number, number] = [GIZMO.x, view.height - GIZMO.y];
  return (tips ?? [])
    .sort((p, q) => p.z - q.z)
    .flatMap(({ name, x, y }): Shape[] => {
      const [dx, dy] = [x - root[0], y - root[1]];
      const size = Math.hypot(dx, dy);
      const away = size > 4 ? [dx / size, dy / size] : [0.7, -0.7];
      const color = AXES['abc'.indexOf(name)];
      return [
        { kind: 'line', points: [root, [x, y]], color, width: 2.4 },
        { kind: 'text', x: x + away[0] * 9, y: y + away[1] * 9 + 4, text: name, size: 12, color, anchor: 'middle', italic: true, bold: true }
      ];
    });
}

function measurements({ view, drawing, measures, inks }: Writing): Shape[] {
  const { positions } = drawing.moment;
  const shapes: Shape[] = [];
  for (const { atoms, measured } of measures) {
    const points = atoms.map(k => view.project(positions[3 * k], positions[3 * k + 1], positions[3 * k + 2]));
    const line = points.map(([x, y]): [number, number] => [x, y]);
    shapes.push({ kind: 'line', points: line, color: inks.paper, width: 4.5 });
    shapes.push({ kind: 'line', points: line, color: '#c2410c', width: 2, dash: true });
    if (measured) {
      const middle = Math.floor((points.length - 1) / 2);
      const [p, q] = [points[middle], points[points.length === 3 ? middle : middle + 1]];
      const text = told(measured.kind, measured.value);
      const width = textWidth(text, 12.5, true) + 12;
      const [x, y] = [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
      shapes.push({ kind: 'box', x: x - width / 2, y: y - 10, width, height: 20, fill: '#7c2d12', radius: 4 });
      shapes.push({ kind: 'text', x, y: y + 4.5, text, size: 12.5, color: '#ffffff', anchor: 'middle', bold: true });
    }
  }
  return shapes;
}

/** Everything that is written over the picture, from back to front. */
export function overlayOf(writing: Writing): Shape[] {
  return [...labelShapes(writing), ...measurements(writing), ...axes(writing), ...legend(writing)];
}
