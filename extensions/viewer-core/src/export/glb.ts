export async function toGLB(..._: unknown[]): Promise<Blob> { return new Blob(); }
