// What a mobile client does, against types made of the API's own schema: type-checked by the tests, never run.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
type Asked = Schemas["Presentation"] | Schemas["PartPrompt"];

const client = createClient<paths>({ baseUrl: "https://exams.example.org", headers: { "X-Session-Token": "…" } });

function respond(asked: Asked): Schemas["Response"] {
  switch (asked.kind) {
    case "numeric":
      return { value: asked.prompt.unit === "%" ? "12 %" : "1e-5" };
    case "formula":
      return { value: asked.prompt.names.map((each) => each.name).join(" + ") };
    case "number_list":
      return { value: "1, 2.5" };
    case "intervals":
      return { value: "[0, 1)" };
    case "matrix":
      return { value: `[${"[1, 2], ".repeat(asked.prompt.rows ?? 2)}]` };
    case "short_text":
      return { text: "AdamW" };
    case "single_choice":
      return { choice: asked.prompt.choices[0]?.id };
    case "multiple_select":
      return { choices: asked.prompt.choices.map((choice) => choice.id) };
    case "ordering":
      return { order: asked.prompt.steps.map((step) => step.id) };
    case "matching":
    case "labels":
      return { pairs: Object.fromEntries(asked.prompt.left.map((left) => [left.id, asked.prompt.right[0]?.id ?? ""])) };
    case "recall":
      return { rating: "good" };
    case "open_response":
      return { text: "The penalty is rescaled.", points: [] };
    case "multi_part":
      return { parts: Object.fromEntries(asked.prompt.parts.map((part) => [part.id, respond(part)])) };
  }
}

export async function review(): Promise<string[]> {
  const queue = await client.GET("/api/v1/queue/", { params: { query: { limit: 5, html: "0" } } });
  if (queue.error) throw new Error(`${queue.error.status} ${queue.error.code}: ${queue.error.detail}`);
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
  if (sent.error) throw new Error(sent.error.code === "throttled" ? "later" : sent.error.detail);
  return sent.data.results.map(({ status, grade }) => {
    const due: string | null | undefined = grade?.cards[0]?.due_at;
    const key = grade?.kind === "single_choice" ? grade.key.choice : undefined;
    return `${status} ${grade?.rating ?? "-"} ${due ?? "-"} ${key ?? "-"}`;
  });
}

export async function offline(days: number): Promise<Map<string, Schemas["Response"]>> {
  const pack = await client.GET("/api/v1/packs/", { params: { query: { days } } });
  return new Map(pack.data?.results.map((asked) => [asked.id, asked.key]) ?? []);
}

/** Whether a client can grade a question alone, and by what. */
export function known(asked: Schemas["PackEntry"]): string | number {
  switch (asked.grading.rule) {
    case "number":
      return asked.grading.mistakes.length + (asked.grading.allowed[0] ?? 0);
    case "text":
      return asked.grading.accept.join(" or ");
    case "parts":
      return Object.values(asked.grading.parts).map((part) => part.rule).join(", ");
    default:
      return asked.grading.final ? asked.kind : "the service";
  }
}

export function told(change: Schemas["Change"]): string {
  switch (change.type) {
    case "card":
      return `${change.item} is due ${change.due_at ?? "never"}`;
    case "event":
      return change.undone ? "undone" : change.event_type;
    default:
      return change.type;
  }
}
