/**
 * Painting at the right moment and at the right sharpness: once per change, only on screen, coarser while something
 * moves if the computer needs that, and sharp as soon as it stands still.
 */

const STILL_AFTER_MS = 140;
const GOAL_MS = 14;
const COARSEST = 0.6;

export class Pace {
  visible = false;
  /** How long a sharp picture takes, in ms; the first one does not count, as shaders are compiled in it. */
  private _cost = Infinity;
  private _sharp = 0;
  private _request = 0;
  private _timer = 0;
  private _moving = false;
  private _drawn = false;
  private readonly _paint: (sharp: boolean) => void;

  constructor(paint: (sharp: boolean) => void) {
    this._paint = paint;
  }

  /** Something changed once: paint soon. */
  changed(): void {
    if (!this._request && this.visible) {
      this._request = requestAnimationFrame(() => {
        this._request = 0;
        this._paint(!this._moving && this._drawn);
        if (!this._drawn) {
          this._drawn = true; // the first picture comes quickly, the sharp one right after
          this.changed();
        }
      });
    }
  }

  /** Something moves: paint soon, and once more when it has stopped. */
  moved(): void {
    this._moving = true;
    clearTimeout(this._timer);
    this._timer = window.setTimeout(() => {
      this._moving = false;
      this.changed();
    }, STILL_AFTER_MS);
    this.changed();
  }

  /** Painted pixels per CSS pixel. */
  ratio(sharp: boolean): number {
    const device = Math.min(window.devicePixelRatio || 1, 2);
    const still = device * (device > 1.4 ? 1.5 : 2);
    if (sharp) {
      return still;
    }
    if (this._cost === Infinity) {
      return device;
    }
    const affordable = still * Math.sqrt(GOAL_MS / Math.max(this._cost, 0.1));
    return affordable >= still ? still : Math.max(Math.min(affordable, device), COARSEST * device);
  }

  /** Note how long a sharp picture took, in ms. */
  took(cost: number): void {
    this._sharp += 1;
    this._cost = this._sharp === 1 ? Infinity : cost;
  }

  stop(): void {
    cancelAnimationFrame(this._request);
    clearTimeout(this._timer);
    this.visible = false;
  }
}
