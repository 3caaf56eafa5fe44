import { setTimeout as wait } from "node:timers/promises";

/** Begins so much work a second, whether or not what was begun before is done. */
export async function atSteadyPace(
  { count, perSecond }: { readonly count: number; readonly perSecond: number },
  work: (at: number) => Promise<number>,
): Promise<number[]> {
  const beganAt = performance.now();
  const running: Promise<number>[] = [];
  for (let at = 0; at < count; at += 1) {
    const early = beganAt + (at * 1_000) / perSecond - performance.now();
    if (early > 0) await wait(early);
    running.push(work(at));
  }
  return await Promise.all(running);
}
