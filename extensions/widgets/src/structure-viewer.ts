/** The live widget (anywidget): the same viewer as everywhere, its state shared with Python. */

import type { AnyModel, RenderProps } from '@anywidget/types';
import { CameraState, Direction, LabelMode, Measured, Style, Viewer, showScene } from '@nanoos/viewer-core';
import { Link } from './viewer/links';
import { dress, framesOf, throttled } from './viewer/live';

interface Model {
  scene: unknown;
  _still: DataView;
  representation: Style;
  selected: number[];
  frame: number;
  playing: boolean;
  fps: number;
  camera: Partial<CameraState> & { along?: Direction };
  orthographic: boolean;
  labels: LabelMode;
  hidden: string[];
  measuring: boolean;
  measured: Measured[];
  height: number;
  theme: string;
  _group: string;
}

const PARTS = ['bonds', 'cell', 'polyhedra', 'surfaces', 'vectors', 'axes', 'legend'];
const FRAME_MS = 100;
const CAMERA_MS = 250;

/** One view of the model: what people do goes to Python, what Python says is done, and neither is echoed. */
class Session {
  readonly viewer: Viewer | null;
  private readonly _link: Link;
  private readonly _tellCamera = throttled(CAMERA_MS, (camera: CameraState) => {
    this._tell('camera', camera);
    this._tell('orthographic', camera.orthographic);
  });
  private readonly _tellFrame = throttled(FRAME_MS, (frame: number) => this._tell('frame', frame));
  private _frame = -1;
  private _obeying = false;

  constructor(
    private readonly _model: AnyModel<Model>,
    host: HTMLElement
  ) {
    this._link = new Link({
      frames: framesOf(_model.get('scene')),
      setCamera: camera => this._follow(camera),
      setFrame: frame => this._goTo(frame)
    });
    this.viewer = showScene(host, _model.get('scene'), {
      onSelect: sites => this._tell('selected', sites),
      onStyle: style => this._tell('representation', style),
      onCamera: camera => {
        if (!this._obeying) {
          this._tellCamera(camera);
        }
        this._link.camera(camera);
      },
      onFrame: frame => {
        this._frame = frame;
        this._tellFrame(frame);
        this._link.frame(frame);
      },
      onMeasure: measured => this._tell('measured', [..._model.get('measured'), measured])
    });
  }

  start(): void {
    const { _model: model, viewer } = this;
    const changes: Record<string, () => void> = {
      representation: () => viewer!.setStyle(model.get('representation')),
      selected: () => viewer!.setSelected(model.get('selected')),
      labels: () => viewer!.setLabels(model.get('labels')),
      hidden: () => viewer!.setVisible(Object.fromEntries(PARTS.map(part => [part, !model.get('hidden').includes(part)]))),
      orthographic: () => viewer!.setOrthographic(model.get('orthographic')),
      camera: () => this._look(),
      frame: () => this._goTo(model.get('frame')),
      playing: () => (model.get('playing') ? viewer!.play(model.get('fps')) : viewer!.pause()),
      measuring: () => viewer!.setMeasuring(model.get('measuring')),
      _group: () => this._link.join(model.get('_group'))
    };
    const redraw = () => {
      viewer!.setScene(model.get('scene'));
      this._frame = -1;
      for (const [name, act] of Object.entries(changes)) {
        if (name !== 'camera' || Object.keys(model.get('camera')).length) {
          act();
        }
      }
    };
    const answer = (message: any) => void this._answer(message);
    const events: [string, () => void][] = [...Object.entries(changes), ['scene', redraw]];
    events.forEach(([name, act]) => model.on(`change:${name}`, act));
    model.on('msg:custom', answer);
    this._stop = () => {
      events.forEach(([name, act]) => model.off(`change:${name}`, act));
      model.off('msg:custom', answer);
    };
    for (const [name, act] of Object.entries(changes)) {
      if (name !== 'camera' && (!['playing', 'measuring'].includes(name) || model.get(name as 'playing'))) {
        act();
      }
    }
    if (Object.keys(model.get('camera')).length) {
      this._whenLaidOut(() => this._look());
    }
  }

  /** A camera's zoom is of a picture that has a size. */
  private _whenLaidOut(act: () => void): void {
    const sizes = new ResizeObserver(() => {
      if (this.viewer!.root.clientWidth) {
        sizes.disconnect();
        requestAnimationFrame(act);
      }
    });
    sizes.observe(this.viewer!.root);
  }

  dispose(): void {
    this._stop();
    this._tellCamera.cancel();
    this._tellFrame.cancel();
    this._link.leave();
    this.viewer?.dispose();
  }

  private _stop: () => void = () => undefined;

  private _tell<K extends keyof Model & string>(name: K, value: Model[K]): void {
    if (JSON.stringify(this._model.get(name)) !== JSON.stringify(value)) {
      this._model.set(name, value);
      this._model.save_changes();
    }
  }

  /** Look from where Python says; it need not be told. */
  private _look(): void {
    const camera = this._model.get('camera');
    const viewer = this.viewer!;
    this._obeying = true;
    if (camera.along) {
      viewer.lookAlong(camera.along);
    } else if (!camera.turn) {
      viewer.reset();
    } else if (!same(camera as CameraState, viewer.camera)) {
      viewer.setCamera(camera as CameraState);
      this._link.camera(camera as CameraState);
    }
    this._obeying = false;
  }

  private _follow(camera: CameraState): void {
    this.viewer!.setCamera(camera);
    this._tellCamera(camera);
  }

  private _goTo(frame: number): void {
    if (frame !== this._frame && frame < framesOf(this._model.get('scene'))) {
      this._frame = frame;
      this.viewer!.setFrame(frame);
      this._tellFrame(frame);
    }
  }

  private async _answer(message: any): Promise<void> {
    if (message?.want !== 'png') {
      return;
    }
    try {
      const picture = await this.viewer!.toPNG(message.scale, message.transparent);
      this._model.send({ kind: 'png', name: message.name }, undefined, [await picture.arrayBuffer()]);
    } catch (why) {
      this._model.send({ kind: 'problem', name: message.name, problem: String(why) });
    }
  }
}

function same(one: CameraState, other: CameraState): boolean {
  const numbers = (c: CameraState) => [...c.turn, ...c.pan, c.scale, Number(c.orthographic)];
  const [p, q] = [numbers(one), numbers(other)];
  return p.every((value, k) => Math.abs(value - q[k]) < 1e-9);
}

async function stillOf(model: AnyModel<Model>): Promise<string | undefined> {
  const packed = model.get('_still');
  if (!packed?.byteLength) {
    return undefined;
  }
  const stream = new Blob([packed as unknown as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).text();
}

function render({ model, el }: RenderProps<Model>): () => void {
  const host = document.createElement('div');
  el.appendChild(host);
  const resize = () => (host.style.height = `${model.get('height')}px`);
  const redress = () => dress(host, model.get('theme'));
  resize();
  redress();
  const session = new Session(model, host);
  if (!session.viewer) {
    host.style.height = '';
    void stillOf(model).then(svg => {
      if (svg) {
        const picture = document.createElement('img');
        picture.alt = 'Still picture of the structure';
        picture.className = 'nanoos-viewer-still';
        picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
        host.append(picture);
      }
    });
    return () => host.remove();
  }
  session.start();
  model.on('change:height', resize);
  model.on('change:theme', redress);
  return () => {
    model.off('change:height', resize);
    model.off('change:theme', redress);
    session.dispose();
    host.remove();
  };
}

export default { render };
