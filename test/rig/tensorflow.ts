import { ensureTensorflow } from "../../src/services/tensorflow-library.ts";
import { loadTensorflow, type Runtime } from "../../src/training/runtime/load.ts";
import { userCacheFolder } from "../../src/util/user-cache-folder.ts";

/** TensorFlow for tests: that of the user's cache, set up first where it is not there yet. */
export async function loadTestTensorflow(): Promise<Runtime> {
  process.env["TF_CPP_MIN_LOG_LEVEL"] = "2";
  // As stages run (stages/tensorflow-environment.ts); 0 in the environment tests the other kernels.
  process.env["TF_ENABLE_ONEDNN_OPTS"] ??= "1";
  const environment = process.env;
  const library = await ensureTensorflow({ cacheFolder: userCacheFolder(environment), environment, report: () => {} });
  return loadTensorflow({ addon: library.addon, environment });
}
