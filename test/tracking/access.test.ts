import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject, type ProjectRig } from "../rig/project.ts";
import { startFaultingProxy } from "./faulting-proxy.ts";
import { type MlflowServer, mlflowPython, startMlflowServer } from "./mlflow-server.ts";
import { viewExperiment } from "./mlflow-view.ts";
import { type Certificate, makeCertificate, startTlsFront } from "./tls-front.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";

const pipelineFor = (experiment: string): string =>
  JSON.stringify({ version: 1, name: "hello", experiment, stages: { hello: { run: "echo hi" } } });

/** What the variables are set to, and nothing else that names a server. */
type Variables = Readonly<Record<string, string | undefined>>;

async function createRun(experiment: string): Promise<ProjectRig> {
  const project = await createProject({ "p.yaml": pipelineFor(experiment) });
  expect((await project.pipe(["run", "p.yaml", "--no-mlflow"])).code).toBe(0);
  return project;
}

/** The one line that a delivery prints. */
async function sync(project: ProjectRig, env: Variables): Promise<string> {
  const { stdout, stderr } = await project.pipe(["mlflow", "sync"], { env });
  return `${stdout}${stderr}`;
}

async function expectDelivered(project: ProjectRig, env: Variables): Promise<void> {
  expect(await sync(project, env)).toContain(`  ${env["MLFLOW_TRACKING_URI"]}/#/experiments/`);
}

