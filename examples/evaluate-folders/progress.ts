/** A line that is written again and again; where that is no terminal, one every ten seconds. */
export function shown(label: string): (fraction: number) => void {
  let [percent, next] = [-1, 0];
  return (fraction) => {
    const [before, now] = [percent, performance.now()];
    percent = Math.floor(100 * fraction);
    if (process.stderr.isTTY && percent > before) process.stderr.write(`\r${label}: ${percent} %${percent === 100 ? '\n' : ''}`);
    if (process.stderr.isTTY || now < next) return;
    next = now + 10_000;
    console.error(percent === 0 ? label : `${label}: ${percent} %`);
  };
}
