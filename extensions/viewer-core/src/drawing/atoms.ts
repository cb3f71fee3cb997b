/** All balls in one draw call, and the halos of the marked ones in another. */

import { DataTexture, FloatType, NearestFilter, RGBAFormat } from 'three';
import { Scene } from '../scene/scene';
import { VACANT, rgb } from '../scene/colors';
import { Copies, card } from './cards';
import { shader } from './shaders';

const HALO = [255, 166, 0];
const HALO_ANGSTROM = 0.09;

/** A row per species that is a mixture: colours, and in alpha where each share ends. */
function pies(scene: Scene): { texture: DataTexture; rows: Int8Array | Int16Array; most: number } | null {
  const shared = scene.species.filter(s => s.portions?.length && !scene.siteValues);
  if (!shared.length) {
    return null;
  }
  const most = Math.max(...shared.map(s => s.portions!.length)) + 1;
  const data = new Float32Array(4 * most * shared.length);
  shared.forEach((species, row) => {
    let end = 0;
    for (let k = 0; k < most; k++) {
      const [tint, share] = species.portions![k] ?? [null, 1];
      end = Math.min(end + share, 1);
      const color = tint ? rgb(tint) : VACANT;
      data.set([color[0] / 255, color[1] / 255, color[2] / 255, k === most - 1 || end > 0.9999 ? 1 : end], 4 * (row * most + k));
    }
  });
  const texture = new DataTexture(data, most, shared.length, RGBAFormat, FloatType);
  texture.minFilter = texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  const rows = Int16Array.from(scene.species, s => shared.indexOf(s));
  return { texture, rows, most };
}

export class Atoms {
  readonly balls: Copies;
  private _halos: Copies | null = null;
  private _texture: DataTexture | null = null;

  constructor(scene: Scene, colors: Uint8Array) {
    const count = scene.speciesOf.length;
    const mixed = pies(scene);
    this._texture = mixed?.texture ?? null;
    const row = mixed ? Float32Array.from(scene.speciesOf, s => mixed.rows[s]) : new Float32Array(0);
    const material = shader('ball', { uGrow: 0, ...(mixed && { uPies: mixed.texture }) }, mixed ? { PIES: mixed.most } : {});
    this.balls = new Copies(
      card(-1),
      material,
      {
        center: [new Float32Array(3 * count), 3],
        radius: [new Float32Array(count), 1],
        tint: [colors, 3],
        ...(mixed && { pie: [row, 1] as [Float32Array, number] })
      },
      count
    );
  }

  /** Put the balls where they are. */
  place(positions: Float32Array): void {
    this.balls.array('center').set(positions);
    this.balls.changed('center');
  }

  resize(radii: Float32Array): void {
    this.balls.array('radius').set(radii);
    this.balls.changed('radius');
  }

  /** Make halos around these atoms; the old ones go. */
  mark(atoms: number[]): Copies | null {
    this._halos?.dispose();
    this._halos = null;
    if (atoms.length) {
      const tint = new Uint8Array(3 * atoms.length);
      atoms.forEach((_, n) => tint.set(HALO, 3 * n));
      const own = { center: [new Float32Array(3 * atoms.length), 3], radius: [new Float32Array(atoms.length), 1], tint: [tint, 3] };
      this._halos = new Copies(card(-1), shader('ball', { uGrow: HALO_ANGSTROM }, { FLAT: '' }), own as any, atoms.length);
      this._halos.mesh.userData.atoms = atoms;
    }
    return this._halos;
  }

  /** Keep the halos where their balls are. */
  follow(): void {
    const marked = this._halos?.mesh.userData.atoms as number[] | undefined;
    if (marked && this._halos) {
      const [from, sizes] = [this.balls.array('center'), this.balls.array('radius')];
      const [to, rims] = [this._halos.array('center'), this._halos.array('radius')];
      marked.forEach((k, n) => {
        to.set(from.subarray(3 * k, 3 * k + 3), 3 * n);
        rims[n] = sizes[k];
      });
      this._halos.changed('center', 'radius');
    }
  }

  dispose(): void {
    this.balls.dispose();
    this._halos?.dispose();
    this._texture?.dispose();
  }
}
