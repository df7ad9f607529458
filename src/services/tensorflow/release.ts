import { fail } from "../../base/failure.ts";

/** The TensorFlow that is fetched; its C interface is what the addon of TensorFlow.js calls. */
export const tensorflowVersion = "2.21.0";

/** A Python package of TensorFlow, of which only the C libraries and a few headers are used. */
export interface TensorflowWheel {
  readonly package: "tensorflow" | "tensorflow-cpu";
  /** pip's name of the platform. */
  readonly pipPlatform: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** By Node's `platform-arch`. The libraries do not depend on Python; these are the wheels for 3.11. */
const wheels: Readonly<Record<string, TensorflowWheel>> = {
  "linux-x64": {
    package: "tensorflow-cpu",
    pipPlatform: "manylinux_2_27_x86_64",
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    sizeBytes: 274_000_000,
  },
  "linux-arm64": {
    package: "tensorflow",
    pipPlatform: "manylinux_2_27_aarch64",
    sha256: "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c",
    sizeBytes: 280_000_000,
  },
  "darwin-arm64": {
    package: "tensorflow",
    pipPlatform: "macosx_12_0_arm64",
    sha256: "51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88",
    sizeBytes: 260_000_000,
  },
};

/** The wheel for a machine; fails where TensorFlow publishes none. */
export function wheelFor(platform: string, arch: string): TensorflowWheel {
  const wheel = wheels[`${platform}-${arch}`];
  if (wheel) return wheel;
  return fail(
    "environment",
    `TensorFlow ${tensorflowVersion} is not published for ${platform}-${arch}.`,
    `Known: ${Object.keys(wheels).join(", ")}. On Windows, use WSL. A library of your own: PIPE_LIBTENSORFLOW=<folder or wheel>.`,
  );
}

/** File names of the two libraries on a platform. */
export function libraryNames(platform: string): { readonly main: string; readonly framework: string } {
  return platform === "darwin"
    ? { main: "libtensorflow_cc.2.dylib", framework: "libtensorflow_framework.2.dylib" }
    : { main: "libtensorflow_cc.so.2", framework: "libtensorflow_framework.so.2" };
}
