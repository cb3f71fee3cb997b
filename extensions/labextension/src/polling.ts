/** Looking again and again: only while it is seen, the less often the less happens, never twice at once. */

import { Widget } from '@lumino/widgets';

const FIRST_MS = 1500;
const LAST_MS = 8_000;

export class Poll {
  private _timer = 0;
  private _pause = FIRST_MS;
  private _busy = false;
  private _again = false;

  /** @param _look looks, and says whether something goes on */
  constructor(
    private _widget: Widget,
    private _look: () => Promise<boolean>
  ) {
    document.addEventListener('visibilitychange', this._seen);
  }

  /** Look now. */
  async now(): Promise<void> {
    window.clearTimeout(this._timer);
    if (this._busy) {
      this._again = true;
      return;
    }
    this._busy = true;
    let busy = false;
    try {
      busy = await this._look();
    } finally {
      this._busy = false;
    }
    if (this._again) {
      this._again = false;
      return this.now();
    }
    this._pause = busy ? FIRST_MS : Math.min(this._pause * 1.5, LAST_MS);
    if (!this._widget.isDisposed && this._widget.isVisible && !document.hidden) {
      this._timer = window.setTimeout(() => void this.now(), this._pause);
    }
  }

  stop(): void {
    window.clearTimeout(this._timer);
    document.removeEventListener('visibilitychange', this._seen);
  }

  private _seen = (): void => {
    if (!document.hidden && this._widget.isVisible) {
      this._pause = FIRST_MS;
      void this.now();
    }
  };
}
