/** Pieces of SVG text. Gradients are written once per colour; texts are escaped. */

import { FONT, GLAZE, Shape, ballStops, slicesOf } from '../overlay/shapes';
import { hex, mix, rgb } from '../scene/colors';

const n1 = (value: number) => String(Math.round(value * 10) / 10);

/** Text as SVG holds it; characters that XML does not allow are left out. */
export function escaped(text: string): string {
  const allowed = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
  return allowed.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

let drawings = 0;

export class Paper {
  private readonly _defs = new Map<string, string>();
  private readonly _prefix = `n${Date.now().toString(36)}${drawings++}`;

  ball(x: number, y: number, radius: number, color: string, slices?: [string, number][]): string {
    const disc = (fill: string) => `<circle cx="${n1(x)}" cy="${n1(y)}" r="${n1(radius)}" fill="url(#${fill})"/>`;
    if (!slices?.length) {
      const stops = ballStops(color).map(([at, tint]) => `<stop offset="${at}" stop-color="${tint}"/>`);
      return disc(this._radial(color, stops.join('')));
    }
    const edge = (turn: number) => {
      const angle = turn * 2 * Math.PI;
      return `${n1(x + radius * Math.sin(angle))} ${n1(y - radius * Math.cos(angle))}`;
    };
    const sectors = slicesOf(slices).map(([from, to, tint]) =>
      to - from > 0.999
        ? `<circle cx="${n1(x)}" cy="${n1(y)}" r="${n1(radius)}" fill="${tint}"/>`
        : `<path d="M${n1(x)} ${n1(y)}L${edge(from)}A${n1(radius)} ${n1(radius)} 0 ${to - from > 0.5 ? 1 : 0} 1 ${edge(to)}Z" fill="${tint}"/>`
    );
    const glaze = GLAZE.map(([at, tint, alpha]) => `<stop offset="${at}" stop-color="${tint}" stop-opacity="${alpha}"/>`);
    return sectors.join('') + disc(this._radial('glaze', glaze.join('')));
  }

  /** A lying stick of a length and half a thickness. */
  stick(start: ArrayLike<number>, stop: ArrayLike<number>, length: number, half: number, color: string): string {
    const turn = (Math.atan2(stop[1] - start[1], stop[0] - start[0]) * 180) / Math.PI;
    const dark = hex(mix(rgb(color), [0, 0, 0], 0.5));
    const light = hex(mix(rgb(color), [255, 255, 255], 0.3));
    const stops = `<stop offset="0" stop-color="${dark}"/><stop offset=".5" stop-color="${light}"/><stop offset="1" stop-color="${dark}"/>`;
    const fill = this._def(`stick${color}`, id => `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops}</linearGradient>`);
    return `<rect x="-.5" y="${n1(-half)}" width="${n1(length + 1)}" height="${n1(2 * half)}" fill="url(#${fill})" transform="translate(${n1(start[0])} ${n1(start[1])})rotate(${n1(turn)})"/>`;
  }

  shape(shape: Shape): string {
    switch (shape.kind) {
      case 'ball':
        return this.ball(shape.x, shape.y, shape.radius, shape.color, shape.slices);
      case 'box':
        return `<rect x="${n1(shape.x)}" y="${n1(shape.y)}" width="${n1(shape.width)}" height="${n1(shape.height)}" rx="${shape.radius}" fill="${shape.fill}"/>`;
      case 'bar': {
        const stops = shape.stops.map((tint, k) => `<stop offset="${(k / (shape.stops.length - 1)).toFixed(3)}" stop-color="${tint}"/>`);
        const fill = this._def(`bar${shape.stops}`, id => `<linearGradient id="${id}">${stops.join('')}</linearGradient>`);
        return `<rect x="${n1(shape.x)}" y="${n1(shape.y)}" width="${n1(shape.width)}" height="${n1(shape.height)}" rx="2" fill="url(#${fill})"/>`;
      }
      case 'line': {
        const path = shape.points.map(([x, y]) => `${n1(x)} ${n1(y)}`).join('L');
        const dash = shape.dash ? ' stroke-dasharray="5 4"' : '';
        return `<path d="M${path}${shape.close ? 'Z' : ''}" fill="${shape.fill ?? 'none'}" stroke="${shape.color}" stroke-width="${shape.width}" stroke-linecap="round" stroke-linejoin="round"${dash}/>`;
      }
      default: {
        const halo = shape.halo ? ` stroke="${shape.halo}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"` : '';
        const face = `${shape.bold ? ' font-weight="600"' : ''}${shape.italic ? ' font-style="italic"' : ''}`;
        return `<text x="${n1(shape.x)}" y="${n1(shape.y)}" font-size="${shape.size}" fill="${shape.color}" text-anchor="${shape.anchor}"${face}${halo}>${escaped(shape.text)}</text>`;
      }
    }
  }

  finish(width: number, height: number, title: string, body: string): string {
    const label = escaped(title ? `Structure of ${title}` : 'Structure');
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}" ` +
      `font-family="${escaped(FONT)}"><title>${label}</title><defs>${[...this._defs.values()].join('')}</defs>${body}</svg>`
    );
  }

  private _radial(name: string, stops: string): string {
    return this._def(`ball${name}`, id => `<radialGradient id="${id}" cx=".5" cy=".5" r=".5" fx=".34" fy=".3">${stops}</radialGradient>`);
  }

  private _def(key: string, write: (id: string) => string): string {
    const id = `${this._prefix}${key.replace(/[^a-z0-9]/gi, '')}`;
    if (!this._defs.has(id)) {
      this._defs.set(id, write(id));
    }
    return id;
  }
}
