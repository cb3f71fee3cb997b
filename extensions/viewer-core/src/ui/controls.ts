/** Pointer, touch, wheel and keyboard, turned into few verbs. Knows nothing of what is shown. */

export interface ControlTarget {
  rotate(dx: number, dy: number): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number, x: number, y: number): void;
  hover(x: number, y: number): void;
  leave(): void;
  click(x: number, y: number, add: boolean): void;
  /** A letter or a named key; false where it means nothing. */
  key(name: string, shift: boolean): boolean;
}

const CLICK_PIXELS = 4;
const KEY_STEP = 12;

/** Attach the controls; returns what detaches them. */
export function attachControls(root: HTMLElement, canvas: HTMLElement, target: ControlTarget): () => void {
  const down = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  const abort = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(
    element: HTMLElement,
    name: K,
    handler: (event: HTMLElementEventMap[K]) => void,
    options: AddEventListenerOptions = {}
  ) => element.addEventListener(name, handler, { ...options, signal: abort.signal });
  const place = (event: MouseEvent) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  on(canvas, 'pointerdown', event => {
    root.focus({ preventScroll: true });
    root.classList.add('is-active', 'is-dragging');
    canvas.setPointerCapture(event.pointerId);
    if (!down.size) {
      travelled = 0;
    }
    down.set(event.pointerId, place(event));
    target.leave();
  });
  on(canvas, 'pointermove', event => {
    const now = place(event);
    const before = down.get(event.pointerId);
    if (!before) {
      target.hover(now.x, now.y);
      return;
    }
    const dx = now.x - before.x;
    const dy = now.y - before.y;
    travelled += Math.abs(dx) + Math.abs(dy);
    down.set(event.pointerId, now);
    if (down.size === 2) {
      const other = [...down].find(([id]) => id !== event.pointerId)![1];
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(now.x - other.x, now.y - other.y);
      target.zoom(is / Math.max(was, 1), (now.x + other.x) / 2, (now.y + other.y) / 2);
      target.pan(dx / 2, dy / 2);
    } else if (event.shiftKey || (event.buttons & 6) !== 0) {
      target.pan(dx, dy);
    } else {
      target.rotate(dx, dy);
    }
  });
  const up = (event: PointerEvent) => {
    const known = down.delete(event.pointerId);
    if (!down.size) {
      root.classList.remove('is-dragging');
    }
    if (known && !down.size && event.type === 'pointerup' && event.button === 0 && travelled < CLICK_PIXELS) {
      const at = place(event);
      target.click(at.x, at.y, event.shiftKey || event.ctrlKey || event.metaKey);
    }
  };
  on(canvas, 'pointerup', up);
  on(canvas, 'pointercancel', up);
  on(canvas, 'pointerleave', () => target.leave());
  on(canvas, 'contextmenu', event => event.preventDefault());
  // The page scrolls under the wheel until somebody has clicked into the viewer.
  on(
    canvas,
    'wheel',
    event => {
      if (root.classList.contains('is-active') || event.ctrlKey) {
        event.preventDefault();
        const at = place(event);
        const lines = event.deltaMode === 1 ? 16 : 1;
        target.zoom(Math.exp((-event.deltaY * lines) / 500), at.x, at.y);
      }
    },
    { passive: false }
  );
  on(root, 'focusout', event => {
    if (!root.contains(event.relatedTarget as Node | null)) {
      root.classList.remove('is-active');
    }
  });
  on(root, 'keydown', event => {
    const box = canvas.getBoundingClientRect();
    const middle = [box.width / 2, box.height / 2] as const;
    const move = event.shiftKey ? target.pan.bind(target) : target.rotate.bind(target);
    const keys: Record<string, (() => void) | undefined> = {
      ArrowLeft: () => move(-KEY_STEP, 0),
      ArrowRight: () => move(KEY_STEP, 0),
      ArrowUp: () => move(0, -KEY_STEP),
      ArrowDown: () => move(0, KEY_STEP),
      '+': () => target.zoom(1.15, ...middle),
      '=': () => target.zoom(1.15, ...middle),
      '-': () => target.zoom(1 / 1.15, ...middle)
    };
    if (event.target !== root || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const act = keys[event.key];
    act?.();
    if (act || target.key(event.key, event.shiftKey)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  return () => abort.abort();
}
