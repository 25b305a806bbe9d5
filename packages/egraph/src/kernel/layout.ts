/**
 * Where things lie in the memory of a graph: a header, then the columns. A column is known by the address
 * of its descriptor: base, length, capacity, floor, all in words. Words below the floor existed at the
 * innermost mark, so changes to them are logged.
 */

// ── Columns. Changes to the first four are logged, by the number of the column in 4 bits. ──
/**
 * E-nodes, {@link STRIDE} words each; a class is the record of its oldest e-node. A record has room for two
 * children; an e-node with more goes on in the records after its own, whose ids stand for nothing else.
 */
export const RECORD = 0;
/** Parent links, {@link LINK_STRIDE} words an id. Link 2n + i belongs to child i of e-node n. */
export const LINKS = 4;
/** The hashcons. */
export const TABLE = 8;
/** Compiled queries and actions, with the registers of queries and what they have seen. */
export const CODE = 12;
/** Children as they were given, numbered as links are; only with proofs. */
export const GIVEN = 16;
/** The index of e-nodes by children as given; only with proofs. */
export const GIVENS = 20;
/** The unions of two classes in order of time, {@link EQUATION_STRIDE} words each; only with proofs. */
export const EQUATIONS = 24;
/** Operators by number of children, {@link SYMBOL_STRIDE} words each. */
export const SYMBOLS = 28;
/** The e-nodes of each symbol, in chunks. */
export const LIST = 32;
/** The undo trail: (address, old word) pairs. */
export const TRAIL = 36;
/** Segments of parent lists, (first link, last link), whose e-nodes are to be canonicalised. */
export const REPAIR = 40;
/** Classes whose members are to be put in order. */
export const MERGED = 44;
/** Unions whose facts are to be joined, {@link JOIN_STRIDE} words each; only with an analysis. */
export const JOINED = 48;
/** Classes that changed otherwise than by getting a new e-node, in order of time. */
export const TOUCHED = 52;
/** Classes that changed since some time, and those above them. */
export const DIRTY = 56;
/** A bit for each id: whether it is among them. */
export const DIRTY_BITS = 60;
/** Four arrays for the children of one e-node, then blocks of {@link BLOCK} words, see {@link BUILT}. */
export const SCRATCH = 64;
/** The members of the class that is put in order. */
export const MEMBERS = 68;
/** Matches: found, or to be applied. */
export const ROWS = 72;

// ── The header's other words. ──
/** Live e-nodes. */
export const NODES = 96;
/** Classes. */
export const CLASSES = 97;
/** Words of the hashcons in use. */
export const USED = 98;
/** E-nodes listed by symbol, dead ones included. */
export const LISTED = 99;
/** 1 while a mark is open. */
export const MARKED = 100;
/** 1 where proofs are kept. */
export const PROOFS = 101;
/** 1 where unions are noted in {@link JOINED}. */
export const WATCHED = 102;
/** How much of {@link REPAIR} is done. */
export const REPAIRED = 103;
/** Words of each array of children in {@link SCRATCH}. */
export const WIDTH = 104;
/** Entries of {@link GIVENS} in use. */
export const GIVENS_USED = 105;
/** E-nodes that an action may not exceed. */
export const NODE_LIMIT = 106;
/** Classes that an action may not exceed. */
export const CLASS_LIMIT = 107;
/** Unions made so far. */
export const UNIONS = 108;
/** Words of the header. */
export const HEADER = 128;

// ── A record. ──
/** Words of a record. */
export const STRIDE = 8;
/** The symbol; its complement once dead; with the flag {@link SUBSUMED} when hidden; or {@link EXTENSION}. */
export const SYMBOL = 0;
/** The argument; of an extension the e-node that it belongs to. */
export const ARGUMENT = 1;
/** Two children, as they were last canonicalised. */
export const CHILD = 2;
/** Union-find: an older id of the class, or itself. */
export const PARENT = 4;
/** The next member of the class, in a circle. */
export const NEXT = 5;
/** The first of the class's parent links, -1: none. */
export const HEAD = 6;
/** A bit for each operator (modulo 32) that a member of the class may have. */
export const OPERATORS = 7;
/** Flag of a subsumed e-node. */
export const SUBSUMED = 0x40000000;
/** What a record is that only holds further children. */
export const EXTENSION = -0x70000000;

// ── Links. ──
/** Words an id. */
export const LINK_STRIDE = 3;
/** For each of the two children: the next of its class's parent links, -1: none. */
export const LINK = 0;
/** The last of the class's parent links, -1: none. */
export const TAIL = 2;

// ── A symbol. ──
/** Words of a symbol. */
export const SYMBOL_STRIDE = 8;
/** Its operator. */
export const OPERATOR = 0;
/** How many children. */
export const ARITY = 1;
/** 1 where their order does not matter. */
export const COMMUTATIVE = 2;
/** How many e-nodes are listed. */
export const COUNT = 3;
/** The first chunk of the list, -1: none. */
export const FIRST = 4;
/** The last chunk. */
export const LAST = 5;
/** 1 where there are at most two children, whose order matters. */
export const PLAIN = 6;
/** Words of a chunk: the next chunk, the one before, then e-nodes. */
export const CHUNK = 66;
/** E-nodes of a chunk: a power of two. */
export const CHUNK_ITEMS = 64;

/** Words of a noted union: older, younger, the younger's first and last parent link, ids given by then. */
export const JOIN_STRIDE = 5;
/** Words of an equation: the two ids, and the reason. */
export const EQUATION_STRIDE = 3;

/** E-nodes that are looked up together: those of as many rows of an action, or as many whose children changed. */
export const BLOCK = 16;
/** Blocks of the scratch before those of what is built: children (0, 1) and hashes (2) of what is looked up. */
export const BUILT = 3;

/** Words of records from which on they are taken not to lie in the cache. */
export const LARGE = 0x100000;

/** Reason of a union that follows from the equality of children. */
export const CONGRUENCE = -2;
/** Ids share a table word with 8 bits of hash: this many e-nodes can be created in one graph. */
export const MAX_NODES = 0xfffffe;
