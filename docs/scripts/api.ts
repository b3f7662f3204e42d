/** Writes docs/api: a page for every public name, from the comments in the sources. A name without one, or a broken link, is an error. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application, type ProjectReflection } from 'typedoc';
import { entryPoints, root } from './entry-points.ts';

const out = join(root, 'docs/api');
const modules = entryPoints();
const packages = [...new Set(modules.map(({ name }) => name.split('/').slice(0, 2).join('/')))];

const options = {
  entryPoints: modules.map(({ file }) => file),
  outputs: [{ name: 'markdown', path: out }],
  // Cleaned here, by its own path: the default folder is all of docs.
  cleanOutputDir: false,
  basePath: root,
  displayBasePath: root,
  tsconfig: join(root, 'tsconfig.json'),
  plugin: ['typedoc-plugin-markdown'],
  // Types are checked by a gate of their own.
  skipErrorChecking: true,
  readme: 'none',
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  disableGit: true,
  sourceLinkTemplate: 'https://github.com/ganzoo/ganzoo/blob/main/{path}#L{line}',
  validation: { notDocumented: true, invalidLink: true, notExported: true, invalidPath: true },
  packagesRequiringDocumentation: packages,
  // The shape of a tf.data.Dataset, one of the things a DataSource can be.
  intentionallyNotDocumented: ['', '.__type.__type.next', '.__type.__type.next.__type.__type.value', '.__type.__type.next.__type.__type.done'].map(
    (member) => `core.DataSource.__type.iterator${member}`,
  ),
  name: 'Reference',
  entryFileName: 'index',
  pageTitleTemplates: { member: ({ name }: { name: string }) => name, module: ({ name }: { name: string }) => `@ganzoo/${name}` },
  sort: ['kind', 'alphabetical'],
  hidePageHeader: true,
  useHTMLEncodedBrackets: true,
  sanitizeComments: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  tableColumnSettings: { hideModifiers: true, hideSources: true, leftAlignHeaders: true },
};

const app = await Application.bootstrapWithPlugins(options as never);
const project = await app.convert();
if (!project) process.exit(1);
nameModules(project);
app.validate(project);
failOnComplaints();
rmSync(out, { recursive: true, force: true });
await app.generateOutputs(project);
failOnComplaints();

/** Modules are called as they are imported, and not by their files. */
function nameModules({ children = [] }: ProjectReflection): void {
  for (const child of children) {
    const { fullFileName } = child.sources?.[0] ?? {};
    const found = modules.find(({ file }) => file === fullFileName);
    if (found) child.name = found.name.replace('@ganzoo/', '');
  }
}

function failOnComplaints(): void {
  if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
}
