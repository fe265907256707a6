// Checks the OpenAPI document by Redocly's recommended rules; exits with 1 on any problem. It asks no other host.

import { readFileSync } from "node:fs";
import { createConfig, lintFromString } from "@redocly/openapi-core";

const OFF = {
  "no-path-trailing-slash": "off", // all our paths end with one
  "operation-4xx-response": "off", // `default` answers for every problem
};
const path = process.argv[2] ?? "";
const config = await createConfig({ extends: ["recommended"], rules: OFF });
const problems = await lintFromString({ source: readFileSync(path, "utf8"), absoluteRef: path, config });
for (const { ruleId, message, location } of problems) console.error(`${ruleId}: ${message} ${location[0]?.pointer ?? ""}`);
process.exit(problems.length ? 1 : 0);
