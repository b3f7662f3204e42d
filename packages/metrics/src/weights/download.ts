import { GanzooError } from '@ganzoo/core';

const SCOPE = 'metrics/weights';

/** The bytes at a URL, by `fetch`. */
export async function download(url: string | URL): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    const hint = 'Check the network; in a browser the server must allow other origins (CORS), which releases on GitHub do not';
    throw new GanzooError(SCOPE, `cannot download '${String(url)}': ${reasonOf(cause)}. ${hint}. Or pass the bytes.`, { cause });
  }
  throw new GanzooError(
    SCOPE,
    `cannot download '${String(url)}': the server says ${response.status} ${response.statusText}. Check the address, or pass the bytes.`,
  );
}

/** `fetch` says only that it failed; why stands in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
