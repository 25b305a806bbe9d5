// What src/kernel/memory.ts is when the kernel is compiled to WebAssembly.
@inline export function get(at: i32): i32 { return load<i32>((<usize>at) << 2); }
@inline export function put(at: i32, value: i32): void { store<i32>((<usize>at) << 2, value); }
@inline export function mul(a: i32, b: i32): i32 { return a * b; }
export function fill(at: i32, value: i32, count: i32): void { for (let i = 0; i < count; i++) store<i32>((<usize>(at + i)) << 2, value); }
@external("host", "grow") export declare function grow(column: i32, more: i32): void;
@external("host", "guard") export declare function guard(index: i32, registers: i32): bool;
