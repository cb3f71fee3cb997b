/**
 * The present frame as binary glTF 2.0: one node per kind of thing, in it one mesh per colour with a plain material,
 * written out (no instancing, no colours by corner), so that every reader shows it. Lengths are in Å.
 * Source: Khronos Group, glTF 2.0 Specification, 4.4 (GLB).
 */

import { BufferGeometry, CylinderGeometry, Matrix4, Quaternion, SphereGeometry, Vector3 } from 'three';
import { HEAD_ANGSTROM, HEAD_LENGTH_ANGSTROM, SHAFT_ANGSTROM } from '../drawing/arrows';
import { FACE_OPACITY, Shown } from '../drawing/drawing';
import { colorsOf, hex, rgb } from '../scene/colors';
import { Moment } from '../scene/frames';
import { Scene, Style, bondRadiusOf, radiiOf } from '../scene/scene';
import { Glb } from './glb-file';

const EDGE_ANGSTROM = 0.02;
const UP = new Vector3(0, 1, 0);

/** Corners, normals and triangles that grow. */
class Pile {
  positions: number[] = [];
  normals: number[] = [];
  triangles: number[] = [];
  private readonly _point = new Vector3();

  /** Add a shape, placed by a matrix that turns and stretches along axes of the shape. */
  add(shape: BufferGeometry, matrix: Matrix4): void {
    const first = this.positions.length / 3;
    const [at, out] = [shape.getAttribute('position'), shape.getAttribute('normal')];
    const turn = matrix.clone().invert().transpose();
    for (let k = 0; k < at.count; k++) {
      this._point.fromBufferAttribute(at, k).applyMatrix4(matrix);
      this.positions.push(this._point.x, this._point.y, this._point.z);
      this._point.fromBufferAttribute(out, k).transformDirection(turn);
      this.normals.push(this._point.x, this._point.y, this._point.z);
    }
    const index = shape.index;
    for (let k = 0; k < (index?.count ?? at.count); k++) {
      this.triangles.push(first + (index ? index.getX(k) : k));
    }
  }
}

/** Piles by colour. */
class Piles extends Map<string, Pile> {
  of(color: string): Pile {
    const pile = this.get(color) ?? new Pile();
    this.set(color, pile);
    return pile;
  }
}

/** A matrix that lays a shape of height 1 along y between two points. */
function between(start: Vector3, stop: Vector3, radius: number): Matrix4 {
  const along = stop.clone().sub(start);
  const length = along.length() || 1e-6;
  const turn = new Quaternion().setFromUnitVectors(UP, along.divideScalar(length));
  return new Matrix4().compose(start, turn, new Vector3(radius, length, radius));
}

const standing = (shape: BufferGeometry) => shape.translate(0, 0.5, 0);
const at = (positions: ArrayLike<number>, k: number) => new Vector3(positions[3 * k], positions[3 * k + 1], positions[3 * k + 2]);

function balls(scene: Scene, radii: Float32Array, moment: Moment): Piles {
  const round = radii.length > 3000 ? 8 : radii.length > 300 ? 16 : 28;
  const ball = new SphereGeometry(1, round, (round * 2) / 3);
  const piles = new Piles();
  const colors = colorsOf(scene);
  radii.forEach((radius, k) => {
    const matrix = new Matrix4().makeScale(radius, radius, radius).setPosition(at(moment.positions, k));
    piles.of(hex([colors[3 * k], colors[3 * k + 1], colors[3 * k + 2]])).add(ball, matrix);
  });
  return piles;
}

function sticks(scene: Scene, radius: number, radii: Float32Array, { positions, bonds }: Moment): Piles {
  const stick = standing(new CylinderGeometry(1, 1, 1, bonds.length > 4000 ? 6 : 14, 1, true));
  const piles = new Piles();
  const colors = colorsOf(scene);
  for (let k = 0; k < bonds.length; k++) {
    const [near, far] = [bonds[k], bonds[k ^ 1]];
    const [start, stop] = [at(positions, near), at(positions, far)];
    const half = 0.5 + (radii[near] - radii[far]) / (2 * start.distanceTo(stop) || 1);
    const color = hex([colors[3 * near], colors[3 * near + 1], colors[3 * near + 2]]);
    piles.of(color).add(stick, between(start, start.clone().lerp(stop, Math.min(Math.max(half, 0), 1)), radius));
  }
  return piles;
}

function cell({ edges }: Moment): Piles {
  const stick = standing(new CylinderGeometry(1, 1, 1, 6, 1, true));
  const piles = new Piles();
  for (let k = 0; k < edges.length / 3; k += 2) {
    piles.of('#7d7d7d').add(stick, between(at(edges, k), at(edges, k + 1), EDGE_ANGSTROM));
  }
  return piles;
}

function arrows(scene: Scene, { positions, tips }: Moment): Piles {
  const shaft = standing(new CylinderGeometry(1, 1, 1, 12));
  const head = standing(new CylinderGeometry(0, 1, 1, 18));
  const piles = new Piles();
  scene.vectors!.atoms.forEach((atom: number, k: number) => {
    const [start, tip] = [at(positions, atom), at(tips!, k)];
    const size = tip.length();
    if (size > 1e-6) {
      const thin = Math.min(1, size / (1.6 * HEAD_LENGTH_ANGSTROM));
      const neck = start.clone().addScaledVector(tip, 1 - (thin * HEAD_LENGTH_ANGSTROM) / size);
      const pile = piles.of(scene.vectors!.colors[k]);
      pile.add(shaft, between(start, neck, SHAFT_ANGSTROM * thin));
      pile.add(head, between(neck, start.clone().add(tip), HEAD_ANGSTROM * thin));
    }
  });
  return piles;
}

function polyhedra(scene: Scene, { positions }: Moment): Piles {
  const piles = new Piles();
  for (let k = 0; k < scene.faces.length; k += 3) {
    const pile = piles.of(scene.species[scene.faceSpecies[k / 3]].color);
    const [p, q, r] = [0, 1, 2].map(corner => at(positions, scene.faces[k + corner]));
    const out = q.clone().sub(p).cross(r.clone().sub(p)).normalize();
    for (const corner of [p, q, r]) {
      pile.triangles.push(pile.positions.length / 3);
      pile.positions.push(corner.x, corner.y, corner.z);
      pile.normals.push(out.x, out.y, out.z);
    }
  }
  return piles;
}

/** Write what is shown as one GLB file. */
export function toGLB(scene: Scene, style: Style, shown: Shown, moment: Moment): Blob {
  const file = new Glb(scene.title);
  const radii = radiiOf(scene, style);
  const bond = bondRadiusOf(scene, style);
  const add = (name: string, piles: Piles, opacity = 1) =>
    file.node(name, [...piles].map(([color, pile]) => ({ ...pile, color: rgb(color), opacity })));
  add('atoms', balls(scene, radii, moment));
  if (shown.bonds && bond && moment.bonds.length) {
    add('bonds', sticks(scene, bond, radii, moment));
  }
  if (shown.cell && moment.edges.length) {
    add('cell', cell(moment));
  }
  if (shown.vectors && scene.vectors && moment.tips) {
    add(scene.vectors.name || 'vectors', arrows(scene, moment));
  }
  if (shown.polyhedra && scene.faces.length && style !== 'space-filling' && style !== 'wireframe') {
    add('polyhedra', polyhedra(scene, moment), FACE_OPACITY);
  }
  for (const { name, color, opacity, positions, normals, triangles } of shown.surfaces ? scene.surfaces : []) {
    file.node(name || 'surface', [{ positions, normals, triangles, color: rgb(color), opacity }]);
  }
  return file.finish();
}
