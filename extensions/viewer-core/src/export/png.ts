/** The picture as PNG, of any size, with all that is written over it. */

import { Drawing } from '../drawing/drawing';
import { Painter } from '../drawing/painter';
import { Writing, overlayOf } from '../overlay/overlay';
import { paintShapes } from '../overlay/shapes';

/** Paint at `scale` pixels per CSS pixel, on paper or on nothing, smoothed by twice as many where that fits. */
export async function toPNG(
  painter: Painter,
  drawing: Drawing,
  writing: Writing,
  scale: number,
  paper: string | null,
  dark: boolean
): Promise<Blob> {
  const { view } = writing;
  const side = Math.max(view.width, view.height);
  if (!(scale > 0) || side * scale > painter.largest) {
    throw new Error(`a picture of ${scale} times ${side} pixels: choose a scale up to ${Math.floor(painter.largest / side)}`);
  }
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(view.width * scale);
  canvas.height = Math.round(view.height * scale);
  const context = canvas.getContext('2d')!;
  const ratio = Math.min(2 * scale, painter.largest / side);
  drawing.setInk(dark);
  const shot = view.shot(drawing.group, ratio);
  drawing.prepare(view.width * ratio, view.height * ratio, ratio, drawing.group.matrix);
  painter.paint(shot, context);
  if (paper) {
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.globalCompositeOperation = 'source-over';
  }
  paintShapes(context, overlayOf(writing), scale);
  return new Promise((done, failed) =>
    canvas.toBlob(blob => (blob ? done(blob) : failed(new Error('this browser could not write the picture'))), 'image/png')
  );
}
