/**
 * Writes what each package's doors let out into `api/*.api.md`, for a change of it to be seen in review: `npm run api`, after a
 * build. With --check it fails where a file is not what it should be.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'api');
const temporary = join(tmpdir(), `ganzoo-api-${process.pid}`);
const isCheck = process.argv.includes('--check');

const written = new Map();
for (const name of readdirSync(join(root, 'packages'))) {
  const manifest = join(root, 'packages', name, 'package.json');
  if (!existsSync(manifest)) continue;
  for (const [door, target] of Object.entries(JSON.parse(readFileSync(manifest, 'utf8')).publishConfig?.exports ?? {})) {
    if (!target.endsWith('.js')) continue;
    const types = join(root, 'packages', name, target.replace(/\.js$/, '.d.ts'));
    if (!existsSync(types)) fail(`there is no ${types}. Build first: npm run build.`);
    const report = `${name}${door.slice(1).replaceAll('/', '-')}`;
    written.set(`${report}.api.md`, reportOf(name, manifest, types, report));
  }
}
rmSync(temporary, { recursive: true, force: true });

const before = existsSync(folder) ? readdirSync(folder) : [];
const changed = [...new Set([...before, ...written.keys()])].filter((file) => contentOf(file) !== written.get(file));
if (isCheck && changed.length > 0) fail(`the public surface is not what api/ says: ${changed.join(', ')}. If it should be, run: npm run build && npm run api.`);
mkdirSync(folder, { recursive: true });
for (const file of changed) {
  if (written.has(file)) writeFileSync(join(folder, file), written.get(file));
  else rmSync(join(folder, file));
}
console.log(changed.length === 0 ? `api/ is up to date: ${written.size} doors.` : `Written: ${changed.join(', ')}`);

function contentOf(file) {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function reportOf(name, packageJsonFullPath, mainEntryPointFilePath, report) {
  const projectFolder = join(root, 'packages', name);
  mkdirSync(temporary, { recursive: true });
  const extractorConfig = ExtractorConfig.prepare({
    configObject: {
      projectFolder,
      mainEntryPointFilePath,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'nodenext',
            moduleResolution: 'nodenext',
            target: 'es2022',
            lib: ['es2023', 'dom'],
            skipLibCheck: true,
            types: ['node'],
            typeRoots: [join(root, 'node_modules/@types')],
          },
        },
      },
      apiReport: { enabled: true, reportFileName: report, reportFolder: temporary, reportTempFolder: join(temporary, 'new') },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'none' } },
        extractorMessageReporting: { default: { logLevel: 'none' } },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath,
  });
  const { succeeded } = Extractor.invoke(extractorConfig, { localBuild: true, messageCallback: (message) => (message.handled = true) });
  if (!succeeded) fail(`the types of ${mainEntryPointFilePath} cannot be read.`);
  return readFileSync(join(temporary, `${report}.api.md`), 'utf8');
}

function fail(message) {
  console.error(`api: ${message}`);
  process.exit(1);
}
