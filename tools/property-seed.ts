// Property tests draw the same cases in every run, so that what passes here passes there; `SEED=7 pnpm test` draws others.
import { configureGlobal } from "fast-check";

configureGlobal({ seed: Number(process.env["SEED"] ?? 1) });
