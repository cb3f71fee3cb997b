/** What people do with atoms: mark sites, and measure between atoms as drawn. */

import { Vector3 } from 'three';
import { Scene } from '../scene/scene';
import { KINDS, Measured, measure } from './measure';

const MOST = 4;

export class Selection {
  sites = new Set<number>();
  /** Chains of clicked atoms; the last one may still grow. */
  chains: number[][] = [];
  measuring = false;
  /** The atom that keys have walked to, or -1. */
  cursor = -1;
  private _open = false;

  clear(): void {
    this.sites.clear();
    this.chains = [];
    this.cursor = -1;
    this._open = false;
  }

  /** Take a click on an atom, or beside all (-1); with `add`, the others stay marked. */
  click(site: number, add: boolean): void {
    const next = new Set(add ? this.sites : []);
    if (site >= 0) {
      const again = this.sites.has(site) && (add || this.sites.size === 1);
      again ? next.delete(site) : next.add(site);
    }
    this.sites = next;
  }

  /** Add an atom to the present chain; a click beside all atoms or on its last one ends it. */
  extend(atom: number): number[] | null {
    const last = this._open ? this.chains[this.chains.length - 1] : null;
    if (atom < 0 || last?.[last.length - 1] === atom) {
      if (last && last.length < 2) {
        this.chains.pop();
      }
      this._open = false;
      return null;
    }
    if (last?.includes(atom)) {
      return null;
    }
    const chain = last && last.length < MOST ? last : [];
    if (chain !== last) {
      this.chains.push(chain);
    }
    chain.push(atom);
    this._open = true;
    return chain;
  }

  /** Forget all measurements; false if there were none. */
  clearMeasures(): boolean {
    const any = this.chains.length > 0;
    this.chains = [];
    this._open = false;
    return any;
  }
}

/** What a chain of atoms measures; null for a single one. */
export function measured(scene: Scene, positions: Float32Array, atoms: number[]): Measured | null {
  const kind = KINDS[atoms.length];
  if (!kind) {
    return null;
  }
  return {
    kind,
    sites: atoms.map(k => scene.sites[k]),
    images: atoms.map(k => [0, 1, 2].map(axis => scene.images[3 * k + axis])),
    value: measure(atoms.map(k => new Vector3().fromArray(positions, 3 * k)))
  };
}

/** An atom in words. */
export function nameOf(scene: Scene, atom: number): string {
  const cell = [0, 1, 2].map(axis => scene.images[3 * atom + axis]);
  const beyond = cell.some(n => n !== 0) ? `, cell ${cell.join(' ')}` : '';
  const values = scene.siteValues;
  const value = values && !Number.isNaN(values.values[atom]) ? ` · ${Number(values.values[atom].toPrecision(4))} ${values.unit}` : '';
  const label = scene.atomLabels?.[atom];
  const name = scene.species[scene.speciesOf[atom]].label;
  return `${name} · site ${scene.sites[atom]}${beyond}${label && label !== name ? ` · ${label}` : ''}${value}`;
}
