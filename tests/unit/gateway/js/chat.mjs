// What a JavaScript developer does with OpenAI's client, unchanged but for the address and the key. Prints one JSON object.
import OpenAI from "openai";

const [url, key] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
const ask = (content, more = {}) => client.chat.completions.create({ model: "site:shop", messages: [{ role: "user", content }], ...more });
const seen = {};

const whole = await ask("tool 12345");
seen.whole = whole.choices[0].message.content;

seen.streamed = "";
for await (const chunk of await ask("model kitne din", { stream: true, stream_options: { include_usage: true } })) {
  seen.streamed += chunk.choices[0]?.delta?.content ?? "";
  seen.finish = chunk.choices[0]?.finish_reason ?? seen.finish;
  seen.tokens = chunk.usage?.total_tokens ?? seen.tokens;
}

const tools = [{ type: "function", function: { name: "transfer_to_operator", parameters: { type: "object", properties: {} } } }];
const runner = client.chat.completions.stream({ model: "x", messages: [{ role: "user", content: "person please" }], tools });
seen.call = (await runner.finalChatCompletion()).choices[0].message.tool_calls[0].function;

seen.models = [];
for await (const model of client.models.list()) seen.models.push(model.id);

try {
  await ask("kya hai", { n: 2 });
} catch (error) {
  seen.refused = [error.constructor.name, error.status, error.param, error.message];
}
try {
  await new OpenAI({ baseURL: `${url}/v1`, apiKey: "wrong", maxRetries: 0 }).models.list();
} catch (error) {
  seen.wrongKey = [error.constructor.name, error.status];
}

const stalled = await ask("stall", { stream: true });
for await (const chunk of stalled) if (chunk.choices[0]?.delta?.content) break; // leaving the loop closes the connection
seen.left = true;

console.log(JSON.stringify(seen));
