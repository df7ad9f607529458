import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "../../base/failure.ts";
import { runCommand } from "../../util/run-command.ts";
import type { SetupContext } from "./context.ts";
import { type TensorflowWheel, tensorflowVersion } from "./release.ts";

/** Ways to call pip, tried in turn. It knows the user's index, mirror, proxy and certificates, so nothing else downloads. */
const pipCommands: readonly (readonly string[])[] = [
  ["python3", "-m", "pip"],
  ["python", "-m", "pip"],
  ["pip3"],
  ["pip"],
  ["uvx", "pip"],
];

const pollMs = 500;

/** Downloads a wheel with pip into `folder` and checks its SHA-256; returns its path. */
export async function downloadWheel(wheel: TensorflowWheel, folder: string, context: SetupContext): Promise<string> {
  const pip = await findPip(context);
  const target = join(folder, "wheel");
  await mkdir(target, { recursive: true });
  const stopWatching = watchSize(folder, wheel.sizeBytes, context);
  const [command = "", ...before] = pip;
  const result = await runCommand(
    command,
    [
      ...before,
      ...["download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-input"],
      // The libraries inside serve any program; the user's own Python version does not matter.
      ...["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--platform", wheel.pipPlatform],
      ...["--dest", target, `${wheel.package}==${tensorflowVersion}`],
    ],
    // Unfinished downloads then lie in our folder, where their size is seen and where they are cleaned up.
    { environment: { ...context.environment, TMPDIR: folder }, ...(context.signal && { signal: context.signal }) },
  ).finally(stopWatching);
  const file = (await readdir(target)).find((name) => name.endsWith(".whl"));
  if (result.code !== 0 || file === undefined) return failDownload(pip, wheel, result.stderr);
  const path = join(target, file);
  await checkDigest(path, wheel.sha256);
  return path;
}

async function findPip({ environment }: SetupContext): Promise<readonly string[]> {
  for (const [command = "", ...args] of pipCommands) {
    const { code } = await runCommand(command, [...args, "--version"], { environment });
    if (code === 0) return [command, ...args];
  }
  return fail(
    "environment",
    "TensorFlow is fetched with pip, and there is none here.",
    "Install Python with pip (Debian, Ubuntu: apt-get install python3-pip; macOS: xcode-select --install), or uv; or download the " +
      `wheel of tensorflow ${tensorflowVersion} for this platform elsewhere and set PIPE_LIBTENSORFLOW=<its path>.`,
  );
}

function failDownload(pip: readonly string[], wheel: TensorflowWheel, stderr: string): never {
  const lines = stderr.trim().split("\n").slice(-3).join("\n");
  return fail(
    "network",
    `pip could not download ${wheel.package} ${tensorflowVersion} for ${wheel.pipPlatform}:\n${lines}`,
    `Try "${pip.join(" ")} download ${wheel.package}==${tensorflowVersion}" by hand, or set PIPE_LIBTENSORFLOW=<wheel file>.`,
  );
}

async function checkDigest(path: string, expected: string): Promise<void> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  const found = hash.digest("hex");
  if (found === expected) return;
  fail(
    "environment",
    `The downloaded TensorFlow is not the one that was published: SHA-256 ${found}, expected ${expected}.`,
    "Check the package index that pip is set to use. To take this file all the same, set PIPE_LIBTENSORFLOW=<wheel file>.",
  );
}

/** Reports the bytes of the wheel that is being downloaded somewhere below `folder`; pip itself tells only a terminal. */
function watchSize(folder: string, total: number, { report }: SetupContext): () => void {
  const timer = setInterval(async () => {
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    const sizes = names
      .filter((name) => name.endsWith(".whl"))
      .map((name) => stat(join(folder, name)).then((s) => s.size));
    const done = Math.max(0, ...(await Promise.all(sizes).catch(() => [])));
    report({ activity: "downloading TensorFlow", done: Math.min(done, total), total, unit: "bytes" });
  }, pollMs);
  return () => clearInterval(timer);
}
