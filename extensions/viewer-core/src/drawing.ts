/**
 * The three.js objects of one scene: one draw call for all atoms, one for all bonds, one for the cell's edges,
 * one for all polyhedra, one for the halos of selected atoms.
 */

import {
  BufferAttribute,
  BufferGeometry,
  Color,
  CylinderGeometry,
  DoubleSide,
  BackSide,
  Group,
  IcosahedronGeometry,
  InstancedBufferAttribute,
  InstancedMesh,
  LineBasicMaterial,
  LineSegments,
  Material,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  MeshPhongMaterial,
  Quaternion,
  SphereGeometry,
  Vector3
} from 'three';
import { Scene, Style, radiiOf } from './scene';

const HALO_COLOR = 0xffa600;
const HALO_ANGSTROM = 0.09;

/** Spheres as round as their number allows. */
function sphere(count: number): BufferGeometry {
  if (count <= 300) {
    return new SphereGeometry(1, 40, 28);
  }
  if (count <= 3000) {
    return new SphereGeometry(1, 20, 14);
  }
  return new IcosahedronGeometry(1, count <= 8000 ? 2 : 1);
}

export class Drawing {
  readonly group = new Group();
  radii: Float32Array;
  private readonly _scene: Scene;
  private _atoms: InstancedMesh;
  private _bonds: InstancedMesh;
  private _lines: LineSegments;
  private _halos: InstancedMesh | null = null;
  private _disposables: { dispose(): void }[] = [];

  constructor(scene: Scene, style: Style) {
    this._scene = scene;
    this.radii = radiiOf(scene, style);
    const colors = scene.species.map(s => new Color(s.color));
    this._atoms = this._makeAtoms(colors);
    this._bonds = this._makeBonds(colors);
    this._lines = this._makeLines();
    this.group.add(this._atoms, this._bonds, this._lines);
    if (scene.faces.length) {
      this.group.add(this._makeFaces(colors));
    }
    this.setStyle(style);
  }

  setStyle(style: Style): void {
    this.radii = radiiOf(this._scene, style);
    const matrix = new Matrix4();
    const { positions } = this._scene;
    for (let k = 0; k < this.radii.length; k++) {
      const r = this.radii[k];
      matrix.makeScale(r, r, r).setPosition(positions[3 * k], positions[3 * k + 1], positions[3 * k + 2]);
      this._atoms.setMatrixAt(k, matrix);
    }
    this._atoms.instanceMatrix.needsUpdate = true;
    this._bonds.visible = style === 'ball-and-stick';
  }

  setLineColor(color: string): void {
    (this._lines.material as LineBasicMaterial).color.set(color);
  }

  /** Put a halo around every copy of the selected sites. */
  setSelected(sites: ReadonlySet<number>): void {
    if (this._halos) {
      this.group.remove(this._halos);
      this._halos.dispose();
      this._halos = null;
    }
    const atoms: number[] = [];
    for (let k = 0; k < this._scene.sites.length; k++) {
      if (sites.has(this._scene.sites[k])) {
        atoms.push(k);
      }
    }
    if (!atoms.length) {
      return;
    }
    const material = this._keep(new MeshBasicMaterial({ color: HALO_COLOR, side: BackSide }));
    const halos = new InstancedMesh(this._atoms.geometry, material, atoms.length);
    const matrix = new Matrix4();
    const { positions } = this._scene;
    atoms.forEach((k, n) => {
      const r = this.radii[k] + HALO_ANGSTROM;
      matrix.makeScale(r, r, r).setPosition(positions[3 * k], positions[3 * k + 1], positions[3 * k + 2]);
      halos.setMatrixAt(n, matrix);
    });
    halos.frustumCulled = false;
    this._halos = halos;
    this.group.add(halos);
  }

  dispose(): void {
    this.group.removeFromParent();
    this._atoms.dispose();
    this._bonds.dispose();
    this._halos?.dispose();
    this._disposables.forEach(d => d.dispose());
    this._disposables = [];
  }

