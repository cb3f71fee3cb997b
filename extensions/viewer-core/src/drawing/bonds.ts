/** All bonds in one draw call: a stick that changes colour in the middle of what is seen between two balls. */

import { Scene, Style, bondRadiusOf, radiiOf } from '../scene/scene';
import { Numbers } from '../scene/wire';
import { Copies, card } from './cards';
import { shader } from './shaders';

/** From here on sticks are flat in depth, which spares the graphics card a write per pixel and is not seen. */
const MANY = 4000;

export class Bonds {
  readonly sticks: Copies;
  private _radii: Float32Array;
  private readonly _colors: Uint8Array;

  constructor(scene: Scene, colors: Uint8Array) {
    let most = scene.bonds.length / 2;
    const offsets = scene.frames?.bonds ? scene.frames.bondOffsets : null;
    for (let k = 0; offsets && k + 1 < offsets.length; k++) {
      most = Math.max(most, offsets[k + 1] - offsets[k]);
    }
    this._colors = colors;
    this._radii = radiiOf(scene, 'ball-and-stick');
    this.sticks = new Copies(
      card(0),
      shader('stick', { uRadius: scene.bondRadius }, most > MANY ? {} : { ROUND: '' }),
      {
        start: [new Float32Array(3 * most), 3],
        stop: [new Float32Array(3 * most), 3],
        startTint: [new Uint8Array(3 * most), 3],
        stopTint: [new Uint8Array(3 * most), 3],
        change: [new Float32Array(most), 1]
      },
      most
    );
  }

  setStyle(scene: Scene, style: Style): void {
    const radius = bondRadiusOf(scene, style);
    this._radii = radiiOf(scene, style);
    (this.sticks.mesh.material as any).uniforms.uRadius.value = radius;
  }

  /** Put the sticks between the balls. */
  place(positions: Float32Array, bonds: Numbers): void {
    const count = bonds.length / 2;
    const { sticks, _radii: radii, _colors: colors } = this;
    const [start, stop, change] = ['start', 'stop', 'change'].map(name => sticks.array(name));
    const [startTint, stopTint] = ['startTint', 'stopTint'].map(name => sticks.array(name));
    for (let k = 0; k < count; k++) {
      const near = bonds[2 * k];
      const far = bonds[2 * k + 1];
      let squared = 0;
      for (let axis = 0; axis < 3; axis++) {
        const a = positions[3 * near + axis];
        const b = positions[3 * far + axis];
        start[3 * k + axis] = a;
        stop[3 * k + axis] = b;
        startTint[3 * k + axis] = colors[3 * near + axis];
        stopTint[3 * k + axis] = colors[3 * far + axis];
        squared += (b - a) * (b - a);
      }
      change[k] = 0.5 + (radii[near] - radii[far]) / (2 * Math.sqrt(squared) || 1);
    }
    sticks.count = count;
    sticks.changed('start', 'stop', 'change', 'startTint', 'stopTint');
  }

  dispose(): void {
    this.sticks.dispose();
  }
}
