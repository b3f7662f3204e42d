/** What the process ends with. */
export const exitCodes = {
  done: 0,
  /** With an error that says what to do. */
  failed: 1,
  /** On words that it does not know. */
  usage: 2,
  /** By Ctrl-C, everything saved. */
  interrupted: 130,
} as const;
