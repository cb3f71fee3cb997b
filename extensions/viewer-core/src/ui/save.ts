/** Give a file to whoever sits before the screen. */

import type { Viewer } from '../viewer';

/** Make a file and download it; what goes wrong is said in the picture. */
export async function save(viewer: Viewer, ending: string, make: () => Promise<Blob>): Promise<void> {
  try {
    const address = URL.createObjectURL(await make());
    const link = document.createElement('a');
    link.href = address;
    link.download = `${viewer.scene.title.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^-+|-+$/g, '') || 'structure'}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    viewer.say(`saved ${link.download}`);
  } catch (error) {
    viewer.complain(`It could not be saved: ${(error as Error).message}`);
  }
}
