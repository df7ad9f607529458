import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Executor, Job, JobRequest, JobState } from "../../../src/runner/executor/executor.ts";
import { createJobMonitor } from "../../../src/runner/executor/job-monitor.ts";
import { isAlive } from "../../rig/is-alive.ts";

type Command = readonly [string, ...string[]];

/**
 * What every executor has to do. `create` makes one whose jobs start this command with the path of a spec added; here it
 * is a shell, and the spec a script.
 */
export function describeExecutor(name: string, create: (command: Command) => Executor): void {
  describe(`the executor "${name}"`, () => {
    const shell: Command = ["/bin/sh"];
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "pipe-executor-"));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    const submit = async (executor: Executor, script: string, more: Partial<JobRequest> = {}): Promise<Job> => {
      const path = (suffix: string): string => join(folder, `${Math.random().toString(36).slice(2)}.${suffix}`);
      const request: JobRequest = {
        specFile: path("sh"),
        eventsFile: path("ndjson"),
        logFile: path("log"),
        environment: process.env,
        onUnwrittenEvent() {},
        ...more,
      };
      await writeFile(request.specFile, `cd ${folder}\n${script}\n`);
      await writeFile(request.eventsFile, "");
      return executor.submit(request);
    };
    const stateOf = async (executor: Executor, job: Job): Promise<JobState | undefined> =>
      (await executor.poll([job]))[0];
    const untilLogHas = (executor: Executor, job: Job, text: string): Promise<void> =>
      expect.poll(() => executor.readLog(job), { interval: 20 }).toContain(text);

    it("tells of a job that it runs, and then how it ended", async () => {
      const executor = create(shell);
      const job = await submit(executor, "until [ -e go ]; do sleep 0.02; done; exit 7");
      expect((await stateOf(executor, job))?.type).not.toBe("ended");
      await writeFile(join(folder, "go"), "");
      expect(await createJobMonitor(executor).waitForEnd(job)).toEqual({ code: 7, signal: null });
      expect(await stateOf(executor, job)).toEqual({ type: "ended", end: { code: 7, signal: null } });
    });

    it("names the signal that ended a job", async () => {
      const executor = create(shell);
      const job = await submit(executor, "kill -SEGV $$");
      expect(await createJobMonitor(executor).waitForEnd(job)).toEqual({ code: null, signal: "SIGSEGV" });
    });

    it("answers for many jobs at once, in their order", async () => {
      const executor = create(shell);
      const codes = Array.from({ length: 12 }, (_, index) => index);
      const jobs = await Promise.all(codes.map((code) => submit(executor, `exit ${code}`)));
      const monitor = createJobMonitor(executor);
      const ends = await Promise.all(jobs.map((job) => monitor.waitForEnd(job)));
      expect(ends.map(({ code }) => code)).toEqual(codes);
      const states = await executor.poll([...jobs].reverse());
      expect(states.map((state) => (state.type === "ended" ? state.end.code : state.type))).toEqual(codes.reverse());
    });

    it("keeps what a job and its programs print, behind what the log holds already", async () => {
      const executor = create(shell);
      const logFile = join(folder, "log.txt");
      await writeFile(logFile, "from before\n");
      const job = await submit(executor, "echo printed; sh -c 'echo aside >&2'", { logFile });
      await createJobMonitor(executor).waitForEnd(job);
      expect(await executor.readLog(job)).toBe("from before\nprinted\naside");
    });

    it("gives a job its environment and no other", async () => {
      const executor = create(shell);
      const job = await submit(executor, 'echo "$GREETING, $HOME."', { environment: { GREETING: "hello" } });
      await createJobMonitor(executor).waitForEnd(job);
      expect(await executor.readLog(job)).toBe("hello, .");
    });

    it("lets a job that it stops keep what it has", async () => {
      const executor = create(shell);
      const job = await submit(
        executor,
        "trap 'echo kept > kept; exit 3' TERM; echo ready; while :; do sleep 0.02; done",
      );
      await untilLogHas(executor, job, "ready");
      await executor.cancel(job, "stop");
      expect(await createJobMonitor(executor).waitForEnd(job)).toEqual({ code: 3, signal: null });
      expect(await readFile(join(folder, "kept"), "utf8")).toBe("kept\n");
    });

    it("ends a job that does not listen, with all that it started", async () => {
      const executor = create(shell);
      const job = await submit(executor, "trap '' TERM; sleep 600 & echo started $!; while :; do sleep 0.02; done");
      await untilLogHas(executor, job, "started");
      await executor.cancel(job, "kill");
      expect((await createJobMonitor(executor).waitForEnd(job)).signal).toBe("SIGKILL");
      const started = Number(/started (\d+)/.exec(await executor.readLog(job))?.[1]);
      await expect.poll(() => isAlive(started)).toBe(false);
    });

    it("ends what a job has left in the background before it says that the job ended", async () => {
      const executor = create(shell);
      const job = await submit(executor, "sleep 600 & echo started $!");
      expect(await createJobMonitor(executor).waitForEnd(job)).toEqual({ code: 0, signal: null });
      const started = Number(/started (\d+)/.exec(await executor.readLog(job))?.[1]);
      await expect.poll(() => isAlive(started)).toBe(false);
    });

    it("does nothing to a job that has ended", async () => {
      const executor = create(shell);
      const job = await submit(executor, "exit 0");
      await createJobMonitor(executor).waitForEnd(job);
      await executor.cancel(job, "stop");
      await executor.cancel(job, "kill");
      expect(await stateOf(executor, job)).toEqual({ type: "ended", end: { code: 0, signal: null } });
    });

    it("goes on with a job that another process submitted, from what was written of it", async () => {
      const job = await submit(create(shell), "trap 'exit 3' TERM; echo ready; while :; do sleep 0.02; done");
      const another = create(shell);
      const written = JSON.parse(JSON.stringify(job)) as Job;
      await untilLogHas(another, written, "ready");
      expect(await stateOf(another, written)).toEqual({ type: "running" });
      await another.cancel(written, "stop");
      // How another process's child ended is for that process alone to know.
      expect(await createJobMonitor(another).waitForEnd(written)).toMatchObject({ signal: null });
    });

    it("refuses a job whose program is not there", async () => {
      const executor = create([join(folder, "absent")]);
      await expect(submit(executor, "exit 0")).rejects.toMatchObject({ failure: { cause: "environment" } });
    });
  });
}
