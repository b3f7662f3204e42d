import { findPackage, PACKAGES, type NativePackage } from './packages.ts';
import { Refusal } from './refusal.ts';

export type Installed = NativePackage & { readonly binding: string };

/**
 * The packages whose binding can be compiled here.
 *
 * @throws Refusal when none is installed, or this is no Linux
 */
export function installedPackages(): readonly [Installed, ...Installed[]] {
  const { platform, arch } = process;
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) {
    throw new Refusal(
      `expected Linux on x64 or arm64, got ${platform} on ${arch}: wheels of TensorFlow for it carry no C library of this kind. ` +
        "What @tensorflow/tfjs-node's own installation brings stays ('npm rebuild @tensorflow/tfjs-node').",
    );
  }
  const [first, ...rest] = PACKAGES.flatMap((name) => {
    const found = findPackage(name);
    return found?.binding === undefined ? [] : [found as Installed];
  });
  if (first) return [first, ...rest];
  throw new Refusal(
    `neither ${PACKAGES.join(' nor ')} is installed in ${process.cwd()}. Run 'npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0' ` +
      '(its own installer would download TensorFlow 2.9.1, which is not needed), then this again.',
  );
}
