/**
 * The present view as vectors: everything is projected, sorted by depth and drawn from back to front. Cut edges and
 * halves of bonds are pieces of their own, so that balls hide them where they should.
 */

import { FACE_OPACITY } from '../drawing/drawing';
import { HEAD_ANGSTROM, HEAD_LENGTH_ANGSTROM, SHAFT_ANGSTROM } from '../drawing/arrows';
import { Writing, overlayOf } from '../overlay/overlay';
import { Rgb, colorsOf, hex, mix, rgb } from '../scene/colors';
import { Style, bondRadiusOf } from '../scene/scene';
import { Paper } from './paper';

const MOST_TRIANGLES = 60_000;
const EDGE_PIECES = 24;
const KEY = [-0.402, 0.549, 0.732];

type Piece = [depth: number, text: string];
type Point = [x: number, y: number, depth: number, factor: number];
type Maker = (writing: Writing, style: Style, paper: Paper, points: Point[]) => Piece[];

const n1 = (value: number) => String(Math.round(value * 10) / 10);

function balls({ scene, drawing }: Writing, _: Style, paper: Paper, points: Point[], selected: ReadonlySet<number>): Piece[] {
  const colors = colorsOf(scene);
  return points.map(([x, y, depth, factor], k): Piece => {
    const radius = drawing.radii[k] * factor;
    const portions = scene.siteValues ? undefined : scene.species[scene.speciesOf[k]].portions;
    const halo = selected.has(scene.sites[k])
      ? `<circle cx="${n1(x)}" cy="${n1(y)}" r="${n1(radius + 0.09 * factor)}" fill="#ffa600"/>`
      : '';
    const color = hex([colors[3 * k], colors[3 * k + 1], colors[3 * k + 2]]);
    return [depth, halo + paper.ball(x, y, radius, color, portions?.length ? portions : undefined)];
  });
}

/** Both halves of every bond, from where they leave their ball to the middle of what is seen. */
function sticks({ scene, drawing, view, shown }: Writing, style: Style, paper: Paper): Piece[] {
  const radius = bondRadiusOf(scene, style);
  if (!radius || !shown.bonds) {
    return [];
  }
  const { positions, bonds } = drawing.moment;
  const colors = colorsOf(scene);
  const pieces: Piece[] = [];
  const at = (k: number) => [positions[3 * k], positions[3 * k + 1], positions[3 * k + 2]];
  for (let k = 0; k < bonds.length; k++) {
    const [near, far] = [bonds[k], bonds[k ^ 1]];
    const [a, b] = [at(near), at(far)];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]) || 1;
    const rim = Math.sqrt(Math.max(drawing.radii[near] ** 2 - radius ** 2, 0)) * 0.98;
    const half = Math.max((length + drawing.radii[near] - drawing.radii[far]) / 2, rim);
    const along = (share: number) => view.project(...(a.map((p, axis) => p + ((b[axis] - p) * share) / length) as [number, number, number]));
    const [start, stop] = [along(rim), along(half)];
    const size = Math.hypot(stop[0] - start[0], stop[1] - start[1]);
    if (size > 0.3) {
      const color = hex([colors[3 * near], colors[3 * near + 1], colors[3 * near + 2]]);
      pieces.push([(start[2] + stop[2]) / 2, paper.stick(start, stop, size, radius * start[3], color)]);
    }
  }
  return pieces;
}

/** The cell's edges in pieces, without what lies inside balls. */
function edges({ drawing, view, shown }: Writing): Piece[] {
  const { edges: lines, positions } = drawing.moment;
  const pieces: Piece[] = [];
  const count = Math.max(Math.min(Math.floor(3600 / Math.max(lines.length, 1)), EDGE_PIECES), 4);
  for (let k = 0; shown.cell && k < lines.length; k += 6) {
    const place = (share: number) => [0, 1, 2].map(axis => lines[k + axis] + (lines[k + 3 + axis] - lines[k + axis]) * share) as [number, number, number];
    for (let n = 0; n < count; n++) {
      const middle = place((n + 0.5) / count);
      const inside = drawing.radii.some(
        (r, atom) => Math.hypot(positions[3 * atom] - middle[0], positions[3 * atom + 1] - middle[1], positions[3 * atom + 2] - middle[2]) < r
      );
      if (!inside) {
        const [p, q] = [view.project(...place(n / count)), view.project(...place((n + 1) / count))];
        pieces.push([(p[2] + q[2]) / 2, `<path d="M${n1(p[0])} ${n1(p[1])}L${n1(q[0])} ${n1(q[1])}" stroke="#7d7d7d" stroke-width="1.2"/>`]);
      }
    }
  }
  return pieces;
}

/** One light as on screen, for a flat triangle. */
function shade(color: Rgb, points: [Point, Point, Point], normal: number[]): string {
  const size = Math.hypot(normal[0], normal[1], normal[2]) || 1;
  const side = normal[2] < 0 ? -1 : 1;
  const key = Math.max((side * (normal[0] * KEY[0] + normal[1] * KEY[1] + normal[2] * KEY[2])) / size, 0);
  const light = Math.sqrt(0.34 + 0.78 * key);
  return points.length ? hex(light > 1 ? mix(color, [255, 255, 255], Math.min(light - 1, 0.3)) : mix([0, 0, 0], color, light)) : '';
}

