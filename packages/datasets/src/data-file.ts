/** A file's bytes, and what errors call it. */
export interface DataFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}
