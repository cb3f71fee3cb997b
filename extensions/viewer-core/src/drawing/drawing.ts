/**
 * The three.js objects of one scene: one draw call for all atoms, one for all bonds, one for the cell's edges, one
 * for all polyhedra and one for their rims, one for all surfaces, one for all arrows, one for halos.
 */

import { Group, Matrix4, Object3D } from 'three';
import { colorsOf, rgb } from '../scene/colors';
import { Moment } from '../scene/frames';
import { Scene, Style, bondRadiusOf, radiiOf } from '../scene/scene';
import { Arrows } from './arrows';
import { Atoms } from './atoms';
import { Bonds } from './bonds';
import { Faces } from './faces';
import { Lines } from './lines';

export const FACE_OPACITY = 0.5;

/** What can be shown and hidden in the picture. */
export interface Shown {
  bonds: boolean;
  cell: boolean;
  polyhedra: boolean;
  surfaces: boolean;
  vectors: boolean;
  axes: boolean;
  legend: boolean;
}

/** Everything of a scene at one frame; without frames, always the same. */
export function momentOf(scene: Scene, frame: number): Moment {
  const { frames } = scene;
  const still = { positions: scene.positions, bonds: scene.bonds, edges: scene.edges, lattice: scene.lattice };
  if (!frames) {
    return { ...still, tips: scene.vectors?.tips ?? null };
  }
  const part = (all: Float32Array | null) => {
    const size = all ? all.length / frames.count : 0;
    return all ? all.subarray(frame * size, (frame + 1) * size) : null;
  };
  const box = part(frames.lattices);
  const { bonds, bondOffsets: offsets } = frames;
  return {
    positions: part(frames.positions)!,
    bonds: bonds && offsets ? bonds.subarray(2 * offsets[frame], 2 * offsets[frame + 1]) : scene.bonds,
    edges: part(frames.edges) ?? scene.edges,
    tips: part(frames.vectors) ?? scene.vectors?.tips ?? null,
    lattice: box ? [0, 3, 6].map(k => [...box.subarray(k, k + 3)]) : scene.lattice
  };
}

export class Drawing {
  readonly group = new Group();
  radii: Float32Array;
  moment: Moment;
  private readonly _scene: Scene;
  private readonly _atoms: Atoms;
  private readonly _bonds: Bonds;
  private readonly _cell: Lines;
  private readonly _rims: Lines;
  private readonly _faces: Faces | null;
  private readonly _surfaces: Faces | null;
  private readonly _arrows: Arrows | null;
  private _style: Style;
  private _shown: Shown | null = null;

  constructor(scene: Scene, style: Style) {
    this._scene = scene;
    this._style = style;
    this.moment = momentOf(scene, 0);
    this.radii = radiiOf(scene, style);
    const colors = colorsOf(scene);
    this._atoms = new Atoms(scene, colors);
    this._bonds = new Bonds(scene, colors);
    this._cell = new Lines(scene.edges.length / 6, 1.2, [0.45, 0.45, 0.45, 1]);
    this._rims = new Lines(scene.faceEdges.length / 2, 1, [0.12, 0.13, 0.15, 1], 2e-5);
    this._faces = scene.faces.length ? facesOf(scene) : null;
    this._surfaces = scene.surfaces.length ? surfacesOf(scene) : null;
    this._arrows = scene.vectors ? new Arrows(scene.vectors) : null;
    this._atoms.balls.mesh.renderOrder = 0;
    const order: [Object3D | undefined, number][] = [
      [this._atoms.balls.mesh, 1],
      [this._bonds.sticks.mesh, 2],
      [this._cell.strokes.mesh, 3],
      [this._arrows?.shafts.mesh, 4],
      [this._rims.strokes.mesh, 5],
      [this._faces?.mesh, 6],
      [this._surfaces?.mesh, 7]
    ];
    for (const [object, rank] of order) {
      if (object) {
        object.renderOrder = rank;
        this.group.add(object);
      }
    }
    this.setStyle(style);
  }

  setStyle(style: Style): void {
    this._style = style;
    this.radii = radiiOf(this._scene, style);
    this._atoms.resize(this.radii);
    this._bonds.setStyle(this._scene, style);
    this._place();
    this._show();
  }

  setShown(shown: Shown): void {
    this._shown = shown;
    this._show();
  }

  /** Show another frame: numbers change, and nothing is made anew. */
  setFrame(frame: number): void {
    this.moment = momentOf(this._scene, frame);
    this._place();
  }

