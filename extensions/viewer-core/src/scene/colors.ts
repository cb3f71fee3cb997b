/** Colours of atoms: by species, or by a value of each site on a scale. */

import { scales } from '@nanoos/look';
import type { Scene, SiteValues } from './scene';

export type Rgb = [number, number, number];

const UNKNOWN: Rgb = [158, 163, 168];
export const VACANT: Rgb = [243, 244, 246];

/** Read "#rrggbb" as three numbers up to 255. */
export function rgb(hex: string): Rgb {
  const value = parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export function hex(color: Rgb): string {
  return `#${color.map(part => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

export function mix(color: Rgb, towards: Rgb, share: number): Rgb {
  return color.map((part, k) => part * (1 - share) + towards[k] * share) as Rgb;
}

/** The colour of a share of a scale, 0 to 1. */
export function onScale(name: SiteValues['scale'], share: number): Rgb {
  const stops = scales[name];
  const at = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return mix(rgb(stops[low]), rgb(stops[low + 1]), at - low);
}

/** One colour per atom, three bytes each. */
export function colorsOf(scene: Scene): Uint8Array {
  const species = scene.species.map(s => rgb(s.color));
  const { siteValues } = scene;
  const colors = new Uint8Array(3 * scene.speciesOf.length);
  for (let k = 0; k < scene.speciesOf.length; k++) {
    let color = species[scene.speciesOf[k]];
    if (siteValues) {
      const value = siteValues.values[k];
      const span = siteValues.high - siteValues.low;
      color = Number.isNaN(value) ? UNKNOWN : onScale(siteValues.scale, span ? (value - siteValues.low) / span : 0.5);
    }
    colors.set(color, 3 * k);
  }
  return colors;
}
