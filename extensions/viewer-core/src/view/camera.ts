/** From where a scene is looked at. Pure geometry: Å in, CSS pixels out. */

import { Group, Matrix4, Quaternion, Vector3 } from 'three';
import type { Shot } from '../drawing/painter';
import { Moment } from '../scene/frames';
import { Scene } from '../scene/scene';

const FIELD_OF_VIEW = (22 * Math.PI) / 180;
const BORDER = 12;
const LARGEST_SCALE = 90;
const RADIANS_PER_PIXEL = 0.0085;

/** A camera as plain JSON, to be kept, sent, or given to another viewer. */
export interface CameraState {
  turn: number[];
  pan: number[];
  scale: number;
  orthographic: boolean;
}

/** Along a lattice vector, or along the reciprocal vector of a plane. */
export type Direction = 'a' | 'b' | 'c' | [number, number, number];

/** Free space around the picture in CSS pixels, for what is written there. */
export interface Margins {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export class View {
  readonly turn = new Quaternion();
  readonly pan = new Vector3();
  readonly center = new Vector3();
  scale = 1;
  distance = 1;
  reach = 1;
  width = 0;
  height = 0;
  orthographic = false;

  get state(): CameraState {
    return { turn: this.turn.toArray(), pan: [this.pan.x, this.pan.y], scale: this.scale, orthographic: this.orthographic };
  }

  set state(state: CameraState) {
    this.turn.fromArray(state.turn).normalize();
    this.pan.set(state.pan[0], state.pan[1], 0);
    this.scale = Math.min(Math.max(state.scale, 0.2), 2000);
    this.orthographic = state.orthographic;
  }

  /** Turn so that rows right, up, towards become the screen's axes. */
  look(right: Vector3, up: Vector3, towards: Vector3): void {
    const rows = new Matrix4().set(
      ...([right.x, right.y, right.z, 0, up.x, up.y, up.z, 0, towards.x, towards.y, towards.z, 0, 0, 0, 0, 1] as const)
    );
    this.turn.setFromRotationMatrix(rows);
  }

  /** Look as rows of numbers say: right, up, towards the viewer. */
  lookFrom(right: number[], up: number[], towards: number[]): void {
    this.look(new Vector3().fromArray(right), new Vector3().fromArray(up), new Vector3().fromArray(towards));
  }

  lookAlong(direction: Direction, lattice: number[][] | null): void {
    const [a, b, c] = (lattice ?? [[1, 0, 0], [0, 1, 0], [0, 0, 1]]).map(v => new Vector3().fromArray(v));
    let towards: Vector3;
    let up = c.clone();
    if (typeof direction === 'string') {
      towards = { a, b, c }[direction].clone();
    } else {
      const [h, k, l] = direction;
      const [bc, ca, ab] = [b.clone().cross(c), c.clone().cross(a), a.clone().cross(b)];
      towards = bc.multiplyScalar(h).add(ca.multiplyScalar(k)).add(ab.multiplyScalar(l));
      towards.multiplyScalar(Math.sign(a.dot(b.clone().cross(c))) || 1);
    }
    if (towards.lengthSq() < 1e-12) {
      throw new Error('No direction to look along: h, k and l are all zero');
    }
    towards.normalize();
    if (up.clone().normalize().cross(towards).length() < 1e-3) {
      up = b.clone();
    }
    up.addScaledVector(towards, -up.dot(towards)).normalize();
    this.look(up.clone().cross(towards), up, towards);
  }

  /** Move so that all there is fills the picture, seen from where the camera is. */
  fit(scene: Scene, moment: Moment, radii: Float32Array, margins: Margins): void {
    this.center.fromArray(scene.center);
    const { positions, edges } = moment;
    const point = new Vector3();
    const seen: number[] = [];
    this.reach = 1;
    const add = (from: Float32Array, k: number, radius: number) => {
      point.fromArray(from, k).sub(this.center).applyQuaternion(this.turn);
      this.reach = Math.max(this.reach, point.length() + radius);
      seen.push(point.x, point.y, point.z, radius);
    };
    radii.forEach((radius, k) => add(positions, 3 * k, radius));
    for (let k = 0; k < edges.length; k += 3) {
      add(edges, k, 0);
    }
    const tips = moment.tips;
    scene.vectors?.atoms.forEach((atom: number, k: number) => {
      const tip = [0, 1, 2].map(axis => positions[3 * atom + axis] + tips![3 * k + axis]);
      add(Float32Array.from(tip), 0, 0.2);
    });
    for (const surface of scene.surfaces) {
      for (let k = 0; k < surface.positions.length; k += 3) {
        add(surface.positions, k, 0);
      }
    }
    this.distance = this.reach / Math.sin(FIELD_OF_VIEW / 2);
    this._frame(seen, margins);
  }

