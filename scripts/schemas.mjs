/**
 * The schemas of what the command line answers with --json: src/cli/answers.ts, read by the TypeScript compiler that is
 * here anyway, as JSON Schema 2020-12. One file: {commands: {"units restart": schema …}, error, $defs}.
 * Knows the kinds of types that the contract has, and fails on any other.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import ts from 'typescript';

const source = 'src/cli/answers.ts';

/** The compiler takes seconds: only where something is newer than what is there. */
export async function writeSchemas(path) {
  const contract = readdirSync('src/contract').map((name) => `src/contract/${name}`);
  const made = changedAt(path);
  if ([source, 'src/errors.ts', 'scripts/schemas.mjs', ...contract].some((file) => changedAt(file) > made))
    await writeFile(path, JSON.stringify(schemas()));
}

function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function schemas() {
  const { options } = ts.parseJsonConfigFileContent(JSON.parse(readFileSync('tsconfig.json', 'utf8')), ts.sys, '.');
  const program = ts.createProgram([source], { ...options, types: [], incremental: false, tsBuildInfoFile: undefined });
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(source)));
  const typeNamed = (name) => checker.getDeclaredTypeOfSymbol(exported.find((one) => one.name === name));
  const defs = new Map();
  const commands = typeNamed('Answers')
    .getProperties()
    .map((command) => [command.name, { ...described(command), ...schemaOf(checker.getTypeOfSymbol(command)) }]);
  return {
    commands: Object.fromEntries(commands),
    error: schemaOf(typeNamed('ErrorAnswer')),
    $defs: Object.fromEntries(defs),
  };

  function described(symbol) {
    const said = commentOf(symbol);
    return said ? { description: said } : {};
  }

  function commentOf(symbol) {
    return symbol ? ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ').trim() : '';
  }

  /** By reference where the type has a name of its own. */
  function schemaOf(type) {
    const name =
      type.aliasSymbol?.name ?? (type.symbol?.flags & ts.SymbolFlags.Interface ? type.symbol.name : undefined);
    if (name === undefined || checker.isArrayType(type) || type.aliasTypeArguments || type.typeArguments?.length)
      return plainOf(type);
    if (!defs.has(name)) {
      // Before its parts, which may name it again.
      defs.set(name, {});
      defs.set(name, { ...described(type.aliasSymbol ?? type.symbol), ...plainOf(type) });
    }
    return { $ref: `#/$defs/${name}` };
  }

  function plainOf(type) {
    const { flags } = type;
    if (flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) return {};
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: checker.typeToString(type) === 'true' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.String) return { type: 'string' };
    if (flags & ts.TypeFlags.Number) return { type: 'number' };
    if (flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (type.isUnion()) return unionOf(type.types);
    if (checker.isArrayType(type)) return { type: 'array', items: schemaOf(checker.getTypeArguments(type)[0]) };
    if (flags & ts.TypeFlags.Object || type.isIntersection()) return objectOf(type);
    throw new Error(`${source}: no schema for ${checker.typeToString(type)}`);
  }

  function unionOf(types) {
    const literals = types.filter((one) => one.isStringLiteral() || one.isNumberLiteral());
    const booleans = types.filter((one) => one.flags & ts.TypeFlags.BooleanLiteral);
    const others = types.filter((one) => !literals.includes(one) && !booleans.includes(one));
    const all = [
      ...(literals.length > 0 ? [{ enum: literals.map(({ value }) => value) }] : []),
      ...(booleans.length === 2 ? [{ type: 'boolean' }] : booleans.map((one) => plainOf(one))),
      ...others.filter((one) => !(one.flags & ts.TypeFlags.Undefined)).map((one) => schemaOf(one)),
    ];
    return all.length === 1 ? all[0] : { anyOf: all };
  }

  /** Nothing but what the type has; an intersection has what all of its parts have. */
  function objectOf(type) {
    const parts = type.isIntersection() ? type.types : [type];
    // A union in an intersection ("Problem & Explanation"): one object for each of its members.
    const union = parts.find((part) => part.isUnion());
    if (union) {
      const others = parts.filter((part) => part !== union);
      return { anyOf: union.types.map((member) => together([member, ...others])) };
    }
    return together([type]);
  }

  function together(types) {
    const symbols = types.flatMap((type) => checker.getPropertiesOfType(type));
    const properties = symbols.map((symbol) => {
      const type = checker.getTypeOfSymbol(symbol);
      // Without null and undefined it has its name again.
      const schema = schemaOf(checker.getNonNullableType(type));
      const isNullable = type.isUnion() && type.types.some(({ flags }) => flags & ts.TypeFlags.Null);
      return [symbol.name, { ...described(symbol), ...(isNullable ? { anyOf: [schema, { type: 'null' }] } : schema) }];
    });
    const required = symbols.filter(({ flags }) => !(flags & ts.SymbolFlags.Optional)).map(({ name }) => name);
    return {
      type: 'object',
      properties: Object.fromEntries(properties),
      ...(required.length > 0 ? { required } : {}),
      additionalProperties: false,
    };
  }
}
