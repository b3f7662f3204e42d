import { defineConfig } from 'vite';

export default defineConfig({
  // Inside this repository packages are used from their sources; installed from npm they need no such line.
  resolve: { conditions: ['@ganzoo/source'] },
  build: { target: 'es2022' },
});