  /** CSS pixels of a point, its depth towards the viewer in Å, and pixels per Å there. */
  project(x: number, y: number, z: number): [x: number, y: number, depth: number, factor: number] {
    const p = scratch.set(x, y, z).sub(this.center).applyQuaternion(this.turn).add(this.pan);
    const factor = this.scale * (this.orthographic ? 1 : this.distance / Math.max(this.distance - p.z, 1e-3));
    return [this.width / 2 + p.x * factor, this.height / 2 - p.y * factor, p.z, factor];
  }

  /** Where a line of sight starts and where it goes, in the scene's own axes. */
  ray(x: number, y: number): { origin: Vector3; direction: Vector3 } {
    const through = new Vector3((x - this.width / 2) / this.scale, (this.height / 2 - y) / this.scale, 0);
    const eye = new Vector3(0, 0, this.distance);
    const direction = this.orthographic ? new Vector3(0, 0, -1) : through.clone().sub(eye).normalize();
    const origin = this.orthographic ? through.setZ(this.distance) : eye;
    const back = this.turn.clone().invert();
    origin.sub(this.pan).applyQuaternion(back).add(this.center);
    return { origin, direction: direction.applyQuaternion(back) };
  }

  /** Put a group where the camera wants it, and describe the picture to the painter. */
  shot(group: Group, ratio: number): Shot {
    group.quaternion.copy(this.turn);
    group.position.copy(this.center).negate().applyQuaternion(this.turn).add(this.pan);
    group.updateMatrix();
    const { width, height, orthographic, distance, scale, reach } = this;
    return { group, width, height, ratio, orthographic, distance, scale, reach };
  }

  rotate(dx: number, dy: number): void {
    const about = (axis: Vector3, pixels: number) => new Quaternion().setFromAxisAngle(axis, pixels * RADIANS_PER_PIXEL);
    this.turn.premultiply(about(new Vector3(0, 1, 0), dx)).premultiply(about(new Vector3(1, 0, 0), dy)).normalize();
  }

  move(dx: number, dy: number): void {
    this.pan.x += dx / this.scale;
    this.pan.y -= dy / this.scale;
  }

  /** Zoom so that what lies under a point stays there. */
  zoom(factor: number, x: number, y: number): void {
    const before = this.scale;
    this.scale = Math.min(Math.max(before * factor, 0.2), 2000);
    const change = 1 / this.scale - 1 / before;
    this.pan.x += (x - this.width / 2) * change;
    this.pan.y -= (y - this.height / 2) * change;
  }

  private _frame(seen: number[], { left, right, top, bottom }: Margins): void {
    const low = [Infinity, Infinity];
    const high = [-Infinity, -Infinity];
    for (let k = 0; k < seen.length; k += 4) {
      const radius = seen[k + 3];
      const factor = this.orthographic ? 1 : this.distance / (this.distance - seen[k + 2]);
      for (let axis = 0; axis < 2; axis++) {
        low[axis] = Math.min(low[axis], (seen[k + axis] - radius) * factor);
        high[axis] = Math.max(high[axis], (seen[k + axis] + radius) * factor);
      }
    }
    if (!seen.length) {
      low.fill(-1);
      high.fill(1);
    }
    const free = (size: number, margins: number) => Math.max(size - 2 * BORDER - margins, size / 3);
    this.scale = Math.min(
      free(this.width, left + right) / (high[0] - low[0]),
      free(this.height, top + bottom) / (high[1] - low[1]),
      LARGEST_SCALE
    );
    this.scale = Math.max(this.scale, 0.1);
    const shift = [(left - right) / 2, (bottom - top) / 2].map(pixels => pixels / this.scale);
    this.pan.set(shift[0] - (low[0] + high[0]) / 2, shift[1] - (low[1] + high[1]) / 2, 0);
  }
}

const scratch = new Vector3();
