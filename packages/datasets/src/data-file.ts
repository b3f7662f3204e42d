/** A file's bytes, and what errors call it. */
export interface DataFile {
  /** What errors call the file. */
  readonly name: string;
  /** All of its content. */
  readonly bytes: Uint8Array;
}
