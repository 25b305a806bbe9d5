// Loads a model in ONNX Runtime with all its optimisations and prints the seconds that took, as JSON.
import { startRuntime } from "@rewright/backend-cpu";

const runtime = await startRuntime();
const began = performance.now();
await runtime.load(process.argv[2] as string, { level: "all" });
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000 }));
await runtime.close();
