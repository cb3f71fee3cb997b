/** What is written over the picture, as values: painted on a canvas, or written as SVG. */

import { Rgb, VACANT, hex, mix, rgb } from '../scene/colors';

export type Shape =
  | { kind: 'text'; x: number; y: number; text: string; size: number; color: string; anchor: 'start' | 'middle' | 'end'; halo?: string; italic?: boolean; bold?: boolean }
  | { kind: 'line'; points: [number, number][]; color: string; width: number; dash?: boolean; close?: boolean; fill?: string }
  | { kind: 'box'; x: number; y: number; width: number; height: number; fill: string; radius: number }
  | { kind: 'ball'; x: number; y: number; radius: number; color: string; slices?: [string, number][] }
  | { kind: 'bar'; x: number; y: number; width: number; height: number; stops: string[] };

export const FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif';
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

/** Stops of a ball's radial gradient, whose glint lies above to the left. */
export function ballStops(color: string): [number, string][] {
  const base = rgb(color);
  return [
    [0, hex(mix(base, WHITE, 0.62))],
    [0.38, color],
    [0.8, hex(mix(base, BLACK, 0.24))],
    [1, hex(mix(base, BLACK, 0.46))]
  ];
}

/** The same light without a colour, laid over the slices of a pie. */
export const GLAZE: [number, string, number][] = [
  [0, '#ffffff', 0.6],
  [0.38, '#ffffff', 0],
  [0.8, '#000000', 0.2],
  [1, '#000000', 0.45]
];

/** Start, stop (in turns from above, clockwise) and colour of each slice; what is missing is vacant. */
export function slicesOf(portions: [string, number][]): [number, number, string][] {
  const slices: [number, number, string][] = [];
  let end = 0;
  for (const [color, share] of portions) {
    slices.push([end, Math.min(end + share, 1), color]);
    end = Math.min(end + share, 1);
  }
  if (end < 0.9999) {
    slices.push([end, 1, hex(VACANT)]);
  }
  return slices;
}

let ruler: CanvasRenderingContext2D | null = null;

/** How wide a text is, in CSS pixels. */
export function textWidth(text: string, size: number, bold = false): number {
  ruler ??= document.createElement('canvas').getContext('2d')!;
  ruler.font = `${bold ? '600 ' : ''}${size}px ${FONT}`;
  return ruler.measureText(text).width;
}

function paintBall(context: CanvasRenderingContext2D, shape: Extract<Shape, { kind: 'ball' }>): void {
  const { x, y, radius } = shape;
  const light = context.createRadialGradient(x - 0.32 * radius, y - 0.4 * radius, 0, x, y, radius);
  const disc = (fill: string | CanvasGradient) => {
    context.fillStyle = fill;
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.fill();
  };
  if (!shape.slices) {
    ballStops(shape.color).forEach(([at, color]) => light.addColorStop(at, color));
    disc(light);
    return;
  }
  for (const [from, to, color] of slicesOf(shape.slices)) {
    context.fillStyle = color;
    context.beginPath();
    context.moveTo(x, y);
    context.arc(x, y, radius, (from - 0.25) * 2 * Math.PI, (to - 0.25) * 2 * Math.PI);
    context.fill();
  }
  GLAZE.forEach(([at, color, alpha]) => light.addColorStop(at, `${color}${Math.round(alpha * 255).toString(16).padStart(2, '0')}`));
  disc(light);
}

function paintText(context: CanvasRenderingContext2D, shape: Extract<Shape, { kind: 'text' }>): void {
  context.font = `${shape.italic ? 'italic ' : ''}${shape.bold ? '600 ' : ''}${shape.size}px ${FONT}`;
  context.textAlign = shape.anchor === 'middle' ? 'center' : shape.anchor;
  context.textBaseline = 'alphabetic';
  if (shape.halo) {
    context.strokeStyle = shape.halo;
    context.lineWidth = 3;
    context.lineJoin = 'round';
    context.strokeText(shape.text, shape.x, shape.y);
  }
  context.fillStyle = shape.color;
  context.fillText(shape.text, shape.x, shape.y);
}

/** Paint shapes, given in CSS pixels. */
export function paintShapes(context: CanvasRenderingContext2D, shapes: Shape[], ratio: number): void {
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (const shape of shapes) {
    if (shape.kind === 'text') {
      paintText(context, shape);
    } else if (shape.kind === 'ball') {
      paintBall(context, shape);
    } else if (shape.kind === 'line') {
      context.strokeStyle = shape.color;
      context.lineWidth = shape.width;
      context.lineCap = 'round';
      context.lineJoin = 'round';
      context.setLineDash(shape.dash ? [5, 4] : []);
      context.beginPath();
      shape.points.forEach(([x, y]) => context.lineTo(x, y));
      if (shape.close) {
        context.closePath();
      }
      if (shape.fill) {
        context.fillStyle = shape.fill;
        context.fill();
      }
      context.stroke();
    } else if (shape.kind === 'box') {
      context.fillStyle = shape.fill;
      context.beginPath();
      context.roundRect(shape.x, shape.y, shape.width, shape.height, shape.radius);
      context.fill();
    } else {
      const fade = context.createLinearGradient(shape.x, 0, shape.x + shape.width, 0);
      shape.stops.forEach((color, k) => fade.addColorStop(k / (shape.stops.length - 1), color));
      context.fillStyle = fade;
      context.beginPath();
      context.roundRect(shape.x, shape.y, shape.width, shape.height, 2);
      context.fill();
    }
  }
  context.restore();
}