  setInk(dark: boolean): void {
    const grey = dark ? 0.65 : 0.42;
    this._cell.setColor([grey, grey, grey, 1]);
    this._rims.setColor(dark ? [0.9, 0.92, 0.95, 1] : [0.16, 0.17, 0.2, 1]);
  }

  /** Make ready for a picture of this size, in device pixels, seen like this. */
  prepare(width: number, height: number, ratio: number, view: Matrix4): void {
    this._cell.setSize(width, height, ratio);
    this._rims.setSize(width, height, ratio);
    this._faces?.sort(view);
    this._surfaces?.sort(view);
  }

  /** Put a halo around every copy of the selected sites, and around single atoms. */
  setMarked(sites: ReadonlySet<number>, single: readonly number[]): void {
    const atoms = new Set(single);
    for (let k = 0; sites.size && k < this._scene.sites.length; k++) {
      if (sites.has(this._scene.sites[k])) {
        atoms.add(k);
      }
    }
    const halos = this._atoms.mark([...atoms]);
    if (halos) {
      halos.mesh.renderOrder = 3;
      this.group.add(halos.mesh);
      this._atoms.follow();
    }
  }

  dispose(): void {
    this.group.removeFromParent();
    for (const part of [this._atoms, this._bonds, this._cell.strokes, this._rims.strokes, this._faces, this._surfaces]) {
      part?.dispose();
    }
    this._arrows?.shafts.dispose();
  }

  private _show(): void {
    const shown = this._shown;
    const on = (name: keyof Shown) => shown?.[name] ?? true;
    const polyhedra = on('polyhedra') && this._style !== 'space-filling' && this._style !== 'wireframe';
    const set = (object: Object3D | undefined, visible: boolean) => object && (object.visible = visible);
    set(this._bonds.sticks.mesh, on('bonds') && bondRadiusOf(this._scene, this._style) > 0 && this.moment.bonds.length > 0);
    set(this._cell.strokes.mesh, on('cell') && this._scene.edges.length > 0);
    set(this._faces?.mesh, polyhedra);
    set(this._rims.strokes.mesh, polyhedra && this._scene.faceEdges.length > 0);
    set(this._surfaces?.mesh, on('surfaces'));
    set(this._arrows?.shafts.mesh, on('vectors'));
  }

  private _place(): void {
    const { positions, bonds, edges, tips } = this.moment;
    this._atoms.place(positions);
    this._atoms.follow();
    this._bonds.place(positions, bonds);
    this._cell.place(edges);
    this._rims.join(positions, this._scene.faceEdges);
    if (this._arrows && tips) {
      this._arrows.place(positions, tips);
    }
    if (this._faces) {
      const corners = this._faces.mesh.geometry.getAttribute('position').array as Float32Array;
      this._scene.faces.forEach((atom: number, k: number) => corners.set(positions.subarray(3 * atom, 3 * atom + 3), 3 * k));
      this._faces.moved();
    }
  }
}

/** Polyhedra: every triangle has corners of its own, so that faces are flat. */
function facesOf(scene: Scene): Faces {
  const count = scene.faces.length;
  const tints = new Uint8Array(4 * count);
  for (let k = 0; k < count; k++) {
    const species = scene.species[scene.faceSpecies[Math.floor(k / 3)]];
    tints.set([...rgb(species.color), 255 * FACE_OPACITY], 4 * k);
  }
  const triangles = Uint32Array.from({ length: count }, (_, k) => k);
  return new Faces(new Float32Array(3 * count), new Float32Array(3 * count), tints, triangles);
}

/** All surfaces as one, so that they are sorted among each other. */
function surfacesOf(scene: Scene): Faces {
  const total = (length: (s: Scene['surfaces'][number]) => number) => scene.surfaces.reduce((sum, s) => sum + length(s), 0);
  const positions = new Float32Array(total(s => s.positions.length));
  const normals = new Float32Array(positions.length);
  const tints = new Uint8Array((4 * positions.length) / 3);
  const triangles = new Uint32Array(total(s => s.triangles.length));
  let [point, corner] = [0, 0];
  for (const surface of scene.surfaces) {
    positions.set(surface.positions, 3 * point);
    normals.set(surface.normals, 3 * point);
    const tint = [...rgb(surface.color), 255 * surface.opacity];
    for (let k = 0; k < surface.positions.length / 3; k++) {
      tints.set(tint, 4 * (point + k));
    }
    for (let k = 0; k < surface.triangles.length; k++) {
      triangles[corner++] = surface.triangles[k] + point;
    }
    point += surface.positions.length / 3;
  }
  const opaque = scene.surfaces.every(s => s.opacity >= 1);
  return new Faces(positions, normals, tints, triangles, opaque);
}
