// What every Rewright backend must do. The last check prints the line for the README.
import { test } from "node:test";
import { backendChecks } from "@rewright/testkit";
import { myNpu, partNames } from "../dist/index.js";

const entry = new URL("../dist/index.js", import.meta.url);
const checks = backendChecks((options) => myNpu(options), { given: { part: "x1" }, entry, nodes: 200 });
for (const check of checks) test(check.name, check.run);

for (const part of partNames) {
  for (const check of backendChecks(() => myNpu({ part }), { only: "costs", nodes: 20 }))
    test(`${part}: ${check.name}`, check.run);
}