describe.skipIf(mlflowPython.type === "missing")(`access to a real MLflow server${reason}`, () => {
  let plain: MlflowServer;
  let certificate: Certificate;
  beforeAll(async () => {
    if (mlflowPython.type === "missing") return;
    plain = await startMlflowServer({ args: ["--enable-workspaces"] });
    certificate = await makeCertificate(mlflowPython.python);
  });
  afterAll(async () => {
    await plain?.[Symbol.asyncDispose]();
  });

  it("takes a user and a password, from the variables or the address", async () => {
    const password = "a password: 100%";
    await using server = await startMlflowServer({
      args: ["--app-name", "basic-auth"],
      env: { MLFLOW_AUTH_ADMIN_PASSWORD: password, MLFLOW_FLASK_SERVER_SECRET_KEY: "for this test" },
    });
    await using project = await createRun("login");
    const to = (more: Variables): Variables => ({ MLFLOW_TRACKING_URI: server.url, ...more });
    const login = { MLFLOW_TRACKING_USERNAME: "admin", MLFLOW_TRACKING_PASSWORD: password };
    expect(await sync(project, to({}))).toContain(
      `(${server.url} wants credentials: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN)`,
    );
    const wrong = await sync(project, to({ ...login, MLFLOW_TRACKING_PASSWORD: "not-the-password" }));
    expect(wrong).toContain(
      `(${server.url} does not accept MLFLOW_TRACKING_USERNAME "admin" with the password in MLFLOW_TRACKING_PASSWORD)`,
    );
    expect(wrong).not.toContain("not-the-password");
    expect(await sync(project, to({ MLFLOW_TRACKING_USERNAME: "admin" }))).toContain(
      "MLFLOW_TRACKING_USERNAME is set, and MLFLOW_TRACKING_PASSWORD is not",
    );
    const address = (inUrl: string) => server.url.replace("//", `//admin:${inUrl}@`);
    expect(await sync(project, { MLFLOW_TRACKING_URI: address("oops") })).toContain(
      `does not accept the user "admin" with the password in MLFLOW_TRACKING_URI`,
    );
    const { stdout } = await project.pipe(["doctor"], { env: to({}) });
    expect(stdout).toContain(`${server.url} wants credentials`);
    await expectDelivered(project, to(login));
    expect((await project.pipe(["doctor"], { env: to(login) })).stdout).toMatch(/✓ MLflow +3\.\d+\.\d+ at http/);
    const headers = { authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}` };
    const { runs } = await viewExperiment(server.url, "login", headers);
    expect(runs.map(({ status }) => status)).toEqual(["FINISHED", "FINISHED"]);
    // As it stands, and as the rules of addresses have it.
    for (const inUrl of ["a%20password:%20100%", encodeURIComponent(password)]) {
      expect(await sync(project, { MLFLOW_TRACKING_URI: address(inUrl) })).toContain(`  ${server.url}/#/`);
    }
  });

  it("takes a token", async () => {
    await using gate = await startFaultingProxy(plain.url);
    gate.fault = ({ headers }) => (headers.authorization === "Bearer t0ken" ? "none" : "unauthorized");
    await using project = await createRun("token");
    const to = (token: string) => ({ MLFLOW_TRACKING_URI: gate.url, MLFLOW_TRACKING_TOKEN: token });
    const wrong = await sync(project, to("stale"));
    expect(wrong).toContain(`(${gate.url} does not accept the token in MLFLOW_TRACKING_TOKEN)`);
    expect(wrong).not.toContain("stale");
    await expectDelivered(project, to("t0ken"));
  });

  it("trusts a certificate that signs itself when it is named, or when anybody is trusted", async () => {
    await using front = await startTlsFront(plain.url, certificate);
    await using project = await createRun("tls");
    await project.write({ "server.pem": certificate.certificate, "empty.pem": "" });
    const to = (more: Variables) => ({ MLFLOW_TRACKING_URI: front.url, ...more });
    const named = (path: string) => to({ MLFLOW_TRACKING_SERVER_CERT_PATH: join(project.folder, path) });
    const untrusted = await sync(project, to({}));
    expect(untrusted).toContain(`the certificate of ${front.url} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`);
    expect(untrusted).toContain("MLFLOW_TRACKING_SERVER_CERT_PATH");
    expect(untrusted).toContain("MLFLOW_TRACKING_INSECURE_TLS=true");
    expect(await sync(project, named("none.pem"))).toContain(
      `MLFLOW_TRACKING_SERVER_CERT_PATH names a file that cannot be read: ${join(project.folder, "none.pem")} (ENOENT)`,
    );
    expect(await sync(project, named("empty.pem"))).toContain("holds no certificate in PEM format");
    expect(await sync(project, to({ MLFLOW_TRACKING_INSECURE_TLS: "maybe" }))).toContain(
      `MLFLOW_TRACKING_INSECURE_TLS is "maybe"; it can be true or false`,
    );
    expect(await sync(project, { ...named("server.pem"), MLFLOW_TRACKING_INSECURE_TLS: "true" })).toContain(
      "unset one of them",
    );
    expect(await sync(project, { MLFLOW_TRACKING_URI: plain.url.replace("http:", "https:") })).toContain(
      "MLFLOW_TRACKING_URI may have to begin with http://",
    );
    await expectDelivered(project, named("server.pem"));
    await expectDelivered(await createRun("tls-insecure"), to({ MLFLOW_TRACKING_INSECURE_TLS: "true" }));
    expect((await viewExperiment(plain.url, "tls")).runs).toHaveLength(2);
  });

  it("shows a certificate of its own where the server asks for one", async () => {
    if (mlflowPython.type === "missing") return;
    const own = await makeCertificate(mlflowPython.python);
    await using front = await startTlsFront(plain.url, certificate, own);
    await using project = await createRun("mutual");
    await project.write({ "server.pem": certificate.certificate, "own.pem": own.key + own.certificate });
    const server = {
      MLFLOW_TRACKING_URI: front.url,
      MLFLOW_TRACKING_SERVER_CERT_PATH: join(project.folder, "server.pem"),
    };
    expect(await sync(project, server)).toContain("MLFLOW_TRACKING_CLIENT_CERT_PATH");
    await expectDelivered(project, { ...server, MLFLOW_TRACKING_CLIENT_CERT_PATH: join(project.folder, "own.pem") });
  });

  it("works in a workspace", async () => {
    await using project = await createRun("shared-name");
    const within = (workspace: string) => ({ MLFLOW_TRACKING_URI: plain.url, MLFLOW_WORKSPACE: workspace });
    expect(await sync(project, within("team-a"))).toContain(
      `does not take the workspace "team-a" in MLFLOW_WORKSPACE (Workspace 'team-a' not found)`,
    );
    await fetch(`${plain.url}/api/3.0/mlflow/workspaces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "team-a" }),
    });
    await expectDelivered(project, within("team-a"));
    const { runs } = await viewExperiment(plain.url, "shared-name", { "x-mlflow-workspace": "team-a" });
    expect(runs.find(({ name }) => name === "hello")?.artifacts["log.txt"]).toContain("hi");
    await expect(viewExperiment(plain.url, "shared-name")).rejects.toThrow("404");
  });

  it("says how the server can be had to answer to its name", async () => {
    await using server = await startMlflowServer({ args: ["--allowed-hosts", "mlflow.example"] });
    await using project = await createRun("host");
    const { host } = new URL(server.url);
    const said = `the server does not answer to the name "${host}" in MLFLOW_TRACKING_URI: start it with --allowed-hosts "${host},localhost:*"`;
    expect(await sync(project, { MLFLOW_TRACKING_URI: server.url })).toContain(said);
    const { stdout, code } = await project.pipe(["run", "p.yaml"], { env: { MLFLOW_TRACKING_URI: server.url } });
    expect(code).toBe(0);
    expect(stdout).toContain(said);
  });

  it("says what is wrong with an address, and runs all the same", async () => {
    await using project = await createProject({ "p.yaml": pipelineFor("address") });
    for (const [uri, said] of [
      ["http://ada:secret word@", "MLFLOW_TRACKING_URI is no address"],
      [
        `${plain.url}/elsewhere`,
        `${plain.url}/elsewhere answers 404, and not as MLflow does ("404 Not Found"): a proxy before it is in trouble, or MLFLOW_TRACKING_URI is wrong`,
      ],
    ]) {
      const { stdout, stderr, code } = await project.pipe(["run", "p.yaml"], { env: { MLFLOW_TRACKING_URI: uri } });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain(said);
      expect(stdout).not.toContain("secret");
    }
  });
});
