/**
 * What a display is: a function that draws plain JSON into an element. The live widget and the lab extension draw
 * by the same function; only the widget gives it a link to Python, so that what needs a kernel shows itself only there.
 */

/** The way to Python, where there is one. */
export interface Link {
  /** Ask Python for something; the display's module says which messages it understands. */
  send(message: Record<string, unknown>): void;
}

/** A display in the page. */
export interface Drawn {
  /** Draw other data in the same place, keeping what the reader has chosen: sorting, scrolling, what is open. */
  update(data: unknown): void;
  dispose(): void;
}

export type Draw = (host: HTMLElement, data: unknown, link?: Link) => Drawn;
