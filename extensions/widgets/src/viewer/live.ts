/** Small tools that live widgets and exported pages share. */

/** How many frames a scene's JSON has. */
export function framesOf(scene: any): number {
  return scene?.frames?.positions?.shape?.[0] ?? 1;
}

/** A function that runs at most once per interval, and always with the last arguments. */
export function throttled<T extends unknown[]>(milliseconds: number, act: (...args: T) => void): ((...args: T) => void) & { cancel(): void } {
  let waiting: T | null = null;
  let timer = 0;
  const tick = () => {
    timer = 0;
    if (waiting) {
      const args = waiting;
      waiting = null;
      timer = window.setTimeout(tick, milliseconds);
      act(...args);
    }
  };
  const run = (...args: T) => {
    waiting = args;
    if (!timer) {
      tick();
    }
  };
  return Object.assign(run, { cancel: () => window.clearTimeout(timer) });
}

const DARK: Record<string, string> = {
  '--jp-layout-color1': '#15181b',
  '--jp-layout-color2': '#1f2327',
  '--jp-ui-font-color1': '#e6e8ea',
  '--jp-ui-font-color2': '#a4abb2',
  '--jp-border-color1': '#3d444b',
  '--jp-border-color3': '#292e33'
};
const LIGHT: Record<string, string> = {
  '--jp-layout-color1': '#ffffff',
  '--jp-layout-color2': '#f4f5f6',
  '--jp-ui-font-color1': '#212529',
  '--jp-ui-font-color2': '#5c636a',
  '--jp-border-color1': '#ced4da',
  '--jp-border-color3': '#edf0f2'
};

/** Give an element a theme of its own, or let it follow the page. */
export function dress(element: HTMLElement, theme: string): void {
  for (const name of Object.keys(DARK)) {
    element.style.removeProperty(name);
  }
  delete element.dataset.nanoosTheme;
  element.removeAttribute('data-jp-theme-light');
  element.style.background = element.style.color = '';
  if (theme === 'dark' || theme === 'light') {
    const colors = theme === 'dark' ? DARK : LIGHT;
    for (const [name, value] of Object.entries(colors)) {
      element.style.setProperty(name, value);
    }
    element.dataset.nanoosTheme = theme;
    element.setAttribute('data-jp-theme-light', String(theme === 'light'));
    element.style.background = colors['--jp-layout-color1'];
    element.style.color = colors['--jp-ui-font-color1'];
  }
}
