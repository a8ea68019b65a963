// Checks npm lock files: node scripts/audit-npm.mjs FOLDER…
//
// Everything comes from the registry and is known by its SHA-512; nothing from git, an address or a
// folder. Nothing wants to run a script when it is installed (`npm ci --ignore-scripts` would run none).
// Licences are on the lists below. The lock file holds what package.json asks for, in exact versions.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What goes into the page may be of these. */
const LICENCES = ["MIT", "Apache-2.0", "BSD-3-Clause", "ISC", "0BSD"];
/** And what only builds and tests it. */
const LICENCES_OF_TOOLS = [
  ...LICENCES,
  "BSD-2-Clause",
  "BlueOak-1.0.0",
  "CC-BY-4.0",
  "MPL-2.0",
  "PSF-2.0",
  "Python-2.0",
];
/** Tools whose package.json is silent. parse-cache-control: BSD-3-Clause, by its LICENSE. */
const SILENT_TOOLS = ["parse-cache-control"];
/** The one whose dependencies go to browsers. */
const PAGE = "web";

function isLicensed(name, licence, isTool) {
  if (licence === undefined) return isTool && SILENT_TOOLS.includes(name);
  const allowed = isTool ? LICENCES_OF_TOOLS : LICENCES;
  const choices = licence.replace(/[()]/g, "").split(" OR ");
  return choices.some((choice) => choice.split(" AND ").every((one) => allowed.includes(one)));
}

/** What is wrong with one package of a lock file. */
function faultsOf(place, entry, isTool) {
  const name = place.replace(/^.*node_modules\//, "");
  const faults = [];
  if (!place.startsWith("node_modules/") || entry.link)
    faults.push("is a folder, not of the registry");
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(entry.version ?? ""))
    faults.push(`version ${entry.version}`);
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? "")) faults.push("no SHA-512");
  // npm leaves it out where it is the registry's; no other may stand here.
  if (entry.resolved !== undefined) faults.push(`comes from ${entry.resolved}`);
  if (entry.hasInstallScript) faults.push("runs a script when it is installed");
  if (!isLicensed(name, entry.license, isTool)) faults.push(`licence ${entry.license}`);
  return faults.map((fault) => `${place}: ${fault}`);
}

/** What is wrong with a folder's package.json and package-lock.json. */
function faultsIn(folder) {
  const read = (file) => JSON.parse(readFileSync(join(folder, file), "utf8"));
  const asked = read("package.json");
  const lock = read("package-lock.json");
  const faults = lock.lockfileVersion === 3 ? [] : [`lockfileVersion ${lock.lockfileVersion}`];
  const { "": root, ...packages } = lock.packages;
  for (const kind of [
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
  ]) {
    if (JSON.stringify(asked[kind] ?? {}) !== JSON.stringify(root[kind] ?? {})) {
      faults.push(`${kind} differ between package.json and the lock file`);
    }
    for (const [name, version] of Object.entries(asked[kind] ?? {})) {
      if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        faults.push(`${name}: ${version} is no exact version`);
      if (packages[`node_modules/${name}`]?.version !== version)
        faults.push(`${name}: not locked as asked`);
    }
  }
  for (const [place, entry] of Object.entries(packages)) {
    faults.push(...faultsOf(place, entry, folder !== PAGE || entry.dev === true));
  }
  return { faults, many: Object.keys(packages).length };
}

let failed = false;
for (const folder of process.argv.slice(2)) {
  const { faults, many } = faultsIn(folder);
  for (const fault of faults) console.error(`${folder}: ${fault}`);
  failed ||= faults.length > 0 || many === 0;
}
process.exitCode = failed ? 1 : 0;
