/**
 * The grammar: one production an entry, so that the reader can hand each declaration and each rule its own tokens and a
 * mistake in one leaves the others alone.
 *
 * Expressions are read flat, `operand { infix operand }`; the tree sorts them by precedence. That keeps the concrete tree
 * three levels deep an expression instead of eleven.
 *
 * @module
 */

import { type CstNode, CstParser } from "chevrotain";
import * as t from "./tokens.ts";

type Production = () => CstNode;

const PREFIX = { LABEL: "prefix" };
const GROUP = { LABEL: "group" };
const GROUP_END = { LABEL: "groupEnd" };
const ELEMENTS = { LABEL: "elements" };
const CALL = { LABEL: "call" };
const ARGS = { LABEL: "args" };
const CALL_END = { LABEL: "callEnd" };

/** Chevrotain's concrete syntax trees for each kind of declaration. Set `input`, call a production, look at `errors`. */
export class Grammar extends CstParser {
  /** `skipValidations`: takes it for granted that the grammar itself is sound. */
  constructor(skipValidations = true) {
    super([...t.vocabulary], {
      skipValidations,
      recoveryEnabled: false,
      nodeLocationTracking: "none",
      maxLookahead: 3,
    });
    this.performSelfAnalysis();
  }

  readonly import: Production = this.RULE("import", () => {
    this.CONSUME(t.Import);
    this.OPTION(() => {
      this.OR([
        { ALT: () => this.CONSUME1(t.Name, { LABEL: "as" }) },
        {
          ALT: () => {
            this.CONSUME(t.OpenBrace);
            this.AT_LEAST_ONE_SEP({
              SEP: t.Comma,
              DEF: () => this.CONSUME2(t.Name, { LABEL: "names" }),
            });
            this.CONSUME(t.CloseBrace);
          },
        },
      ]);
      this.CONSUME(t.From);
    });
    this.CONSUME(t.StringLiteral);
  });

  readonly sort: Production = this.RULE("sort", () => {
    this.CONSUME(t.Sort);
    this.CONSUME(t.Name);
  });

