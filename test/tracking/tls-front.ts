import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { createServer } from "node:tls";
import { promisify } from "node:util";

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** By the library that comes with MLflow; Node can make none. */
const script = `
import datetime, ipaddress, json
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mlflow.test")])
now = datetime.datetime.now(datetime.timezone.utc)
address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
  .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
  .not_valid_after(now + datetime.timedelta(days=1)).add_extension(address, False).sign(key, hashes.SHA256()))
pem = serialization.Encoding.PEM
print(json.dumps({"certificate": made.public_bytes(pem).decode(), "key": key.private_bytes(
  pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()}))
`;

/** One that its own key has signed, for 127.0.0.1. */
export async function makeCertificate(python: string): Promise<Certificate> {
  const { stdout } = await promisify(execFile)(python, ["-c", script]);
  return JSON.parse(stdout) as Certificate;
}

export interface TlsFront extends AsyncDisposable {
  readonly url: string;
}

/** Speaks TLS to callers, and plainly to the server behind; `client` is the one certificate that callers must show. */
export async function startTlsFront(
  target: string,
  { certificate, key }: Certificate,
  client?: Certificate,
): Promise<TlsFront> {
  const asked = client && { requestCert: true, rejectUnauthorized: true, ca: client.certificate };
  const server = createServer({ cert: certificate, key, ...asked }, (caller) => {
    const behind = connect(Number(new URL(target).port), "127.0.0.1");
    caller.pipe(behind).pipe(caller);
    for (const socket of [caller, behind]) socket.on("error", () => [caller, behind].map((one) => one.destroy()));
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    url: `https://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}
