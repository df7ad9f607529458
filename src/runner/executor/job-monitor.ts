import { createDeferred, type Deferred } from "../../util/deferred.ts";
import type { Executor, Job, ProcessEnd } from "./executor.ts";

/** Waits for the ends of an executor's jobs. All that are waited for are asked after together. */
export interface JobMonitor {
  waitForEnd(job: Job): Promise<ProcessEnd>;
}

export function createJobMonitor(executor: Executor): JobMonitor {
  const waiting = new Map<Job, Deferred<ProcessEnd>>();
  let isPolling = false;
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;
  let stopListening: (() => void) | undefined;

  const pollOnce = async (): Promise<void> => {
    const jobs = [...waiting.keys()];
    const states = await executor.poll(jobs);
    for (const [index, job] of jobs.entries()) {
      const state = states[index];
      if (state?.type !== "ended") continue;
      waiting.get(job)?.resolve(state.end);
      waiting.delete(job);
    }
  };
  const poll = async (): Promise<void> => {
    isDue = true;
    if (isPolling) return;
    isPolling = true;
    try {
      // What changes during a poll may have been asked after already.
      while (isDue && waiting.size > 0) {
        isDue = false;
        await pollOnce();
      }
    } catch (error) {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    }
    isPolling = false;
    if (waiting.size === 0) rest();
  };
  const rest = (): void => {
    clearInterval(timer);
    stopListening?.();
    timer = undefined;
    stopListening = undefined;
  };
  return {
    waitForEnd(job) {
      const end = createDeferred<ProcessEnd>();
      waiting.set(job, end);
      timer ??= setInterval(() => void poll(), executor.pollMs);
      stopListening ??= executor.onChange(() => void poll());
      void poll();
      return end.promise;
    },
  };
}