  private _keep<T extends BufferGeometry | Material>(thing: T): T {
    this._disposables.push(thing);
    return thing;
  }

  private _makeAtoms(colors: Color[]): InstancedMesh {
    const count = this.radii.length;
    const material = this._keep(new MeshPhongMaterial({ shininess: 70, specular: 0x5a5a5a }));
    const atoms = new InstancedMesh(this._keep(sphere(count)), material, count);
    const tints = new Float32Array(3 * count);
    for (let k = 0; k < count; k++) {
      colors[this._scene.speciesOf[k]].toArray(tints, 3 * k);
    }
    atoms.instanceColor = new InstancedBufferAttribute(tints, 3);
    atoms.frustumCulled = false;
    return atoms;
  }

  /** Two cylinders per bond, each from its atom to the middle of what is seen between the two. */
  private _makeBonds(colors: Color[]): InstancedMesh {
    const { positions, bonds, speciesOf, bondRadius } = this._scene;
    const count = bonds.length;
    const geometry = this._keep(new CylinderGeometry(1, 1, 1, count > 20000 ? 4 : count > 6000 ? 6 : count > 1500 ? 10 : 18, 1, true));
    geometry.translate(0, 0.5, 0);
    const material = this._keep(new MeshPhongMaterial({ shininess: 60, specular: 0x303030 }));
    const mesh = new InstancedMesh(geometry, material, count);
    const tints = new Float32Array(3 * count);
    const matrix = new Matrix4();
    const turn = new Quaternion();
    const along = new Vector3();
    const start = new Vector3();
    const up = new Vector3(0, 1, 0);
    const balls = radiiOf(this._scene, 'ball-and-stick');
    for (let k = 0; k < count; k++) {
      const near = bonds[k];
      const far = bonds[k ^ 1];
      start.fromArray(positions, 3 * near);
      along.fromArray(positions, 3 * far).sub(start);
      const length = along.length();
      turn.setFromUnitVectors(up, along.divideScalar(length || 1));
      const half = Math.max((length + balls[near] - balls[far]) / 2, 0);
      matrix.compose(start, turn, new Vector3(bondRadius, half, bondRadius));
      mesh.setMatrixAt(k, matrix);
      colors[speciesOf[near]].toArray(tints, 3 * k);
    }
    mesh.instanceColor = new InstancedBufferAttribute(tints, 3);
    mesh.frustumCulled = false;
    return mesh;
  }

  private _makeLines(): LineSegments {
    const geometry = this._keep(new BufferGeometry());
    geometry.setAttribute('position', new BufferAttribute(this._scene.edges, 3));
    const lines = new LineSegments(geometry, this._keep(new LineBasicMaterial({ color: 0x7d7d7d })));
    lines.frustumCulled = false;
    return lines;
  }

  private _makeFaces(colors: Color[]): Mesh {
    const { positions, faces, faceSpecies } = this._scene;
    const corners = new Float32Array(3 * faces.length);
    const tints = new Float32Array(3 * faces.length);
    for (let k = 0; k < faces.length; k++) {
      for (let axis = 0; axis < 3; axis++) {
        corners[3 * k + axis] = positions[3 * faces[k] + axis];
      }
      colors[faceSpecies[Math.floor(k / 3)]].toArray(tints, 3 * k);
    }
    const geometry = this._keep(new BufferGeometry());
    geometry.setAttribute('position', new BufferAttribute(corners, 3));
    geometry.setAttribute('color', new BufferAttribute(tints, 3));
    geometry.computeVertexNormals();
    const material = this._keep(
      new MeshPhongMaterial({ vertexColors: true, transparent: true, opacity: 0.45, side: DoubleSide, depthWrite: false })
    );
    const mesh = new Mesh(geometry, material);
    mesh.frustumCulled = false;
    return mesh;
  }
}
