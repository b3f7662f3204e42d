/** The cpu backend advertises tfjs-node at its first use, once a file. Kept out here, since loading TensorFlow.js takes a second. */
const { warn } = console;
console.warn = (...parts: unknown[]): void => {
  if (!String(parts[0]).includes('install our node backend')) warn(...parts);
};
