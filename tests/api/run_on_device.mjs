// Does in one process of Node what a device does, for each line of its input: `node run_on_device.mjs MODULES`.
// `{"entry", "responses"}` grades responses to an entry of a pack; `{"module", "calls": [[name, …arguments]]}` calls.

import { createInterface } from "node:readline";

const grading = await import(`${process.argv[2]}/grading.js`);
const answers = await import(`${process.argv[2]}/answers.js`);

async function grade(entry, response) {
  try {
    const graded = await grading.grade(entry, response);
    return { score: graded.score, said: grading.messages(entry, graded) };
  } catch (error) {
    if (error instanceof answers.LeftToServiceError) return { score: "left", said: [] };
    if (error instanceof answers.NearlyError) return { score: "nearly", said: [] };
    if (error instanceof answers.RefusedError) return { score: "refused", said: [] };
    return { score: error.stack, said: [] };
  }
}

function revive(argument) {
  if (argument?.instant) return new Date(argument.instant);
  const isDay = argument?.today !== undefined;
  return isDay ? { ...argument, cards: new Map(Object.entries(argument.cards)) } : argument;
}

function plain(result) {
  return result instanceof Map ? Object.fromEntries(result) : result;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { entry, responses = [], module, calls = [] } = JSON.parse(line);
  const results = [];
  for (const response of responses) results.push(await grade(entry, response));
  const named = module && (await import(`${process.argv[2]}/${module}`));
  for (const [name, ...given] of calls) results.push(plain(named[name](...given.map(revive))));
  process.stdout.write(`${JSON.stringify(results)}\n`);
}
