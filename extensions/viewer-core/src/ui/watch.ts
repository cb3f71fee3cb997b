/** What goes on around an element: its size, whether it is on screen, the page's theme. */

const THEMED = ['class', 'style', 'data-theme', 'data-nanoos-theme', 'data-jp-theme-light', 'data-jp-theme-name'];

export interface Watcher {
  resized(): void;
  seen(visible: boolean): void;
  recolored(): void;
}

/** Watch an element; returns what ends it. */
export function watch(element: HTMLElement, watcher: Watcher): () => void {
  const sizes = new ResizeObserver(() => watcher.resized());
  sizes.observe(element);
  const sight = new IntersectionObserver(entries => watcher.seen(entries[entries.length - 1].isIntersecting), { rootMargin: '150px' });
  sight.observe(element);
  const recolor = () => watcher.recolored();
  const themes = new MutationObserver(recolor);
  for (const themed of [document.body, document.documentElement]) {
    themes.observe(themed, { attributeFilter: THEMED });
  }
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', recolor);
  return () => {
    sizes.disconnect();
    sight.disconnect();
    themes.disconnect();
    dark.removeEventListener('change', recolor);
  };
}
