// What a mobile client does, against types made of the API's own schema: type-checked by the tests, never run.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Presentation = components["schemas"]["Presentation"];

const client = createClient<paths>({ baseUrl: "https://exams.example.org", headers: { "X-Session-Token": "…" } });

function respond(asked: Pick<Presentation, "kind" | "prompt">): Record<string, unknown> {
  switch (asked.kind) {
    case "numeric":
      return { value: "1e-5" };
    case "formula":
      return { value: "2x + 1" };
    case "number_list":
      return { value: "1, 2.5" };
    case "intervals":
      return { value: "[0, 1)" };
    case "matrix":
      return { value: "[[1, 2], [3, 4]]" };
    case "short_text":
      return { text: "AdamW" };
    case "single_choice":
      return { choice: asked.prompt.choices?.[0]?.id };
    case "multiple_select":
      return { choices: asked.prompt.choices?.map((choice) => choice.id) };
    case "ordering":
      return { order: asked.prompt.steps?.map((step) => step.id) };
    case "matching":
    case "labels":
      return { pairs: Object.fromEntries(asked.prompt.left?.map((left) => [left.id, asked.prompt.right?.[0]?.id]) ?? []) };
    case "recall":
      return { rating: "good" };
    case "open_response":
      return { text: "The penalty is rescaled.", points: [] };
    case "multi_part":
      return { parts: Object.fromEntries(asked.prompt.parts?.map((part) => [part.id, respond(part)]) ?? []) };
  }
}

export async function review(): Promise<string[]> {
  const queue = await client.GET("/api/v1/queue/", { params: { query: { limit: 5 } } });
  if (queue.error) throw new Error(`${queue.error.status}: ${queue.error.detail}`);
  const now = new Date().toISOString();
  const sent = await client.POST("/api/v1/reviews/batch/", {
    body: {
      device: crypto.randomUUID(),
      device_now: now,
      events: queue.data.results.map((asked) => ({
        id: crypto.randomUUID(),
        type: "review" as const,
        presentation: asked.id,
        response: respond(asked),
        occurred_at: now,
        duration_ms: 9000,
      })),
    },
  });
  if (sent.error) throw new Error(sent.error.detail);
  return sent.data.results.map((result) => {
    const due: string | null | undefined = result.grade?.cards[0]?.due_at;
    return `${result.status} ${result.grade?.rating ?? "-"} ${due ?? "-"}`;
  });
}

export async function offline(days: number): Promise<Map<string, unknown>> {
  const pack = await client.GET("/api/v1/packs/", { params: { query: { days } } });
  return new Map(pack.data?.results.map((asked) => [asked.id, asked.key]) ?? []);
}
