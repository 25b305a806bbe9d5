/** Memory that threads share, where there is such a thing: pages that are not cross-origin isolated have none. */
export function room(bytes: number): ArrayBuffer | SharedArrayBuffer {
  return typeof SharedArrayBuffer === "undefined"
    ? new ArrayBuffer(bytes)
    : new SharedArrayBuffer(bytes);
}