/** Across two sides of a projected triangle; x to the right, y up, z towards the viewer, in Å. */
function normalOf([p, q, r]: [Point, Point, Point]): number[] {
  const side = (from: Point, to: Point) => [(to[0] - from[0]) / from[3], (from[1] - to[1]) / from[3], to[2] - from[2]];
  const [u, v] = [side(p, q), side(p, r)];
  return [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
}

function triangle(points: [Point, Point, Point], color: Rgb, opacity: number): Piece {
  const fill = shade(color, points, normalOf(points));
  const path = points.map(([x, y]) => `${n1(x)} ${n1(y)}`).join('L');
  return [(points[0][2] + points[1][2] + points[2][2]) / 3, `<path d="M${path}Z" fill="${fill}" fill-opacity="${opacity}"/>`];
}

const polyhedra: Maker = ({ scene, shown }, style, _, points) => {
  const pieces: Piece[] = [];
  if (!shown.polyhedra || style === 'space-filling' || style === 'wireframe') {
    return pieces;
  }
  const { faces, faceSpecies, faceEdges } = scene;
  for (let k = 0; k < faces.length; k += 3) {
    const corners = [points[faces[k]], points[faces[k + 1]], points[faces[k + 2]]] as [Point, Point, Point];
    pieces.push(triangle(corners, rgb(scene.species[faceSpecies[k / 3]].color), FACE_OPACITY));
  }
  for (let k = 0; k < faceEdges.length; k += 2) {
    const [p, q] = [points[faceEdges[k]], points[faceEdges[k + 1]]];
    pieces.push([(p[2] + q[2]) / 2 + 0.02, `<path d="M${n1(p[0])} ${n1(p[1])}L${n1(q[0])} ${n1(q[1])}" stroke="#3a3f45" stroke-width="1"/>`]);
  }
  return pieces;
};

function surfaces({ scene, shown, view }: Writing): Piece[] {
  const pieces: Piece[] = [];
  const total = scene.surfaces.reduce((sum, s) => sum + s.triangles.length / 3, 0);
  if (shown.surfaces && total > MOST_TRIANGLES) {
    throw new Error(`the surfaces have ${total} triangles, too many for an SVG: hide them, or save a PNG`);
  }
  for (const { positions, triangles, color, opacity } of shown.surfaces ? scene.surfaces : []) {
    const at = (k: number) => view.project(positions[3 * k], positions[3 * k + 1], positions[3 * k + 2]);
    for (let k = 0; k < triangles.length; k += 3) {
      pieces.push(triangle([at(triangles[k]), at(triangles[k + 1]), at(triangles[k + 2])], rgb(color), opacity));
    }
  }
  return pieces;
}

function arrows({ scene, drawing, view, shown }: Writing): Piece[] {
  const { positions, tips } = drawing.moment;
  const pieces: Piece[] = [];
  if (!scene.vectors || !tips || !shown.vectors) {
    return pieces;
  }
  scene.vectors.atoms.forEach((atom: number, k: number) => {
    const from = [0, 1, 2].map(axis => positions[3 * atom + axis]);
    const size = Math.hypot(tips[3 * k], tips[3 * k + 1], tips[3 * k + 2]);
    if (size < Math.max(drawing.radii[atom], 1e-6)) {
      return; // all of it lies inside the ball
    }
    const thin = Math.min(1, size / (1.6 * HEAD_LENGTH_ANGSTROM));
    const neck = 1 - (thin * HEAD_LENGTH_ANGSTROM) / size;
    const place = (share: number) => view.project(...(from.map((p, axis) => p + tips[3 * k + axis] * share) as [number, number, number]));
    const start = Math.min((0.95 * drawing.radii[atom]) / size, neck); // the ball covers the rest
    const [p, q, r] = [place(start), place(neck), place(1)];
    const [dx, dy] = [r[0] - p[0], r[1] - p[1]];
    const length = Math.hypot(dx, dy) || 1;
    const [sx, sy] = [(-dy / length) * q[3] * thin, (dx / length) * q[3] * thin];
    const corner = ([x, y]: Point, width: number) => `${n1(x + sx * width)} ${n1(y + sy * width)}`;
    const shaft = `M${corner(p, SHAFT_ANGSTROM)}L${corner(q, SHAFT_ANGSTROM)}L${corner(q, HEAD_ANGSTROM)}L${corner(r, 0)}`;
    const back = `L${corner(q, -HEAD_ANGSTROM)}L${corner(q, -SHAFT_ANGSTROM)}L${corner(p, -SHAFT_ANGSTROM)}Z`;
    const rim = hex(mix(rgb(scene.vectors!.colors[k]), [0, 0, 0], 0.35));
    pieces.push([(p[2] + r[2]) / 2, `<path d="${shaft}${back}" fill="${scene.vectors!.colors[k]}" stroke="${rim}" stroke-width=".8"/>`]);
  });
  return pieces;
}

/** Write the present view as an SVG drawing of its own. */
export function toSVG(writing: Writing, style: Style, selected: ReadonlySet<number>): string {
  const { scene, view, drawing } = writing;
  const { positions } = drawing.moment;
  const paper = new Paper();
  const points: Point[] = [];
  for (let k = 0; k < positions.length; k += 3) {
    points.push(view.project(positions[k], positions[k + 1], positions[k + 2]));
  }
  const pieces = [
    ...balls(writing, style, paper, points, selected),
    ...sticks(writing, style, paper),
    ...edges(writing),
    ...polyhedra(writing, style, paper, points),
    ...surfaces(writing),
    ...arrows(writing)
  ].sort((p, q) => p[0] - q[0]);
  const body = pieces.map(piece => piece[1]).join('') + overlayOf(writing).map(shape => paper.shape(shape)).join('');
  return paper.finish(view.width, view.height, scene.title, body);
}