  readonly op: Production = this.RULE("op", () => {
    this.CONSUME(t.Op);
    this.CONSUME(t.Name, { LABEL: "name" });
    this.CONSUME(t.OpenParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.operandDecl) });
    this.OPTION(() => {
      this.CONSUME(t.Semicolon);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.attrDecl) });
    });
    this.CONSUME(t.CloseParen);
    this.CONSUME(t.Yields);
    this.OPTION1(() => this.CONSUME(t.Ellipsis));
    this.SUBRULE(this.type);
    this.OPTION2(() => {
      this.CONSUME(t.Defined);
      this.SUBRULE1(this.expr, { LABEL: "definition" });
    });
    this.OPTION3(() => {
      this.CONSUME(t.As);
      this.OR([
        { ALT: () => this.CONSUME(t.LiteralWord) },
        { ALT: () => this.SUBRULE2(this.expr, { LABEL: "notation" }) },
      ]);
    });
    this.OPTION4(() => {
      this.CONSUME(t.Is);
      this.AT_LEAST_ONE_SEP2({
        SEP: t.Comma,
        DEF: () => this.CONSUME1(t.Name, { LABEL: "properties" }),
      });
    });
    this.OPTION5(() => {
      this.CONSUME(t.Cost);
      this.CONSUME(t.NumberLiteral);
    });
  });

  readonly rulesHeader: Production = this.RULE("rulesHeader", () => {
    this.CONSUME(t.Rules);
    this.CONSUME(t.Name);
    this.MANY(() => this.CONSUME(t.Tag));
    this.CONSUME(t.OpenBrace);
  });

  readonly rule: Production = this.RULE("rule", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE1(this.roots, { LABEL: "left" });
    this.CONSUME(t.Arrow);
    this.SUBRULE2(this.roots, { LABEL: "right" });
    this.MANY(() => this.SUBRULE(this.clause));
  });

  readonly schedule: Production = this.RULE("schedule", () => {
    this.CONSUME(t.Schedule);
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expr) });
  });

  readonly test: Production = this.RULE("test", () => {
    this.CONSUME(t.Test);
    this.CONSUME(t.StringLiteral);
    this.CONSUME(t.OpenBrace);
    this.OPTION1(() => {
      this.CONSUME(t.Given);
      this.AT_LEAST_ONE_SEP1({ SEP: t.Comma, DEF: () => this.SUBRULE(this.given) });
    });
    this.OPTION2(() => {
      this.CONSUME(t.Using);
      this.AT_LEAST_ONE_SEP2({
        SEP: t.Comma,
        DEF: () => this.CONSUME(t.Name, { LABEL: "using" }),
      });
    });
    this.MANY(() => this.SUBRULE(this.statement));
    this.CONSUME(t.CloseBrace);
  });

  readonly check: Production = this.RULE("check", () => {
    this.CONSUME(t.Check);
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => this.CONSUME(t.Name, { LABEL: "rulesets" }),
    });
  });

  private readonly operandDecl: Production = this.RULE("operandDecl", () => {
    this.OPTION(() => this.CONSUME(t.Ellipsis));
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
  });

  private readonly attrDecl: Production = this.RULE("attrDecl", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.AT_LEAST_ONE_SEP({ SEP: t.Bar, DEF: () => this.SUBRULE(this.alternative) });
    this.OPTION(() => {
      this.CONSUME(t.Assign);
      this.SUBRULE(this.operand);
    });
  });

  private readonly alternative: Production = this.RULE("alternative", () => {
    this.OR([{ ALT: () => this.CONSUME(t.StringLiteral) }, { ALT: () => this.SUBRULE(this.type) }]);
  });

  private readonly type: Production = this.RULE("type", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.OpenBracket);
      this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.arg) });
      this.CONSUME(t.CloseBracket);
    });
  });

  private readonly given: Production = this.RULE("given", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
  });

  private readonly statement: Production = this.RULE("statement", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Prove) },
      { ALT: () => this.CONSUME(t.Refute) },
      { ALT: () => this.CONSUME(t.Reduce) },
    ]);
    this.SUBRULE1(this.expr, { LABEL: "expr" });
    this.OPTION(() => {
      this.CONSUME(t.OneWay);
      this.SUBRULE2(this.expr, { LABEL: "to" });
    });
    this.OPTION2(() => {
      this.CONSUME(t.Where);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.binding) });
    });
  });

  private readonly roots: Production = this.RULE("roots", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.arg) });
  });

  private readonly clause: Production = this.RULE("clause", () => {
    this.OR([
      {
        ALT: () => {
          this.OR1([{ ALT: () => this.CONSUME(t.When) }, { ALT: () => this.CONSUME(t.Assuming) }]);
          this.SUBRULE(this.expr);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Where);
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.binding) });
        },
      },
      { ALT: () => this.CONSUME(t.Expanding) },
      { ALT: () => this.CONSUME(t.Subsume) },
      {
        ALT: () => {
          this.CONSUME(t.Within);
          this.CONSUME(t.NumberLiteral);
        },
      },
      { ALT: () => this.CONSUME(t.Tag) },
    ]);
  });

  private readonly binding: Production = this.RULE("binding", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.OpenParen);
      this.AT_LEAST_ONE_SEP({
        SEP: t.Comma,
        DEF: () => this.CONSUME1(t.Name, { LABEL: "params" }),
      });
      this.CONSUME(t.CloseParen);
    });
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expr);
  });

  private readonly arg: Production = this.RULE("arg", () => {
    this.OPTION(this.ellipsis);
    this.SUBRULE(this.expr);
  });

  private readonly expr: Production = this.RULE("expr", () => {
    this.SUBRULE1(this.operand);
    this.MANY(this.further);
  });

  private readonly operand: Production = this.RULE("operand", () => {
    this.MANY1(this.prefix);
    this.OR(this.primaries);
    this.MANY2(this.postfixes);
  });

  private readonly postfix: Production = this.RULE("postfix", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Prime) },
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.OR1([
            { ALT: () => this.CONSUME(t.Name, { LABEL: "field" }) },
            { ALT: () => this.CONSUME(t.NumberLiteral, { LABEL: "field" }) },
          ]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.OpenBracket);
          this.OPTION1(() => this.SUBRULE1(this.expr, { LABEL: "from" }));
          this.OPTION2(() => {
            this.CONSUME(t.Colon);
            this.OPTION3(() => this.SUBRULE2(this.expr, { LABEL: "to" }));
          });
          this.CONSUME(t.CloseBracket);
        },
      },
    ]);
  });

  private readonly attrArg: Production = this.RULE("attrArg", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Ellipsis);
          this.CONSUME1(t.Name, { LABEL: "rest" });
        },
      },
      {
        ALT: () => {
          this.CONSUME2(t.Name, { LABEL: "name" });
          this.CONSUME(t.Assign);
          this.SUBRULE(this.expr);
        },
      },
    ]);
  });

  // What is asked of nearly each token is made once.

  private readonly ellipsis = (): unknown => this.CONSUME(t.Ellipsis);

  private readonly further = (): void => {
    this.CONSUME(t.Infix);
    this.SUBRULE2(this.operand);
  };

  private readonly signs = [
    { ALT: (): unknown => this.CONSUME(t.Minus, PREFIX) },
    { ALT: (): unknown => this.CONSUME(t.Not, PREFIX) },
  ];

  private readonly prefix = (): unknown => this.OR1(this.signs);

  private readonly postfixes = (): unknown => this.SUBRULE(this.postfix);

  private readonly elements = {
    SEP: t.Comma,
    DEF: (): unknown => this.SUBRULE1(this.arg, ELEMENTS),
  };

  private readonly args = {
    SEP: t.Comma,
    DEF: (): unknown => this.SUBRULE2(this.arg, ARGS),
  };

  private readonly attrArgs = {
    SEP: t.Comma,
    DEF: (): unknown => this.SUBRULE(this.attrArg),
  };

  private readonly attributes = (): void => {
    this.CONSUME(t.Semicolon);
    this.AT_LEAST_ONE_SEP(this.attrArgs);
  };

  private readonly application = (): void => {
    this.CONSUME2(t.OpenParen, CALL);
    this.MANY_SEP2(this.args);
    this.OPTION1(this.attributes);
    this.CONSUME2(t.CloseParen, CALL_END);
  };

  private readonly primaries = [
    {
      ALT: (): void => {
        this.CONSUME(t.Name);
        this.OPTION(this.application);
      },
    },
    { ALT: (): unknown => this.CONSUME(t.NumberLiteral) },
    { ALT: (): unknown => this.CONSUME(t.StringLiteral) },
    {
      ALT: (): void => {
        this.CONSUME1(t.OpenParen, GROUP);
        this.SUBRULE(this.expr);
        this.CONSUME1(t.CloseParen, GROUP_END);
      },
    },
    {
      ALT: (): void => {
        this.CONSUME(t.OpenBracket);
        this.MANY_SEP1(this.elements);
        this.CONSUME(t.CloseBracket);
      },
    },
  ];
}
