/** What the viewer's menu offers. */

import { Shown } from '../drawing/drawing';
import { LABELS, LabelMode } from '../overlay/labels';
import { Style } from '../scene/scene';
import type { Viewer } from '../viewer';
import { MenuItem } from './menu';
import { save } from './save';

const STYLE_NAMES: Record<Style, string> = {
  'ball-and-stick': 'Balls and sticks',
  polyhedra: 'Polyhedra',
  'space-filling': 'Full spheres',
  wireframe: 'Wires'
};
const LABEL_NAMES: Record<LabelMode, string> = { none: 'None', element: 'Elements', site: 'Site numbers', custom: 'Given labels' };

/** Read "1 1 0", "1,1,0" or "11-2"; null where it is none. */
export function indicesOf(text: string): [number, number, number] | null {
  const parts = /^\s*-?\d\s*-?\d\s*-?\d\s*$/.test(text) ? text.match(/-?\d/g)! : text.trim().split(/[\s,;]+/);
  const numbers = parts.map(Number);
  return numbers.length === 3 && numbers.every(Number.isInteger) && numbers.some(n => n !== 0) ? (numbers as [number, number, number]) : null;
}

function along(viewer: Viewer): MenuItem[] {
  const names = viewer.scene.lattice ? (['a', 'b', 'c'] as const) : [];
  const axes = (['a', 'b', 'c'] as const).map((axis, k) => ({
    text: names[k] ?? 'xyz'[k],
    title: `Look along ${names[k] ?? 'xyz'[k]}`,
    name: `along-${axis}`,
    act: () => viewer.lookAlong(axis)
  }));
  const items: MenuItem[] = [{ kind: 'row', label: 'Look along', items: axes }];
  if (names.length) {
    const act = (text: string) => {
      const hkl = indicesOf(text);
      if (hkl) {
        viewer.lookAlong(hkl);
      }
      return hkl ? '' : 'Three whole numbers, such as 1 1 0';
    };
    items.push({ kind: 'field', label: 'Plane h k l', hint: '1 1 0', name: 'along-hkl', act });
  }
  return items;
}

function switches(viewer: Viewer): MenuItem[] {
  const { scene, shown } = viewer;
  const offered: [keyof Shown, string, boolean][] = [
    ['bonds', 'Bonds', scene.bonds.length > 0 || !!scene.frames?.bonds],
    ['cell', 'Cell', scene.edges.length > 0],
    ['polyhedra', 'Polyhedra', scene.faces.length > 0],
    ['surfaces', 'Surfaces', scene.surfaces.length > 0],
    ['vectors', scene.vectors?.name || 'Vectors', scene.vectors !== null],
    ['axes', 'Axes', scene.lattice !== null],
    ['legend', 'Legend', true]
  ];
  return offered
    .filter(([, , there]) => there)
    .map(([part, text]) => ({ kind: 'switch', text, on: shown[part], name: `show-${part}`, act: () => viewer.setVisible({ [part]: !shown[part] }) }));
}

/** The whole menu as it now stands. */
export function menuOf(viewer: Viewer): MenuItem[] {
  const labels = LABELS.filter(mode => mode !== 'custom' || viewer.scene.atomLabels);
  return [
    { kind: 'title', text: 'Style' },
    ...viewer.styles().map((style): MenuItem => ({
      ...{ kind: 'choice', text: STYLE_NAMES[style], chosen: style === viewer.style },
      ...{ name: `style-${style}`, act: () => viewer.chooseStyle(style) }
    })),
    { kind: 'title', text: 'View' },
    { kind: 'switch', text: 'Orthographic', on: viewer.view.orthographic, name: 'orthographic', act: () => viewer.toggleOrthographic() },
    ...along(viewer),
    { kind: 'title', text: 'Show' },
    ...switches(viewer),
    { kind: 'title', text: 'Labels' },
    ...labels.map((mode): MenuItem => ({
      ...{ kind: 'choice', text: LABEL_NAMES[mode], chosen: mode === viewer.labels },
      ...{ name: `labels-${mode}`, act: () => viewer.setLabels(mode) }
    })),
    { kind: 'title', text: 'Tools' },
    { kind: 'switch', text: 'Measure', on: viewer.measuring, name: 'measuring', act: () => viewer.setMeasuring(!viewer.measuring) },
    { kind: 'action', text: 'Full screen', hint: 'f', name: 'full-screen', act: () => viewer.toggleFullScreen() },
    { kind: 'action', text: 'Save as PNG', name: 'png', act: () => save(viewer, 'png', () => viewer.toPNG(3, false)) },
    { kind: 'action', text: 'Save as PNG, transparent', name: 'png-transparent', act: () => save(viewer, 'png', () => viewer.toPNG(3, true)) },
    { kind: 'action', text: 'Save as SVG', name: 'svg', act: () => save(viewer, 'svg', async () => new Blob([viewer.toSVG()], { type: 'image/svg+xml' })) },
    { kind: 'action', text: 'Save as glTF', name: 'glb', act: () => save(viewer, 'glb', () => viewer.toGLB()) }
  ];
}
